//! APIs.

use super::{START, World, after, scope};
use crate::protocol::api::{AccessTokenType, Api, ApiId, ApiMetadata, TokenFormat};
use crate::protocol::ids::RealmId;
use crate::store::{Change, Creation, Page, SharedStore};

/// An API with every member filled.
fn api(realm: &RealmId, id: &str) -> Api {
    Api {
        realm: realm.clone(),
        id: ApiId::parse(id).unwrap(),
        metadata: ApiMetadata {
            name: "Notes".to_owned(),
            scope: scope("notes:read notes:write"),
            access_token_type: AccessTokenType::Jwt,
            access_token_format: TokenFormat::Opaque,
            access_token_lifetime: Some(60),
        },
        created_at: START,
        disabled_at: None,
    }
}

/// An API is read back as written, in its realm only, and replaced as a whole.
pub async fn keeps_apis(store: SharedStore) {
    let world = World::new(store).await;
    let store = &world.store;
    let mut notes = api(&world.realm, "https://notes.example/");
    assert_eq!(
        store.create_api(&notes, &[]).await.unwrap(),
        Creation::Created
    );
    assert_eq!(
        store.create_api(&notes, &[]).await.unwrap(),
        Creation::NameTaken
    );
    let found = store.api(&world.realm, &notes.id).await.unwrap();
    assert_eq!(found, Some(notes.clone()));
    assert_eq!(store.api(&world.elsewhere, &notes.id).await.unwrap(), None);
    notes.metadata = ApiMetadata {
        name: "Diary".to_owned(),
        ..ApiMetadata::default()
    };
    notes.disabled_at = Some(after(3));
    assert_eq!(
        store.update_api(&notes, &[]).await.unwrap(),
        Change::Changed
    );
    let found = store.api(&world.realm, &notes.id).await.unwrap();
    assert_eq!(found, Some(notes.clone()));
    for absent in ["https://notes.example", "https://Notes.example/"] {
        notes.id = ApiId::parse(absent).unwrap();
        assert_eq!(
            store.update_api(&notes, &[]).await.unwrap(),
            Change::NotFound
        );
    }
}

/// Two realms may have an API of one name; each change is in its own.
pub async fn takes_api_names_per_realm(store: SharedStore) {
    let world = World::new(store).await;
    let store = &world.store;
    let [mut here, there] =
        [&world.realm, &world.elsewhere].map(|realm| api(realm, "urn:example:api"));
    for api in [&here, &there] {
        assert_eq!(store.create_api(api, &[]).await.unwrap(), Creation::Created);
    }
    "Changed".clone_into(&mut here.metadata.name);
    store.update_api(&here, &[]).await.unwrap();
    let untouched = Some(there.clone());
    assert_eq!(store.api(&there.realm, &there.id).await.unwrap(), untouched);
    for change in [Change::Changed, Change::NotFound] {
        let deleted = store.delete_api(&here.realm, &here.id, &[]).await.unwrap();
        assert_eq!(deleted, change);
    }
    assert_eq!(store.api(&here.realm, &here.id).await.unwrap(), None);
    assert_eq!(store.api(&there.realm, &there.id).await.unwrap(), untouched);
}

/// Pages follow the order of the identifiers' bytes.
pub async fn lists_apis_by_page(store: SharedStore) {
    let world = World::new(store).await;
    let ids = ["https://A.example/", "https://a.example", "urn:b", "urn:c"];
    for id in ids.iter().rev() {
        let api = api(&world.realm, id);
        world.store.create_api(&api, &[]).await.unwrap();
    }
    let foreign = api(&world.elsewhere, "urn:a");
    world.store.create_api(&foreign, &[]).await.unwrap();
    let mut page = Page {
        after: None,
        limit: 3,
    };
    let mut seen = Vec::new();
    for size in [3, 1, 0] {
        let apis = world.store.list_apis(&world.realm, &page).await.unwrap();
        assert_eq!(apis.len(), size);
        seen.extend(apis.iter().map(|api| api.id.to_string()));
        page.after = seen.last().cloned();
    }
    assert_eq!(seen, ids);
}
