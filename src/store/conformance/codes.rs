//! Codes: issued once, spent once, by whom they were issued to.

use super::{RACERS, World, after, family_id, race, redemption};
use crate::account::user::AccountSwitch;
use crate::account::user::User;
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::ids::ClientId;
use crate::secret::Digest;
use crate::store::{CodeRedemption, Creation, Effects, FamilyRevocation, NewFamily, SharedStore};

/// A spent code gives its family as it was granted, with the moment of spending.
pub async fn spends_a_code(store: SharedStore) {
    let world = World::new(store).await;
    let grant = world.grant("f-1");
    world.store.issue_code(&grant).await.unwrap();
    let before = world.family(&grant.id).await;
    assert_eq!((before.redeemed_at, before.rotated_at), (None, None));
    assert!(before.owner_stands);
    let family = world
        .store
        .redeem_code(&redemption(&grant))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(family.grant, grant);
    assert_eq!(family.redeemed_at, Some(after(5)));
    assert_eq!(family.rotated_at, Some(after(5)));
    assert_eq!(family.generation, 0);
    assert_eq!((family.revoked_at, family.wrong_verifiers), (None, 0));
    assert!(family.owner_stands);
    assert_eq!(world.family(&grant.id).await, family);
    let by_code = world
        .store
        .family_by_code(&world.realm, &grant.code)
        .await
        .unwrap();
    assert_eq!(by_code, Some(family));
}

/// A grant without any of the optional facts is kept so too.
pub async fn spends_a_code_without_a_challenge(store: SharedStore) {
    let world = World::new(store).await;
    let grant = NewFamily {
        code_challenge: None,
        nonce: None,
        acr: None,
        claims: ClaimsRequest::default(),
        resources: Vec::new(),
        refreshable: false,
        ..world.grant("f-1")
    };
    let family = world.redeemed(grant.clone()).await;
    assert_eq!(family.grant, grant);
}

/// OIDC Core §5.5: claims may have more digits when they are kept than when they were asked for.
pub async fn spends_a_code_with_claims_that_have_grown(store: SharedStore) {
    let world = World::new(store).await;
    let values = vec!["1e15"; 600].join(",");
    let claims = format!(r#"{{"userinfo":{{"name":{{"values":[{values}]}}}}}}"#);
    let grant = NewFamily {
        claims: ClaimsRequest::parse(&claims).unwrap(),
        ..world.grant("f-1")
    };
    let family = world.redeemed(grant.clone()).await;
    assert_eq!(family.grant, grant);
}

/// RFC 6749 §4.1.2: a code is spent once; the second time changes nothing.
pub async fn spends_a_code_once(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.grant("f-1")).await;
    let again = CodeRedemption {
        now: after(6),
        ..redemption(&family.grant)
    };
    assert_eq!(world.store.redeem_code(&again).await.unwrap(), None);
    assert_eq!(world.family(&family.grant.id).await, family);
}

/// Of many redemptions of one code at once, one succeeds.
pub async fn spends_a_code_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let grant = world.grant("f-1");
    world.store.issue_code(&grant).await.unwrap();
    let outcomes = race(|_| {
        let (store, redemption) = (world.store.clone(), redemption(&grant));
        async move { store.redeem_code(&redemption).await.unwrap() }
    })
    .await;
    assert_eq!(outcomes.len(), RACERS);
    assert_eq!(outcomes.iter().flatten().count(), 1);
}

/// Every binding is checked: a redemption that differs in one changes nothing.
pub async fn refuses_a_code_with_any_binding_changed(store: SharedStore) {
    let world = World::new(store).await;
    let grant = world.grant("f-1");
    world.store.issue_code(&grant).await.unwrap();
    let right = redemption(&grant);
    let wrong = [
        CodeRedemption {
            realm: world.elsewhere.clone(),
            ..right.clone()
        },
        CodeRedemption {
            code: Digest::of("other"),
            ..right.clone()
        },
        CodeRedemption {
            client: ClientId::parse("other").unwrap(),
            ..right.clone()
        },
        CodeRedemption {
            redirect_uri: "https://shop.example/callback/".to_owned(),
            ..right.clone()
        },
        CodeRedemption {
            code_challenge: Some("other".to_owned()),
            ..right.clone()
        },
        CodeRedemption {
            code_challenge: None,
            ..right.clone()
        },
    ];
    for redemption in wrong {
        assert_eq!(
            world.store.redeem_code(&redemption).await.unwrap(),
            None,
            "{redemption:?}"
        );
    }
    assert_eq!(world.family(&grant.id).await.redeemed_at, None);
    assert!(world.store.redeem_code(&right).await.unwrap().is_some());
}

/// RFC 9700 §4.8.2: a verifier for a code without a challenge is refused (PKCE downgrade).
pub async fn refuses_a_verifier_where_no_challenge_was(store: SharedStore) {
    let world = World::new(store).await;
    let grant = NewFamily {
        code_challenge: None,
        ..world.grant("f-1")
    };
    world.store.issue_code(&grant).await.unwrap();
    let downgraded = CodeRedemption {
        code_challenge: Some("any".to_owned()),
        ..redemption(&grant)
    };
    assert_eq!(world.store.redeem_code(&downgraded).await.unwrap(), None);
}

