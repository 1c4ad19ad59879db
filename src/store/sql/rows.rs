//! Rows read back as the types of the record. A row that does not read is corrupt, never skipped.

use sqlx::{ColumnIndex, Database, Decode, Row as _, Type};

use super::super::Db;
use super::Row;
use crate::account::link::{Link, LinkPurpose};
use crate::account::session::Session;
use crate::account::user::User;
use crate::protocol::api::Api;
use crate::protocol::authorize::PushedRequest;
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::client::{Client, ClientOrigin};
use crate::protocol::ids::UserId;
use crate::protocol::params::Params;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::protocol::user_code::UserCode;
use crate::secret::Digest;
use crate::store::device::{DeviceAuthorization, Polls};
use crate::store::fault::{Answer, Fault};
use crate::store::{
    Family, InitialAccessToken, KeyState, LiveNode, LogoutDelivery, NewFamily, Realm, Revocation,
    RevocationMark, SessionFacts, SigningKeyRecord, StoredMail, StoredRevocation,
};

/// A column as a plain value.
pub(super) fn column<'r, T>(row: &'r Row, name: &'static str) -> Answer<T>
where
    T: Decode<'r, Db> + Type<Db>,
    &'static str: ColumnIndex<<Db as Database>::Row>,
{
    Ok(row.try_get(name)?)
}

/// A text column that one of our constructors must accept.
pub(super) fn parsed<T, E>(
    row: &Row,
    name: &'static str,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Answer<T> {
    parse(column(row, name)?).map_err(|_invalid| Fault::corrupt(name))
}

pub(super) fn moment(row: &Row, name: &'static str) -> Answer<Timestamp> {
    column(row, name).map(Timestamp::from_unix_millis)
}

pub(super) fn optional_moment(row: &Row, name: &'static str) -> Answer<Option<Timestamp>> {
    let millis: Option<i64> = column(row, name)?;
    Ok(millis.map(Timestamp::from_unix_millis))
}

pub(super) fn digest(row: &Row, name: &'static str) -> Answer<Digest> {
    let bytes: Vec<u8> = column(row, name)?;
    Digest::from_bytes(&bytes).ok_or_else(|| Fault::corrupt(name))
}

pub(super) fn optional_digest(row: &Row, name: &'static str) -> Answer<Option<Digest>> {
    let bytes: Option<Vec<u8>> = column(row, name)?;
    bytes
        .map(|bytes| Digest::from_bytes(&bytes).ok_or_else(|| Fault::corrupt(name)))
        .transpose()
}

pub(super) fn count(row: &Row, name: &'static str) -> Answer<u32> {
    let count: i64 = column(row, name)?;
    u32::try_from(count).map_err(|_out_of_range| Fault::corrupt(name))
}

pub(super) fn scope(row: &Row, name: &'static str) -> Answer<ScopeSet> {
    parsed(row, name, |text| ScopeSet::parse(&text))
}

pub(super) fn realm(row: &Row) -> Answer<Realm> {
    Ok(Realm {
        id: parsed(row, "id", TryFrom::try_from)?,
        name: column(row, "name")?,
        settings: parsed(row, "settings", |text| serde_json::from_str(&text))?,
        created_at: moment(row, "created_at")?,
        disabled_at: optional_moment(row, "disabled_at")?,
        terms_url: column(row, "terms_url")?,
    })
}

/// A user's id that may be absent.
pub(super) fn optional_user_id(row: &Row, name: &'static str) -> Answer<Option<UserId>> {
    let text: Option<String> = column(row, name)?;
    text.map(|text| UserId::parse(text).map_err(|_invalid| Fault::corrupt(name)))
        .transpose()
}

pub(super) fn link(row: &Row) -> Answer<Link> {
    Ok(Link {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        digest: digest(row, "digest")?,
        purpose: parsed(row, "purpose", |text| LinkPurpose::parse(&text).ok_or(()))?,
        user: optional_user_id(row, "user_id")?,
        email: column(row, "email")?,
        content: parsed(row, "content", |text| serde_json::from_str(&text))?,
        created_at: moment(row, "created_at")?,
        expires_at: moment(row, "expires_at")?,
        used_at: optional_moment(row, "used_at")?,
    })
}

/// The columns of a user under names that a join leaves unambiguous.
macro_rules! user_columns {
    () => {
        "users.realm AS user_realm, users.id AS user_id, users.username, users.email, \
         users.email_verified, users.password_hash, users.profile, \
         users.created_at AS user_created_at, users.updated_at AS user_updated_at, \
         users.disabled_at AS user_disabled_at, users.locked_at AS user_locked_at, \
         users.deleted_at AS user_deleted_at, users.must_change_password"
    };
}
pub(super) use user_columns;

/// The condition of [`User::stands`] on a row of `users`.
macro_rules! user_stands {
    () => {
        "users.disabled_at IS NULL AND users.locked_at IS NULL AND users.deleted_at IS NULL"
    };
}
pub(super) use user_stands;

