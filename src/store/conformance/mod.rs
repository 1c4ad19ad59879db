//! What every store must do, as cases that any store can be handed to.
//!
//! Each case is a fact about one verb or one guard, opens with an empty record, and panics when the
//! fact does not hold. `tests/it/store.rs` runs all of them on every store.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a case fails by panicking; that is what it is for"
)]

pub mod accounts;
pub mod amendments;
pub mod apis;
pub mod ceremonies;
pub mod clients;
pub mod codes;
pub mod devices;
pub mod events;
pub mod factors;
pub mod keys;
pub mod links;
pub mod links_of_owner;
pub mod logouts;
pub mod mails;
pub mod misc;
pub mod new_address;
pub mod new_address_races;
pub mod own;
pub mod passkeys;
pub mod passwords;
pub mod people;
pub mod protection;
pub mod registrations;
pub mod replays;
pub mod requests;
pub mod revocations;
pub mod roles;
pub mod rotation;
pub mod sessions;
pub mod sign_ins;
pub mod thefts;
pub mod twins;

use tokio::task::JoinSet;

use super::{
    CodeRedemption, ConsentAnswer, Creation, Effects, Family, NewFamily, PasswordChange, Realm,
    Revocation, RevocationMark, SharedStore, TokenRotation,
};
use crate::account::password::breach::BreachVerdict;
use crate::account::password::policy::{PasswordFacts, PasswordPolicy, judge};
use crate::account::password::{HashMemory, NewPasswordHash, PasswordCost, hash_new};
use crate::account::session::Session;
use crate::account::slow_down::PASSWORDS;
use crate::account::user::{Profile, User};
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::client::{
    Client, ClientMetadata, ClientType, GrantType, TokenEndpointAuthMethod,
};
use crate::protocol::ids::{ClientId, FamilyId, RealmId, SessionId, UserId};
use crate::protocol::realm::RealmSettings;
use crate::protocol::response_type::ResponseType;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::{Digest, SecretString};

/// The moment at which every case begins.
pub const START: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
/// How many callers race for one thing.
pub const RACERS: usize = 12;
/// The password hash of every user here, for opening sessions.
pub const VERIFIED: &str = "first hash";

/// A moment some seconds after the start.
pub fn after(seconds: u32) -> Timestamp {
    START.plus(Lifetime::seconds(seconds))
}

/// Two realms; in the first a user with a session, and a client.
pub struct World {
    /// The store under test.
    pub store: SharedStore,
    /// Where everything below lives.
    pub realm: RealmId,
    /// A realm that must see nothing of it.
    pub elsewhere: RealmId,
    /// A user with a password.
    pub user: User,
    /// A confidential client.
    pub client: Client,
    /// The user's session.
    pub session: Session,
}

impl World {
    /// Fills an empty record.
    pub async fn new(store: SharedStore) -> Self {
        let [realm, elsewhere] = ["acme", "globex"].map(|slug| RealmId::parse(slug).unwrap());
        for id in [&realm, &elsewhere] {
            assert_eq!(
                store.create_realm(&realm_named(id), &[]).await.unwrap(),
                Creation::Created
            );
        }
        let user = user(&realm, "u-ada", "ada", Some("ada@example.com"));
        assert_eq!(
            store.create_user(&user, &Effects::NONE).await.unwrap(),
            Creation::Created
        );
        let client = client(&realm, "shop");
        assert_eq!(
            store.create_client(&client, &[]).await.unwrap(),
            Creation::Created
        );
        let session = session(&user, "s-1");
        store
            .open_session(&session, VERIFIED, &Effects::NONE)
            .await
            .unwrap();
        Self {
            store,
            realm,
            elsewhere,
            user,
            client,
            session,
        }
    }