/// A code lapses at its moment, not after it; so does one whose family has ended.
pub async fn refuses_an_expired_code(store: SharedStore) {
    let world = World::new(store).await;
    let grant = world.grant("f-1");
    let short = NewFamily {
        expires_at: after(5),
        ..world.grant("f-2")
    };
    for grant in [&grant, &short] {
        world.store.issue_code(grant).await.unwrap();
    }
    let late = CodeRedemption {
        now: grant.code_expires_at,
        ..redemption(&grant)
    };
    assert_eq!(world.store.redeem_code(&late).await.unwrap(), None);
    assert_eq!(
        world.store.redeem_code(&redemption(&short)).await.unwrap(),
        None
    );
    let in_time = CodeRedemption {
        now: after(59),
        ..late
    };
    assert!(world.store.redeem_code(&in_time).await.unwrap().is_some());
}

/// A revoked family's code is spent by nobody.
pub async fn refuses_a_code_of_a_revoked_family(store: SharedStore) {
    let world = World::new(store).await;
    let grant = world.grant("f-1");
    world.store.issue_code(&grant).await.unwrap();
    let outcome = world
        .store
        .revoke_family(&world.realm, &grant.id, "test", &Effects::NONE, after(1))
        .await
        .unwrap();
    assert_eq!(outcome, FamilyRevocation::Revoked);
    assert_eq!(
        world.store.redeem_code(&redemption(&grant)).await.unwrap(),
        None
    );
}

/// A code issued after its user was switched off, by a request under way, is not spent.
pub async fn refuses_a_code_of_a_disabled_user(store: SharedStore) {
    let world = World::new(store).await;
    let (online, offline) = (world.grant("f-1"), world.offline_grant("f-2"));
    let id = &world.user.id;
    world
        .store
        .switch_user(
            &world.realm,
            id,
            AccountSwitch::Disable,
            &Effects::NONE,
            after(1),
        )
        .await
        .unwrap();
    for grant in [&online, &offline] {
        world.store.issue_code(grant).await.unwrap();
        let family = world.store.family(&world.realm, &grant.id).await.unwrap();
        assert_eq!(
            family, None,
            "a request under way when the user was disabled"
        );
        let redeemed = world.store.redeem_code(&redemption(grant)).await.unwrap();
        assert_eq!(redeemed, None);
    }
}

/// No code comes of a session that has ended, not even one that would have outlived it.
pub async fn refuses_a_code_of_an_ended_session(store: SharedStore) {
    let world = World::new(store).await;
    let (online, offline) = (world.grant("f-1"), world.offline_grant("f-2"));
    world
        .store
        .end_session(&world.realm, &world.session.id, &Effects::NONE, after(1))
        .await
        .unwrap();
    for grant in [&online, &offline] {
        world.store.issue_code(grant).await.unwrap();
        let redeemed = world.store.redeem_code(&redemption(grant)).await.unwrap();
        assert_eq!(redeemed, None);
    }
}

/// A code is unknown outside its realm, and when it was never issued.
pub async fn knows_a_code_in_its_realm_only(store: SharedStore) {
    let world = World::new(store).await;
    let grant = world.grant("f-1");
    world.store.issue_code(&grant).await.unwrap();
    let store = &world.store;
    assert_eq!(
        store
            .family_by_code(&world.elsewhere, &grant.code)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store.family(&world.elsewhere, &grant.id).await.unwrap(),
        None
    );
    assert_eq!(
        store
            .family_by_code(&world.realm, &Digest::of("no"))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store.family(&world.realm, &family_id("no")).await.unwrap(),
        None
    );
}

/// A code given out twice is a fault, and the first stands.
pub async fn issues_a_code_once(store: SharedStore) {
    let world = World::new(store).await;
    let first = world.grant("f-1");
    world.store.issue_code(&first).await.unwrap();
    let second = NewFamily {
        code: first.code,
        ..world.grant("f-2")
    };
    assert!(world.store.issue_code(&second).await.is_err());
    // The store goes on, and the first code is good.
    let eve: User = super::user(&world.realm, "u-eve", "eve", None);
    assert_eq!(
        world.store.create_user(&eve, &Effects::NONE).await.unwrap(),
        Creation::Created
    );
    assert!(
        world
            .store
            .redeem_code(&redemption(&first))
            .await
            .unwrap()
            .is_some()
    );
}

/// Wrong verifiers are counted, and the one that reaches the limit burns the code.
pub async fn burns_a_code_at_the_limit(store: SharedStore) {
    let world = World::new(store).await;
    let grant = world.grant("f-1");
    world.store.issue_code(&grant).await.unwrap();
    for expected in 1..=3 {
        assert_eq!(world.family(&grant.id).await.revoked_at, None);
        let count = world
            .store
            .count_wrong_verifier(&world.realm, &grant.id, 3, after(expected))
            .await
            .unwrap();
        assert_eq!(count, expected);
    }
    assert_eq!(world.family(&grant.id).await.revoked_at, Some(after(3)));
    assert_eq!(
        world.store.redeem_code(&redemption(&grant)).await.unwrap(),
        None
    );
}

/// A wrong verifier for a spent code does not revoke what lives; an unknown family counts nothing.
pub async fn wrong_verifiers_spare_a_spent_code(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.grant("f-1")).await.grant.id;
    let (store, realm) = (&world.store, &world.realm);
    assert_eq!(
        store
            .count_wrong_verifier(realm, &family, 1, after(9))
            .await
            .unwrap(),
        1
    );
    assert_eq!(world.family(&family).await.revoked_at, None);
    let unknown = family_id("no");
    assert_eq!(
        store
            .count_wrong_verifier(realm, &unknown, 1, after(9))
            .await
            .unwrap(),
        0
    );
    let elsewhere = &world.elsewhere;
    assert_eq!(
        store
            .count_wrong_verifier(elsewhere, &family, 1, after(9))
            .await
            .unwrap(),
        0
    );
}
