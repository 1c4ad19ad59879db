//! The URL map, on one screen.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use http::{HeaderMap, StatusCode};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use crate::account::link::LinkPurpose;
use crate::http::endpoint::{
    device_authorization, health, introspect, metadata, par, registration, revoke, token, userinfo,
};
use crate::http::page::{
    account, authorize, check_session, confirm_address, confirm_new_address, consent, device,
    end_session, error, forgot_password, home, invitation, language, lock_account, login,
    new_password, passkeys, reset_password, sign_up, steps, undo_deletion,
};
use crate::http::{Edge, cors, headers};
use crate::pages::AccountPage;
use crate::protocol::discovery::path;

/// W3C "A Well-Known URL for Relying Party Passkey Endpoints" §2
const PASSKEY_ENDPOINTS: &str = "/.well-known/passkey-endpoints";

/// Where the addresses of a realm begin, below the issuer.
const REALM: &str = "/realms/{realm}";

type Routes = Router<Arc<Edge>>;

/// W3C "A Well-Known URL for Changing Passwords" §2
const CHANGE_PASSWORD: &str = "/.well-known/change-password";

/// A line of `docs/endpoints.md`: the page is held in step with this list by a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The methods, as written in the page.
    pub methods: &'static str,
    /// The path below the issuer, or below the origin.
    pub path: &'static str,
}

const fn route(methods: &'static str, path: &'static str) -> Route {
    Route { methods, path }
}

/// Every address that this server answers.
pub const ROUTES: &[Route] = &[
    route("GET", path::OPENID_CONFIGURATION),
    route("GET", path::OAUTH_METADATA),
    route("GET", path::JWKS),
    route("GET, POST", path::AUTHORIZE),
    route("GET, POST", "/login"),
    route("GET, POST", steps::FACTOR),
    route("POST", passkeys::SIGN_IN),
    route("POST", passkeys::SIGN_IN_OPTIONS),
    route("POST", passkeys::FACTOR),
    route("POST", passkeys::FACTOR_OPTIONS),
    route("GET, POST", steps::RECOVERY),
    route("GET, POST", steps::MAILED_CODE),
    route("GET, POST", steps::SET_UP),
    route("GET, POST", steps::NEW_PASSWORD),
    route("GET, POST", "/consent"),
    route("GET, POST", sign_up::PATH),
    route("POST", sign_up::AGAIN),
    route("GET, POST", LinkPurpose::ConfirmAddress.path()),
    route("GET, POST", forgot_password::PATH),
    route("GET, POST", LinkPurpose::ResetPassword.path()),
    route("GET, POST", LinkPurpose::Invitation.path()),
    route("GET, POST", LinkPurpose::LockAccount.path()),
    route("GET, POST", LinkPurpose::ConfirmNewAddress.path()),
    route("GET, POST", LinkPurpose::AgreeToNewAddress.path()),
    route("GET, POST", LinkPurpose::UndoDeletion.path()),
    route("GET", "/error"),
    route("POST", language::PATH),
    route("POST", path::DEVICE_AUTHORIZATION),
    route("GET, POST", path::DEVICE),
    route("GET, POST", device::CONFIRM),
    route("POST", path::PAR),
    route("POST", path::TOKEN),
    route("GET, POST", path::USERINFO),
    route("POST", path::INTROSPECT),
    route("POST", path::REVOKE),
    route("GET, POST", path::END_SESSION),
    route("GET", path::CHECK_SESSION),
    route("POST", path::REGISTER),
    route("GET, PUT, DELETE", "/register/{client_id}"),
    route("GET", AccountPage::Home.path()),
    route("GET, POST", AccountPage::Profile.path()),
    route("GET, POST", AccountPage::Address.path()),
    route("GET", AccountPage::SignIn.path()),
    route("GET, POST", AccountPage::Password.path()),
    route("GET, POST", AccountPage::Sessions.path()),
    route("GET, POST", AccountPage::Apps.path()),
    route("GET", AccountPage::Activity.path()),
    route("GET", AccountPage::Data.path()),
    route("POST", account::data::DOWNLOAD),
    route("POST", account::data::DELETE),
    route("GET, POST", AccountPage::Factors.path()),
    route("GET, POST", AccountPage::AddApp.path()),
    route("GET, POST", AccountPage::Passkeys.path()),
    route("GET, POST", AccountPage::AddPasskey.path()),
    route("POST", account::passkeys::OPTIONS),
    route("GET", CHANGE_PASSWORD),
    route("GET", PASSKEY_ENDPOINTS),
    route("GET", "/"),
    route("GET", "/static/{file}"),
    route("GET", "/livez"),
    route("GET", "/readyz"),
];

