//! `GET /account/sign-in`: how the person signs in.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::http::Edge;
use crate::http::call::Call;
use crate::http::page::account::{frame, owner};
use crate::http::page::local;
use crate::http::respond::{self, Forms};
use crate::pages::{AccountPage, SignInPage};

pub(in crate::http) async fn get(State(edge): State<Arc<Edge>>, call: Call) -> Response {
    let live = match owner(&edge, &call, AccountPage::SignIn).await {
        Ok(live) => live,
        Err(response) => return response,
    };
    let view = SignInPage {
        chrome: respond::realm_chrome(&edge, &call),
        account: frame(&edge, &call, &live, AccountPage::SignIn),
        password_url: local(&edge, &call, AccountPage::Password.path()),
        passkeys_page: local(&edge, &call, AccountPage::Passkeys.path()),
        factors_url: local(&edge, &call, AccountPage::Factors.path()),
        has_password: live.facts().user.password_hash.is_some(),
    };
    respond::page(&edge, StatusCode::OK, &view, Forms::StayHere)
}
