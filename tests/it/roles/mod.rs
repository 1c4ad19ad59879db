//! Roles and groups: who is told of them, where, and who is not.

mod second_factor;

use serde_json::{Value, json};
use vidimus::account::role::{Group, Holder, Role};
use vidimus::account::user::User;
use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::protocol::ids::{ClientId, GroupId, GroupName, RealmId, RoleId, RoleName};
use vidimus::protocol::scope::ScopeSet;
use vidimus::store::{Change, Creation, Effects, Realm};

use crate::support::{TestClient, World, decode_claims};

static NONE: Effects = Effects::NONE;
const EVERYTHING: &str = "openid email groups roles offline_access";

fn default_realm() -> RealmId {
    RealmId::default_realm()
}

/// A role, of the realm or of a client.
async fn role(world: &World, realm: &RealmId, client: Option<&ClientId>, name: &str) -> Role {
    let role = Role {
        realm: realm.clone(),
        id: RoleId::parse(world.app.random_text::<16>().unwrap()).unwrap(),
        client: client.cloned(),
        name: RoleName::parse(name).unwrap(),
        description: String::new(),
        require_second_factor: false,
        created_at: world.app.now(),
    };
    let created = world.app.store.create_role(&role, &NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
    role
}

pub(crate) async fn group(world: &World, realm: &RealmId, name: &str) -> Group {
    let group = Group {
        realm: realm.clone(),
        id: GroupId::parse(world.app.random_text::<16>().unwrap()).unwrap(),
        name: GroupName::parse(name).unwrap(),
        description: String::new(),
        created_at: world.app.now(),
    };
    let created = world.app.store.create_group(&group, &NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
    group
}

async fn grant(world: &World, role: &Role, holder: Holder) {
    let (store, now) = (&world.app.store, world.app.now());
    let granted = store.grant_role(&role.realm, &role.id, &holder, &NONE, now);
    assert_eq!(granted.await.unwrap(), Change::Changed);
}

pub(crate) async fn join(world: &World, group: &Group, user: &User) {
    let (store, now) = (&world.app.store, world.app.now());
    let added = store.add_member(&group.realm, &group.id, &user.id, &NONE, now);
    assert_eq!(added.await.unwrap(), Change::Changed);
}

async fn client(world: &World, change: impl FnOnce(&mut ClientMetadata)) -> TestClient {
    world
        .client_with(&default_realm(), ClientType::Web, |metadata| {
            metadata.scope = ScopeSet::parse(EVERYTHING).unwrap();
            change(metadata);
        })
        .await
}

/// `ada` of the group `staff`, with a role of her own and one of the group; and a client.
async fn scene() -> (World, User, TestClient, Group) {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    let client = client(&world, |_| {}).await;
    let staff = group(&world, &default_realm(), "staff").await;
    join(&world, &staff, &ada).await;
    let reader = role(&world, &default_realm(), None, "reader").await;
    grant(&world, &reader, Holder::Group(staff.id.clone())).await;
    let seller = role(&world, &default_realm(), Some(&client.client.id), "seller").await;
    grant(&world, &seller, Holder::User(ada.id.clone())).await;
    (world, ada, client, staff)
}

async fn info(client: &TestClient, tokens: &Value) -> Value {
    let access = tokens["access_token"].as_str().unwrap();
    client.userinfo(access).await.json()
}

#[tokio::test]
async fn an_app_is_told_of_groups_and_roles_by_their_scopes() {
    let (_, _, client, _) = scene().await;
    let tokens = client.tokens(&[("scope", EVERYTHING)]).await;
    assert_eq!(tokens["scope"], EVERYTHING);
    let told = info(&client, &tokens).await;
    assert_eq!(told["groups"], json!(["staff"]));
    assert_eq!(told["roles"], json!(["reader", "seller"]));
    let id = decode_claims(tokens["id_token"].as_str().unwrap());
    assert!(
        id.get("groups").is_none() && id.get("roles").is_none(),
        "{id}"
    );
    for (scope, groups, roles) in [
        ("openid email", false, false),
        ("openid groups", true, false),
        ("openid roles", false, true),
    ] {
        let tokens = client.tokens(&[("scope", scope)]).await;
        let told = info(&client, &tokens).await;
        assert_eq!(told.get("groups").is_some(), groups, "{scope}: {told}");
        assert_eq!(told.get("roles").is_some(), roles, "{scope}: {told}");
    }
}

#[tokio::test]
async fn an_app_is_never_told_of_the_roles_of_another() {
    let (world, ada, shop, _) = scene().await;
    let blog = client(&world, |_| {}).await;
    let author = role(&world, &default_realm(), Some(&blog.client.id), "author").await;
    grant(&world, &author, Holder::User(ada.id.clone())).await;
    let [of_shop, of_blog] = [
        shop.tokens(&[("scope", EVERYTHING)]).await,
        blog.tokens(&[("scope", EVERYTHING)]).await,
    ];
    assert_eq!(
        info(&shop, &of_shop).await["roles"],
        json!(["reader", "seller"])
    );
    assert_eq!(
        info(&blog, &of_blog).await["roles"],
        json!(["author", "reader"])
    );
}

/// The two people have one id, one name and groups of one name.
#[tokio::test]
async fn nothing_of_another_realm_is_told() {
    let (world, ada, client, _) = scene().await;
    let acme = RealmId::parse("acme").unwrap();
    let realm = Realm {
        id: acme.clone(),
        name: "Acme".to_owned(),
        settings: vidimus::protocol::realm::RealmSettings::default(),
        created_at: world.app.now(),
        disabled_at: None,
        terms_url: None,
    };
    world.app.store.create_realm(&realm, &[]).await.unwrap();
    let twin = User {
        realm: acme.clone(),
        ..ada
    };
    let store = &world.app.store;
    store.create_user(&twin, &NONE).await.unwrap();
    let board = group(&world, &acme, "board").await;
    join(&world, &board, &twin).await;
    let owner = role(&world, &acme, None, "owner").await;
    grant(&world, &owner, Holder::User(twin.id.clone())).await;
    let tokens = client.tokens(&[("scope", EVERYTHING)]).await;
    let told = info(&client, &tokens).await;
    assert_eq!(told["groups"], json!(["staff"]));
    assert_eq!(told["roles"], json!(["reader", "seller"]));
}

/// OIDC Core §5.5: an admin must have given the scope, whichever way an app asks.
#[tokio::test]
async fn groups_are_asked_for_one_by_one_where_an_admin_allows_it() {
    let (world, _, may, _) = scene().await;
    let may_not = client(&world, |metadata| {
        metadata.scope = ScopeSet::parse("openid email").unwrap();
    })
    .await;
    let wanted = r#"{"userinfo":{"groups":null},"id_token":{"roles":null}}"#;
    let asked = [("scope", "openid"), ("claims", wanted)];
    let tokens = may.tokens(&asked).await;
    assert_eq!(info(&may, &tokens).await["groups"], json!(["staff"]));
    let id = decode_claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["roles"], json!(["reader", "seller"]));
    let tokens = may_not.tokens(&asked).await;
    assert!(info(&may_not, &tokens).await.get("groups").is_none());
    let id = decode_claims(tokens["id_token"].as_str().unwrap());
    assert!(id.get("roles").is_none(), "{id}");
    let tokens = may_not
        .tokens(&[("scope", "openid email groups roles")])
        .await;
    assert_eq!(tokens["scope"], "openid email");
}

/// No second passes: privileges hang on it.
#[tokio::test]
async fn a_change_is_told_at_once_and_the_end_of_the_last_group_too() {
    let (world, ada, client, staff) = scene().await;
    let tokens = client.tokens(&[("scope", EVERYTHING)]).await;
    assert_eq!(info(&client, &tokens).await["groups"], json!(["staff"]));
    let (store, now) = (&world.app.store, world.app.now());
    let removed = store.remove_member(&ada.realm, &staff.id, &ada.id, &NONE, now);
    removed.await.unwrap();
    let told = info(&client, &tokens).await;
    assert_eq!(told["groups"], json!([]));
    assert_eq!(told["roles"], json!(["seller"]));
}

#[tokio::test]
async fn an_app_that_lost_the_scope_is_told_nothing_more() {
    let (world, _, client, _) = scene().await;
    let tokens = client.tokens(&[("scope", EVERYTHING)]).await;
    let mut less = client.client.clone();
    less.metadata.scope = ScopeSet::parse("openid roles").unwrap();
    assert_eq!(
        world.app.store.update_client(&less, &[]).await.unwrap(),
        Change::Changed
    );
    world.advance(2);
    let told = info(&client, &tokens).await;
    assert!(
        told.get("groups").is_none() && told.get("roles").is_some(),
        "{told}"
    );
}

#[tokio::test]
async fn an_app_that_reads_the_id_token_finds_them_there_also_after_a_refresh() {
    let (world, ada, _, _) = scene().await;
    let reading = client(&world, |metadata| {
        metadata.compatibility.wants_claims_in_id_token = true;
    })
    .await;
    let tokens = reading.tokens(&[("scope", EVERYTHING)]).await;
    let id = decode_claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["groups"], json!(["staff"]));
    assert_eq!(id["roles"], json!(["reader"]));
    let editor = role(&world, &default_realm(), None, "editor").await;
    grant(&world, &editor, Holder::User(ada.id)).await;
    let refreshed = reading
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await;
    let id = decode_claims(refreshed.json()["id_token"].as_str().unwrap());
    assert_eq!(id["roles"], json!(["editor", "reader"]));
}