/// The condition that a row of `role` is held by a row of `users`, by a grant or through a group.
macro_rules! held_by_user {
    () => {
        "role.realm = users.realm AND role.id IN
             (SELECT user_role.role_id FROM user_role
              WHERE user_role.realm = users.realm AND user_role.user_id = users.id
              UNION ALL
              SELECT group_role.role_id FROM group_member JOIN group_role
                ON group_role.realm = group_member.realm
               AND group_role.group_id = group_member.group_id
              WHERE group_member.realm = users.realm AND group_member.user_id = users.id)"
    };
}
pub(super) use held_by_user;

pub(super) fn user(row: &Row) -> Answer<User> {
    Ok(User {
        realm: parsed(row, "user_realm", TryFrom::try_from)?,
        id: parsed(row, "user_id", TryFrom::try_from)?,
        username: column(row, "username")?,
        email: column(row, "email")?,
        email_verified: column(row, "email_verified")?,
        password_hash: column(row, "password_hash")?,
        profile: parsed(row, "profile", |text| serde_json::from_str(&text))?,
        created_at: moment(row, "user_created_at")?,
        updated_at: moment(row, "user_updated_at")?,
        disabled_at: optional_moment(row, "user_disabled_at")?,
        locked_at: optional_moment(row, "user_locked_at")?,
        deleted_at: optional_moment(row, "user_deleted_at")?,
        must_change_password: column(row, "must_change_password")?,
    })
}

pub(super) fn client(row: &Row) -> Answer<Client> {
    Ok(Client {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        id: parsed(row, "id", TryFrom::try_from)?,
        secret: optional_digest(row, "secret")?,
        sealed_secret: column(row, "sealed_secret")?,
        registration_token: optional_digest(row, "registration_token")?,
        origin: parsed(row, "origin", |text| ClientOrigin::parse(&text).ok_or(()))?,
        last_used_at: optional_moment(row, "last_used_at")?,
        fresh_until: optional_moment(row, "fresh_until")?,
        metadata: parsed(row, "metadata", |text| serde_json::from_str(&text))?,
        created_at: moment(row, "created_at")?,
        disabled_at: optional_moment(row, "disabled_at")?,
    })
}

pub(super) fn api(row: &Row) -> Answer<Api> {
    Ok(Api {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        id: parsed(row, "id", TryFrom::try_from)?,
        metadata: parsed(row, "metadata", |text| serde_json::from_str(&text))?,
        created_at: moment(row, "created_at")?,
        disabled_at: optional_moment(row, "disabled_at")?,
    })
}

pub(super) fn initial_access_token(row: &Row) -> Answer<InitialAccessToken> {
    Ok(InitialAccessToken {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        id: column(row, "id")?,
        digest: digest(row, "digest")?,
        note: column(row, "note")?,
        uses_left: count(row, "uses_left")?,
        created_at: moment(row, "created_at")?,
        expires_at: moment(row, "expires_at")?,
    })
}

/// A session joined with its user and the consent for one client.
pub(super) fn session_facts(row: &Row) -> Answer<SessionFacts> {
    let user = user(row)?;
    let consented: Option<String> = column(row, "consented")?;
    Ok(SessionFacts {
        session: Session {
            realm: user.realm.clone(),
            id: parsed(row, "session_id", TryFrom::try_from)?,
            cookie: digest(row, "cookie")?,
            user: user.id.clone(),
            auth_time: moment(row, "auth_time")?,
            amr: column(row, "amr")?,
            created_at: moment(row, "session_created_at")?,
            last_seen_at: moment(row, "last_seen_at")?,
            expires_at: moment(row, "expires_at")?,
            ended_at: optional_moment(row, "ended_at")?,
        },
        user,
        consented: consented
            .map(|text| ScopeSet::parse(&text).map_err(|_invalid| Fault::corrupt("consented")))
            .transpose()?,
        has_factor: count(row, "apps")? + count(row, "passkeys")? > 0,
        required_by_role: count(row, "strict_roles")? > 0,
    })
}

fn claims_request(row: &Row, name: &'static str) -> Answer<ClaimsRequest> {
    let text: Option<String> = column(row, name)?;
    text.map_or_else(
        || Ok(ClaimsRequest::default()),
        |text| ClaimsRequest::from_text(&text).map_err(|_invalid| Fault::corrupt(name)),
    )
}

/// A space-separated column; NULL is empty.
pub(super) fn words(row: &Row, name: &'static str) -> Answer<Vec<String>> {
    let text: Option<String> = column(row, name)?;
    Ok(text
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect())
}