/// The pages around one-time links.
fn link_routes() -> Routes {
    Router::new()
        .route(sign_up::PATH, get(sign_up::get).post(sign_up::post))
        .route(sign_up::AGAIN, post(sign_up::post_again))
        .route(
            LinkPurpose::ConfirmAddress.path(),
            get(confirm_address::get).post(confirm_address::post),
        )
        .route(
            forgot_password::PATH,
            get(forgot_password::get).post(forgot_password::post),
        )
        .route(
            LinkPurpose::ResetPassword.path(),
            get(reset_password::get).post(reset_password::post),
        )
        .route(
            LinkPurpose::Invitation.path(),
            get(invitation::get).post(invitation::post),
        )
        .route(
            LinkPurpose::LockAccount.path(),
            get(lock_account::get).post(lock_account::post),
        )
        .route(
            LinkPurpose::ConfirmNewAddress.path(),
            get(confirm_new_address::get).post(confirm_new_address::post),
        )
        .route(
            LinkPurpose::AgreeToNewAddress.path(),
            get(confirm_new_address::get_agreement).post(confirm_new_address::post_agreement),
        )
        .route(
            LinkPurpose::UndoDeletion.path(),
            get(undo_deletion::get).post(undo_deletion::post),
        )
}

/// The pages of a sign-in.
fn sign_in_routes() -> Routes {
    Router::new()
        .route("/login", get(login::get).post(login::post))
        .route(
            steps::FACTOR,
            get(steps::get_factor).post(steps::post_factor),
        )
        .route(passkeys::SIGN_IN, post(passkeys::post_sign_in))
        .route(
            passkeys::SIGN_IN_OPTIONS,
            post(passkeys::post_sign_in_options),
        )
        .route(passkeys::FACTOR, post(steps::post_passkey))
        .route(
            passkeys::FACTOR_OPTIONS,
            post(passkeys::post_factor_options),
        )
        .route(
            steps::RECOVERY,
            get(steps::get_recovery).post(steps::post_recovery),
        )
        .route(
            steps::MAILED_CODE,
            get(steps::get_mailed_code).post(steps::post_mailed_code),
        )
        .route(
            steps::SET_UP,
            get(steps::get_set_up).post(steps::post_set_up),
        )
        .route(
            steps::NEW_PASSWORD,
            get(new_password::get).post(new_password::post),
        )
}

/// The addresses of every realm, below its issuer.
fn realm_routes() -> Routes {
    link_routes()
        .merge(sign_in_routes())
        .route(path::OPENID_CONFIGURATION, document(metadata::discovery))
        .route(path::OAUTH_METADATA, document(metadata::discovery))
        .route(path::JWKS, document(metadata::jwks))
        .route(
            path::AUTHORIZE,
            acting(authorize::get).post(authorize::post),
        )
        .route("/consent", get(consent::get).post(consent::post))
        .route("/error", get(error::get))
        .route(language::PATH, post(language::post))
        .route(path::DEVICE_AUTHORIZATION, post(device_authorization::post))
        .route(path::DEVICE, get(device::get).post(device::post))
        .route(
            device::CONFIRM,
            get(device::get_confirm).post(device::post_confirm),
        )
        .route(path::PAR, post(par::post).options(preflight))
        .route(path::TOKEN, post(token::post).options(preflight))
        .route(
            path::USERINFO,
            get(userinfo::get).post(userinfo::post).options(preflight),
        )
        .route(path::INTROSPECT, post(introspect::post))
        .route(path::REVOKE, post(revoke::post).options(preflight))
        .route(
            path::END_SESSION,
            acting(end_session::get).post(end_session::post),
        )
        .route(path::CHECK_SESSION, get(check_session::get))
        .route(path::REGISTER, post(registration::post))
        .route(
            "/register/{client_id}",
            get(registration::get)
                .put(registration::put)
                .delete(registration::delete),
        )
        .merge(account_routes())
}