    /// A grant that lives with the session.
    pub fn grant(&self, id: &str) -> NewFamily {
        NewFamily {
            realm: self.realm.clone(),
            id: family_id(id),
            client: self.client.id.clone(),
            user: self.user.id.clone(),
            session: self.session.id.clone(),
            scope: scope("openid email"),
            code: Digest::of(id),
            code_expires_at: after(60),
            redirect_uri: "https://shop.example/callback".to_owned(),
            code_challenge: Some("challenge".to_owned()),
            nonce: Some("nonce".to_owned()),
            auth_time: START,
            acr: Some("urn:example:acr".to_owned()),
            claims: ClaimsRequest::parse(r#"{"userinfo":{"name":null}}"#).unwrap(),
            resources: vec!["https://api.example/".to_owned()],
            without_code: false,
            amr: "pwd".to_owned(),
            refreshable: true,
            expires_at: after(86_400),
            created_at: START,
        }
    }

    /// A grant that outlives the session.
    pub fn offline_grant(&self, id: &str) -> NewFamily {
        NewFamily {
            scope: scope("openid offline_access"),
            ..self.grant(id)
        }
    }

    /// Issues the grant's code and spends it.
    pub async fn redeemed(&self, grant: NewFamily) -> Family {
        self.store.issue_code(&grant).await.unwrap();
        self.store
            .redeem_code(&redemption(&grant))
            .await
            .unwrap()
            .unwrap()
    }

    /// A new password of the user, whose hash is another each time.
    pub fn new_password(&self, now: Timestamp) -> PasswordChange {
        PasswordChange {
            realm: self.realm.clone(),
            user: self.user.id.clone(),
            hash: new_hash(now),
            proven: None,
            spared: None,
            must_change: false,
            history: 0,
            effects: Effects::marks([self.mark(RevocationMark::User(self.user.id.clone()))]),
            now,
        }
    }

    /// The family as the record has it.
    pub async fn family(&self, id: &FamilyId) -> Family {
        self.store.family(&self.realm, id).await.unwrap().unwrap()
    }

    /// The user's answer to the client: this is allowed, and nothing left out.
    pub fn allowing(&self, added: &str) -> ConsentAnswer {
        ConsentAnswer {
            realm: self.realm.clone(),
            user: self.user.id.clone(),
            client: self.client.id.clone(),
            added: scope(added),
            left_out: ScopeSet::default(),
            now: START,
        }
    }

    /// A mark of this world's realm that lasts an hour.
    pub fn mark(&self, mark: RevocationMark) -> Revocation {
        Revocation {
            realm: self.realm.clone(),
            mark,
            not_after: after(1),
            expires_at: after(3_600),
        }
    }

    /// Whether a mark stands.
    pub async fn stands(&self, mark: &RevocationMark) -> bool {
        let found = self
            .store
            .standing_revocations(&self.realm, std::slice::from_ref(mark), after(2))
            .await
            .unwrap();
        !found.is_empty()
    }
}

/// A redemption that holds for the grant.
pub fn redemption(grant: &NewFamily) -> CodeRedemption {
    CodeRedemption {
        realm: grant.realm.clone(),
        code: grant.code,
        client: grant.client.clone(),
        redirect_uri: grant.redirect_uri.clone(),
        code_challenge: grant.code_challenge.clone(),
        now: after(5),
    }
}

/// A rotation that holds for the family, whose APIs were judged.
pub fn rotation(family: &Family) -> TokenRotation {
    TokenRotation {
        realm: family.grant.realm.clone(),
        family: family.grant.id.clone(),
        client: family.grant.client.clone(),
        generation: family.generation,
        targets_judged: true,
        now: after(10),
    }
}

/// Runs the same thing at once from many tasks.
pub async fn race<T, F>(attempt: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut racers = JoinSet::new();
    for number in 0..RACERS {
        racers.spawn(attempt(number));
    }
    racers.join_all().await
}

/// How many of some outcomes are the wanted one.
pub fn count_of<T: PartialEq>(outcomes: &[T], wanted: &T) -> usize {
    outcomes.iter().filter(|outcome| *outcome == wanted).count()
}

/// A realm that is switched on.
pub fn realm_named(id: &RealmId) -> Realm {
    Realm {
        id: id.clone(),
        name: format!("Realm {id}"),
        settings: RealmSettings {
            front_channel_tokens: true,
            ..RealmSettings::default()
        },
        created_at: START,
        disabled_at: None,
        terms_url: Some("https://terms.example/".to_owned()),
    }
}

/// A user with every kind of column filled.
pub fn user(realm: &RealmId, id: &str, username: &str, email: Option<&str>) -> User {
    User {
        realm: realm.clone(),
        id: UserId::parse(id).unwrap(),
        username: username.to_owned(),
        email: email.map(str::to_owned),
        email_verified: true,
        password_hash: Some(VERIFIED.to_owned()),
        profile: Profile {
            name: Some("Ada L\u{f8}velace".to_owned()),
            ..Profile::default()
        },
        created_at: START,
        updated_at: START,
        disabled_at: None,
        must_change_password: false,
        locked_at: None,
        deleted_at: None,
    }
}

/// A confidential client.
pub fn client(realm: &RealmId, id: &str) -> Client {
    Client::registered_by_admin(
        realm.clone(),
        ClientId::parse(id).unwrap(),
        Some(Digest::of("client secret")),
        ClientMetadata {
            client_name: "Shop".to_owned(),
            client_type: ClientType::Web,
            redirect_uris: vec!["https://shop.example/callback".to_owned()],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            token_endpoint_auth_method: TokenEndpointAuthMethod::ClientSecretBasic,
            response_types: vec![ResponseType::CODE],
            scope: scope("openid email offline_access"),
            ..ClientMetadata::default()
        },
        START,
    )
}

/// The hash of a password that was judged, as cheap as can be.
fn new_hash(now: Timestamp) -> NewPasswordHash {
    let facts = PasswordFacts {
        username: "ada",
        email: None,
        names: &[],
        realm_name: "Acme",
        second_factor: false,
        used_before: false,
        breach: BreachVerdict::NotAsked,
    };
    let password = SecretString::new(format!("plane-jar-ostrich-{}", now.unix_millis()));
    let judged = judge(&PasswordPolicy::default(), password, &facts).unwrap();
    let cost = PasswordCost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };
    hash_new(&judged, &[7; 16], &cost, &mut HashMemory::default()).unwrap()
}

/// A live session whose cookie's value is its id.
pub fn session(user: &User, id: &str) -> Session {
    Session {
        realm: user.realm.clone(),
        id: SessionId::parse(id).unwrap(),
        cookie: Digest::of(id),
        user: user.id.clone(),
        auth_time: START,
        amr: "pwd otp".to_owned(),
        created_at: START,
        last_seen_at: START,
        expires_at: after(43_200),
        ended_at: None,
    }
}

/// A family id that is known to be valid.
pub fn family_id(id: &str) -> FamilyId {
    FamilyId::parse(id).unwrap()
}

/// A scope that is known to be valid.
pub fn scope(text: &str) -> ScopeSet {
    ScopeSet::parse(text).unwrap()
}

/// Counts one attempt, however many others are counted at the same time; gives its number.
pub async fn count_attempt(
    store: &SharedStore,
    realm: &RealmId,
    name: &str,
    now: Timestamp,
) -> u32 {
    loop {
        let seen = store.login_attempts(realm, name).await.unwrap();
        let counted = PASSWORDS.one_more(seen, now);
        if store
            .count_login_attempt(realm, name, seen, counted)
            .await
            .unwrap()
        {
            return counted.failures;
        }
    }
}