#[tokio::test]
async fn a_person_is_shown_what_an_app_will_be_told() {
    let (world, _, client, _) = scene().await;
    let blog = client_of_blog(&world).await;
    let address = client.authorize_url(&[("scope", "openid groups roles")]);
    let page = world.browser().until_consent(&address, "ada").await;
    for part in [
        "see which groups you are in",
        "<bdi>staff</bdi>",
        "see which roles you have",
        "<bdi>reader · seller</bdi>",
    ] {
        assert!(page.body.contains(part), "{part} in {page:?}");
    }
    assert!(!page.body.contains("author"), "{page:?}");
    let plain = blog.authorize_url(&[("scope", "openid email")]);
    let page = world.browser().until_consent(&plain, "ada").await;
    assert!(!page.body.contains("staff"), "{page:?}");
}

async fn client_of_blog(world: &World) -> TestClient {
    let blog = client(world, |_| {}).await;
    role(world, &default_realm(), Some(&blog.client.id), "author").await;
    blog
}

/// The app is for a group: others sign in, and it is not told of them.
#[tokio::test]
async fn an_app_for_a_group_is_for_nobody_else() {
    let (world, _, _, _) = scene().await;
    world.user(&default_realm(), "bob").await;
    let inside = client(&world, |metadata| {
        metadata.allowed_groups = vec![GroupName::parse("staff").unwrap()];
    })
    .await;
    let address = inside.authorize_url(&[]);
    let answer = world.browser().authorize(&address, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    let answer = world.browser().authorize(&address, "bob").await;
    assert_eq!(answer.param("error").as_deref(), Some("access_denied"));
}

/// Nobody comes in through a group that is gone, or through one of another name.
#[tokio::test]
async fn an_app_for_a_group_that_is_gone_is_for_nobody() {
    let (world, ada, _, staff) = scene().await;
    let inside = client(&world, |metadata| {
        metadata.allowed_groups = vec![staff.name.clone()];
    })
    .await;
    let (store, now) = (&world.app.store, world.app.now());
    store
        .delete_group(&ada.realm, &staff.id, &NONE, now)
        .await
        .unwrap();
    let answer = world
        .browser()
        .authorize(&inside.authorize_url(&[]), "ada")
        .await;
    assert_eq!(answer.param("error").as_deref(), Some("access_denied"));
}