/// What people see and change of their accounts, below each issuer.
fn account_routes() -> Routes {
    Router::new()
        .route(AccountPage::Home.path(), get(account::home::get))
        .route(AccountPage::SignIn.path(), get(account::sign_in::get))
        .route(
            AccountPage::Profile.path(),
            get(account::profile::get).post(account::profile::post),
        )
        .route(
            AccountPage::Address.path(),
            get(account::address::get).post(account::address::post),
        )
        .route(
            AccountPage::Password.path(),
            get(account::password::get).post(account::password::post),
        )
        .route(
            AccountPage::Sessions.path(),
            get(account::sessions::get).post(account::sessions::post),
        )
        .route(
            AccountPage::Apps.path(),
            get(account::apps::get).post(account::apps::post),
        )
        .route(AccountPage::Activity.path(), get(account::activity::get))
        .route(AccountPage::Data.path(), get(account::data::get))
        .route(account::data::DOWNLOAD, post(account::data::download))
        .route(account::data::DELETE, post(account::data::post_delete))
        .route(
            AccountPage::Factors.path(),
            get(account::factors::get).post(account::factors::post),
        )
        .route(
            AccountPage::AddApp.path(),
            get(account::factors::get_app).post(account::factors::post_app),
        )
        .route(
            AccountPage::Passkeys.path(),
            get(account::passkeys::get).post(account::passkeys::post),
        )
        .route(
            AccountPage::AddPasskey.path(),
            get(account::passkeys::get_add).post(account::passkeys::post_add),
        )
        .route(
            account::passkeys::OPTIONS,
            post(account::passkeys::post_options),
        )
        .route(CHANGE_PASSWORD, get(account::home::change_password))
        .route(PASSKEY_ENDPOINTS, get(account::passkeys::endpoints))
}

/// The whole server below the configured origin.
pub fn router(edge: Arc<Edge>) -> Router {
    let origin = &edge.app.settings.issuer;
    let base = base_path(origin);
    let below_issuer = realm_routes()
        .nest(REALM, realm_routes())
        .route("/", get(home::get));
    let placed = if base.is_empty() {
        below_issuer
    } else {
        // Password managers ask at the origin itself.
        Router::new()
            .nest(&base, below_issuer)
            .route(CHANGE_PASSWORD, get(account::home::change_password))
            .route(PASSKEY_ENDPOINTS, get(account::passkeys::endpoints))
    };
    let mut routes = inserted_well_known(placed, &base)
        .route("/static/{file}", get(home::static_file))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .fallback(home::not_found)
        .method_not_allowed_fallback(home::method_not_allowed);
    if let Some((demo, _)) = &edge.settings.demo {
        routes = routes.merge(demo.clone().with_state(()));
    }
    // One layer: the router boxes and clones each layer of its own for every request.
    let around = ServiceBuilder::new()
        .layer(from_fn_with_state(Arc::clone(&edge), headers::finish))
        .layer(CatchPanicLayer::new());
    routes.layer(around).with_state(edge)
}

/// RFC 8414 §3.1 inserts the well-known part between host and path; clients try both shapes, for
/// both names.
fn inserted_well_known(mut routes: Routes, base: &str) -> Routes {
    for well_known in [path::OAUTH_METADATA, path::OPENID_CONFIGURATION] {
        let realm = format!("{well_known}{base}{REALM}");
        routes = routes.route(&realm, document(metadata::discovery));
        if !base.is_empty() {
            let default = format!("{well_known}{base}");
            routes = routes.route(&default, document(metadata::discovery));
        }
    }
    routes
}

/// A document for everybody, from any origin.
fn document<H, T>(handler: H) -> MethodRouter<Arc<Edge>>
where
    H: Handler<T, Arc<Edge>>,
    T: 'static,
{
    get(handler).options(preflight)
}

/// A GET that does something: HEAD, which axum would serve with it, must not.
fn acting<H, T>(handler: H) -> MethodRouter<Arc<Edge>>
where
    H: Handler<T, Arc<Edge>>,
    T: 'static,
{
    get(handler).head(async || StatusCode::METHOD_NOT_ALLOWED)
}

async fn preflight(headers: HeaderMap) -> Response {
    cors::preflight(&headers)
}

/// What the router calls each route at every place where it stands, and its path in [`ROUTES`].
pub(super) fn templates(base: &str) -> impl Iterator<Item = (String, &'static str)> {
    ROUTES.iter().flat_map(move |Route { path, .. }| {
        let below = format!("{base}{path}");
        let places = [
            (*path).to_owned(),
            below.trim_end_matches('/').to_owned(),
            format!("{base}{REALM}{path}"),
            format!("{path}{base}"),
            format!("{path}{base}{REALM}"),
        ];
        places.map(|place| (place, *path))
    })
}

/// The path of the configured issuer, without a trailing slash.
pub(super) fn base_path(issuer: &str) -> String {
    url::Url::parse(issuer).map_or_else(
        |_invalid| String::new(),
        |url| url.path().trim_end_matches('/').to_owned(),
    )
}