pub(super) fn family(row: &Row) -> Answer<Family> {
    Ok(Family {
        grant: NewFamily {
            realm: parsed(row, "realm", TryFrom::try_from)?,
            id: parsed(row, "id", TryFrom::try_from)?,
            client: parsed(row, "client_id", TryFrom::try_from)?,
            user: parsed(row, "user_id", TryFrom::try_from)?,
            session: parsed(row, "session_id", TryFrom::try_from)?,
            scope: scope(row, "scope")?,
            code: digest(row, "code")?,
            code_expires_at: moment(row, "code_expires_at")?,
            redirect_uri: column(row, "redirect_uri")?,
            code_challenge: column(row, "code_challenge")?,
            nonce: column(row, "nonce")?,
            auth_time: moment(row, "auth_time")?,
            acr: column(row, "acr")?,
            claims: claims_request(row, "claims")?,
            resources: words(row, "resource")?,
            without_code: false,
            amr: column(row, "amr")?,
            refreshable: column(row, "refreshable")?,
            expires_at: moment(row, "expires_at")?,
            created_at: moment(row, "created_at")?,
        },
        redeemed_at: optional_moment(row, "redeemed_at")?,
        wrong_verifiers: count(row, "wrong_verifiers")?,
        generation: column(row, "generation")?,
        rotated_at: optional_moment(row, "rotated_at")?,
        revoked_at: optional_moment(row, "revoked_at")?,
        owner_stands: column(row, "owner_stands")?,
    })
}

pub(super) fn device_authorization(row: &Row) -> Answer<DeviceAuthorization> {
    Ok(DeviceAuthorization {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        device_code: digest(row, "device_code")?,
        user_code: parsed(row, "user_code", |text| UserCode::parse(&text).ok_or(()))?,
        client: parsed(row, "client_id", TryFrom::try_from)?,
        scope: scope(row, "scope")?,
        resources: words(row, "resource")?,
        polls: Polls {
            interval: Lifetime::from_millis(count(row, "poll_interval")?),
            last_at: optional_moment(row, "last_polled_at")?,
        },
        created_at: moment(row, "created_at")?,
        expires_at: moment(row, "expires_at")?,
        approved_at: optional_moment(row, "approved_at")?,
        denied_at: optional_moment(row, "denied_at")?,
    })
}

pub(super) fn pushed_request(row: &Row) -> Answer<PushedRequest> {
    let parameters: String = column(row, "parameters")?;
    Ok(PushedRequest {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        id: digest(row, "id")?,
        client: parsed(row, "client_id", TryFrom::try_from)?,
        parameters: Params::parse(parameters.as_bytes()),
        created_at: moment(row, "created_at")?,
        expires_at: moment(row, "expires_at")?,
        used_at: optional_moment(row, "used_at")?,
    })
}

pub(super) fn stored_revocation(row: &Row) -> Answer<StoredRevocation> {
    Ok(StoredRevocation {
        sequence: column(row, "sequence")?,
        revocation: Revocation {
            realm: parsed(row, "realm", TryFrom::try_from)?,
            mark: parsed(row, "mark", |text| RevocationMark::parse(&text).ok_or(()))?,
            not_after: moment(row, "not_after")?,
            expires_at: moment(row, "expires_at")?,
        },
    })
}

pub(super) fn signing_key(row: &Row) -> Answer<SigningKeyRecord> {
    Ok(SigningKeyRecord {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        id: parsed(row, "id", TryFrom::try_from)?,
        algorithm: column(row, "algorithm")?,
        state: parsed(row, "state", |text| KeyState::parse(&text).ok_or(()))?,
        sealed_private: column(row, "sealed_private")?,
        public_jwk: column(row, "public_jwk")?,
        created_at: moment(row, "created_at")?,
        activated_at: optional_moment(row, "activated_at")?,
        retiring_at: optional_moment(row, "retiring_at")?,
        revision: column(row, "revision")?,
    })
}

pub(super) fn logout_delivery(row: &Row) -> Answer<LogoutDelivery> {
    Ok(LogoutDelivery {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        session: parsed(row, "session_id", TryFrom::try_from)?,
        client: parsed(row, "client_id", TryFrom::try_from)?,
        user: parsed(row, "user_id", TryFrom::try_from)?,
        uri: column(row, "uri")?,
        created_at: moment(row, "created_at")?,
        next_attempt_at: optional_moment(row, "next_attempt_at")?,
        attempts: count(row, "attempts")?,
        delivered_at: optional_moment(row, "delivered_at")?,
        last_answer: column(row, "last_answer")?,
    })
}

pub(super) fn mail(row: &Row) -> Answer<StoredMail> {
    let user: Option<String> = column(row, "user_id")?;
    Ok(StoredMail {
        realm: parsed(row, "realm", TryFrom::try_from)?,
        id: column(row, "id")?,
        user: user
            .map(TryFrom::try_from)
            .transpose()
            .map_err(|_invalid| Fault::corrupt("user_id"))?,
        kind: column(row, "kind")?,
        sealed: column(row, "sealed")?,
        created_at: moment(row, "created_at")?,
        expires_at: moment(row, "expires_at")?,
        next_attempt_at: optional_moment(row, "next_attempt_at")?,
        attempts: count(row, "attempts")?,
        sent_at: optional_moment(row, "sent_at")?,
        last_answer: column(row, "last_answer")?,
    })
}

pub(super) fn live_node(row: &Row) -> Answer<LiveNode> {
    Ok(LiveNode {
        id: column(row, "id")?,
        key_revision: column(row, "key_revision")?,
        seen_at: moment(row, "seen_at")?,
    })
}
