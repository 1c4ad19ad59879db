//! The record: one suite over every store, and what is particular to each.

use std::path::Path;
use std::sync::Arc;

use sqlx::{Connection as _, Row as _};
use vidimus::protocol::ids::RealmId;
use vidimus::store::conformance::passkeys::{adding, passkey};
use vidimus::store::conformance::{
    START, World, count_attempt, keys as signing_keys, redemption, rotation,
};
use vidimus::store::factors::{FactorRemoval, StepOutcome};
use vidimus::store::postgres::{PostgresSettings, PostgresStore};
use vidimus::store::sqlite::SqliteStore;
use vidimus::store::{
    Effects, KeyState, Migrations, OpenError, SharedStore, Store as _, migration_status, open,
};

use crate::support::postgres::fresh_database;

/// One test for each case of the conformance suite. The opener returns the store and whatever must
/// live as long as it.
macro_rules! conformance {
    ($open:path) => {
        conformance!(@cases $open;
            people: has_the_default_realm, creates_a_realm_once, finds_a_user_in_its_realm_only,
                keeps_user_names_and_addresses_in_one_name_space, takes_names_per_realm,
                creates_one_of_many_users_with_one_login, lists_users_and_clients_by_page,
                changes_nobody_elsewhere, rehashes_only_the_hash_it_saw, counts_login_attempts,
                counts_attempts_at_once, finds_no_user_that_is_not_there;
            accounts: switches_an_account_off_and_on, a_deleted_account_can_be_restored_for_a_while,
                withdrawn_consent_ends_every_grant_up_to_now;
            own: lists_the_sessions_of_a_user, lists_the_grants_of_a_user, ends_an_own_session_once,
                ends_all_sessions_but_one, an_ended_session_ends_no_others,
                with_the_others_go_their_devices,
                of_sessions_that_end_each_other_one_stays,
                changes_a_profile_that_is_as_it_was_seen;
            links_of_owner: a_link_brings_an_account_back_in_time, a_link_undoes_no_other_deletion;
            new_address: changes_the_address_when_both_ends_have_confirmed, each_end_confirms_in_its_own_time,
                a_newer_wish_voids_both_links_of_the_one_before,
                an_agreement_is_to_one_address_of_one_person,
                the_present_address_must_be_the_one_that_agreed,
                the_new_end_alone_changes_an_unconfirmed_address,
                a_taken_address_stays_where_it_is, an_address_asked_for_before_an_end_is_void;
            new_address_races: gives_an_address_to_one_account_in_a_race,
                one_end_waits_and_one_changes_in_a_race,
                newer_wishes_and_confirmations_do_not_wait_for_each_other;
            events: pages_through_the_events_of_a_user, lists_events_from_either_end,
                lists_events_by_what_they_are_about,
                purges_old_events, tells_only_of_what_happened, tells_of_a_revocation_once;
            passwords: a_new_password_ends_everything_of_the_user, changes_no_password_elsewhere,
                a_change_spares_its_session_and_what_was_granted_there,
                spares_no_session_that_has_ended, changes_a_proven_password_only,
                changes_a_password_once_on_one_proof_in_a_race, remembers_as_many_as_the_realm_does,
                a_session_on_the_password_before_is_ended, says_who_must_change_the_password,
                a_password_that_must_be_changed_opens_nothing,
                a_step_changes_the_password_once_in_a_race;
            roles: keeps_roles, gives_no_client_two_roles_of_one_name,
                makes_one_role_of_a_name_in_a_race,
                tells_a_client_of_its_own_roles_and_the_realms, joins_nothing_across_realms,
                takes_back_what_was_given, takes_memberships_along, tells_of_memberships_that_changed,
                a_role_asks_for_a_second_factor;
            thefts: a_theft_ends_its_session_and_all_its_families,
                a_theft_after_the_session_ends_its_family_alone,
                a_theft_of_a_revoked_family_changes_nothing, a_theft_is_ended_once_in_a_race;
            apis: keeps_apis, takes_api_names_per_realm, lists_apis_by_page;
            clients: keeps_clients, a_removed_client_loses_its_families;
            sign_ins: begins_a_sign_in, a_change_voids_a_sign_in, takes_a_password_once,
                takes_a_password_once_in_a_race, takes_a_recovery_code_once_in_a_race,
                a_sign_in_opens_one_session_in_a_race, adds_a_first_app_once_in_a_race,
                goes_on_without_a_session, makes_a_live_session_stronger, purges_sign_ins,
                takes_a_mailed_code_once;
            factors: remembers_a_device, keeps_apps, the_last_demanded_app_stays,
                of_two_kinds_removed_at_once_one_stays;
            passkeys: keeps_passkeys, gives_a_person_one_handle_in_a_race,
                a_passkey_opens_a_session, a_change_of_passkeys_voids_what_began_before,
                a_passkey_begins_a_sign_in, a_counter_goes_forward,
                a_count_is_taken_once_in_a_race, adds_a_first_factor_once,
                an_app_comes_before_a_first_passkey, removes_a_passkey,
                of_two_removals_at_once_one_passkey_stays, a_reset_takes_passkeys_away;
            ceremonies: takes_a_ceremony_once, takes_a_ceremony_once_in_a_race, purges_ceremonies;
            protection: knows_a_device, knows_the_latest_devices,
                an_end_of_everything_forgets_devices, counts_attempts_in_a_row, bans_an_address,
                draws_a_hash_evenly;
            twins: a_passkey_is_of_one_person_in_one_realm, an_end_of_everything_spares_others,
                takes_back_from_one_holder_only, consent_is_of_one_person,
                a_change_voids_the_links_of_one_person;
            registrations: registers_a_client_once,
                a_token_registers_as_many_clients_as_it_has_uses, a_token_is_spent_once_in_a_race,
                the_limit_holds_in_a_race, a_registration_is_replaced_with_its_token_only,
                a_document_is_renewed, notes_uses_once_a_day, withdraws_a_token,
                purges_unused_clients;
            amendments: becomes_what_is_wished, takes_a_name_that_is_free_only,
                changes_what_is_as_it_was_seen, voids_what_was_mailed_to_the_old_address,
                changes_one_person, one_of_many_operators_moves_an_account,
                gives_an_address_to_one_of_many,
                an_operator_and_the_owner_move_an_account_at_once;
            sessions: a_cookie_opens_its_session, tells_an_ended_session, notes_uses_forward_only,
                ending_a_session_spares_offline_families, ends_a_session_once,
                renews_a_live_session, renews_no_ended_or_foreign_session,
                opens_no_session_on_an_outdated_proof, consent_adds_up,
                what_is_left_out_is_not_remembered, consents_to_no_absent_client;
            codes: spends_a_code, spends_a_code_without_a_challenge,
                spends_a_code_with_claims_that_have_grown, spends_a_code_once,
                spends_a_code_once_in_a_race, refuses_a_code_with_any_binding_changed,
                refuses_a_verifier_where_no_challenge_was, refuses_an_expired_code,
                refuses_a_code_of_a_revoked_family, refuses_a_code_of_a_disabled_user,
                refuses_a_code_of_an_ended_session, knows_a_code_in_its_realm_only,
                issues_a_code_once, burns_a_code_at_the_limit,
                wrong_verifiers_spare_a_spent_code;
            devices: finds_a_device_by_its_codes, gives_a_user_code_to_one_device,
                bounds_the_waiting_devices_of_a_client, counts_a_poll_once,
                an_approval_opens_a_family, answers_a_device_once_in_a_race,
                answers_only_what_waits, an_ended_session_approves_no_device, purges_devices;
            requests: keeps_a_request, uses_a_request_once, issues_a_requested_code_once,
                issues_a_requested_code_once_in_a_race, an_ended_session_uses_no_request,
                purges_requests;
            rotation: rotates_to_the_next_generation, rotates_once_in_a_race,
                rotates_many_families_at_once, refuses_a_rotation_with_any_binding_changed,
                rotates_a_family_with_apis_when_they_were_judged,
                refuses_to_rotate_what_has_no_refresh_token, refuses_to_rotate_a_revoked_family,
                refuses_to_rotate_for_a_disabled_user, an_ended_session_stops_its_families,
                revokes_a_family_once, revokes_no_family_elsewhere,
                revokes_a_family_once_in_a_race, a_revocation_ends_a_race_of_rotations;
            replays: spends_an_assertion_once, spends_an_assertion_once_in_a_race,
                remembers_assertions_of_a_removed_client, purges_assertions;
            revocations: finds_standing_marks, a_mark_stands_until_it_expires,
                a_repeat_keeps_the_later_times, lists_marks_after_a_sequence,
                publishes_a_mark_once, records_marks_at_once;
            keys: lists_keys_of_a_realm, holds_one_key_of_a_state, adds_one_pending_key_in_a_race,
                activates_a_pending_key, activates_only_what_is_pending, activates_once_in_a_race,
                retires_a_key_that_does_not_sign, forgets_realms_without_keys, knows_live_nodes;
            links: keeps_a_link, a_newer_link_takes_the_slot, a_link_makes_one_account,
                a_link_makes_no_other_account, a_link_resets_a_password_once,
                a_reset_is_bound_to_the_address, a_link_locks_an_account_once,
                a_link_is_used_once_in_a_race, links_and_passwords_do_not_wait_for_each_other,
                a_link_goes_with_its_change, purges_links;
            logouts: ending_a_session_addresses_its_clients,
                ending_a_person_addresses_the_clients_of_every_session,
                knows_the_clients_of_a_session, a_claim_holds_until_it_lapses,
                begins_an_attempt_once_in_a_race, writes_down_what_came_of_an_attempt,
                tells_a_client_at_its_present_address, no_client_fills_the_list,
                knows_the_backlog, purges_settled_deliveries;
            mails: is_written_with_its_change_or_not_at_all, lists_what_is_due_in_its_order,
                a_link_stands_from_when_its_mail_is_sent,
                a_claim_holds_until_it_lapses, begins_an_attempt_once_in_a_race,
                forgets_what_was_sent, a_late_success_ends_later_attempts,
                a_failed_attempt_waits_for_its_time, what_is_given_up_is_tried_again_when_asked,
                an_expired_mail_is_neither_sent_nor_kept, counts_and_lists_by_state,
                knows_the_backlog_of_every_realm, purges_settled_mails;
            misc: keeps_the_first_value_of_a_setting, agrees_on_a_setting_in_a_race,
                gives_a_job_to_one_node, gives_a_job_to_one_node_in_a_race, answers_a_ping,
                refuses_work_when_closed, purges_families, purges_sessions,
                purges_marks_attempts_and_nodes;
        );
    };
    (@cases $open:path; $($subject:ident: $($case:ident),+;)+) => {
        $(mod $subject {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (store, _kept) = $open().await;
                vidimus::store::conformance::$subject::$case(store).await;
            })+
        })+
    };
}

mod memory {
    use super::*;

    pub(crate) async fn opened() -> (SharedStore, ()) {
        (Arc::new(SqliteStore::in_memory().await.unwrap()), ())
    }

    conformance!(crate::store::memory::opened);

    #[tokio::test]
    async fn opens_by_its_address() {
        let store = open(
            "sqlite::memory:",
            Migrations::Apply,
            PostgresSettings::default(),
        );
        store.await.unwrap().ping().await.unwrap();
    }

    #[tokio::test]
    async fn two_are_strangers() {
        let (first, ()) = opened().await;
        let (second, ()) = opened().await;
        first.setting_or_insert("a", b"first").await.unwrap();
        assert_eq!(
            second.setting_or_insert("a", b"second").await.unwrap(),
            b"second"
        );
    }
}

mod sqlite {
    use super::*;

    pub(crate) async fn opened() -> (SharedStore, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        (
            reopened(&directory.path().join("record.db")).await,
            directory,
        )
    }

    async fn reopened(path: &Path) -> SharedStore {
        Arc::new(SqliteStore::open(path, Migrations::Apply).await.unwrap())
    }

    /// Without a password, the last passkey is the last way to sign in.
    #[tokio::test]
    async fn the_last_way_to_sign_in_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record.db");
        let world = World::new(reopened(&path).await).await;
        for id in ["key-1", "key-2"] {
            let step = adding(&world, passkey(id), &[], 5);
            let taken = world.store.take_step(&step, &Effects::NONE, START).await;
            assert_eq!(taken.unwrap(), StepOutcome::Taken);
        }
        sqlx::raw_sql("UPDATE users SET password_hash = NULL")
            .execute(&mut raw(&path).await)
            .await
            .unwrap();
        for (id, expected) in [
            ("key-1", FactorRemoval::Removed),
            ("key-2", FactorRemoval::LastWay),
        ] {
            let owner = (&world.realm, &world.user.id);
            let store = &world.store;
            let removal = store
                .remove_passkey(owner, id, false, &Effects::NONE, START)
                .await;
            assert_eq!(removal.unwrap(), expected, "{id}");
        }
    }

    async fn raw(path: &Path) -> sqlx::SqliteConnection {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        sqlx::SqliteConnection::connect_with(&options)
            .await
            .unwrap()
    }

    conformance!(crate::store::sqlite::opened);

    #[tokio::test]
    async fn keeps_what_it_confirmed_across_a_reopening() {
        let (store, directory) = opened().await;
        let world = World::new(store.clone()).await;
        let family = world.redeemed(world.grant("f-1")).await;
        let rotated = store
            .rotate_family(&rotation(&family))
            .await
            .unwrap()
            .unwrap();
        store.close().await;
        let store = reopened(&directory.path().join("record.db")).await;
        let found = store.family(&world.realm, &family.grant.id).await.unwrap();
        assert_eq!(found, Some(rotated));
        assert_eq!(store.rotate_family(&rotation(&family)).await.unwrap(), None);
        assert_eq!(
            store.redeem_code(&redemption(&family.grant)).await.unwrap(),
            None
        );
    }

    /// A copy of the files, taken while the store is open, is what a power failure would leave.
    #[tokio::test]
    async fn has_written_what_it_confirmed_before_it_answers() {
        let (store, directory) = opened().await;
        let world = World::new(store).await;
        let family = world.redeemed(world.grant("f-1")).await;
        let copy = tempfile::tempdir().unwrap();
        for name in ["record.db", "record.db-wal"] {
            std::fs::copy(directory.path().join(name), copy.path().join(name)).unwrap();
        }
        let copied = reopened(&copy.path().join("record.db")).await;
        assert_eq!(
            copied.family(&world.realm, &family.grant.id).await.unwrap(),
            Some(family)
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_open_and_migrate_one_new_file_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record.db");
        let mut openers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let path = path.clone();
            openers.spawn(async move { reopened(&path).await.list_realms().await.unwrap().len() });
        }
        assert_eq!(openers.join_all().await, [1; 8]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_processes_may_write_to_one_file() {
        let (first, directory) = opened().await;
        let second = reopened(&directory.path().join("record.db")).await;
        let world = World::new(first.clone()).await;
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..40 {
            let store = if number % 2 == 0 {
                first.clone()
            } else {
                second.clone()
            };
            let realm = world.realm.clone();
            writers.spawn(async move { count_attempt(&store, &realm, "ada", START).await });
        }
        let mut counted = writers.join_all().await;
        counted.sort_unstable();
        assert!(counted.into_iter().eq(1..=40));
    }

    #[tokio::test]
    async fn refuses_to_open_an_unmigrated_file_when_told_so() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record.db");
        let url = format!("sqlite:{}", path.display());
        let before = migration_status(&url).await.unwrap();
        assert!(before.applied.is_empty());
        let files = std::fs::read_dir("migrations/sqlite").unwrap();
        assert_eq!(before.pending.len(), files.count(), "every file is applied");
        assert!(!path.exists());
        let refused = SqliteStore::open(&path, Migrations::Refuse).await;
        assert!(matches!(refused, Err(OpenError::MigrationsPending { .. })));
        reopened(&path).await.close().await;
        let after = migration_status(&url).await.unwrap();
        assert_eq!((after.applied, after.pending), (before.pending, Vec::new()));
        SqliteStore::open(&path, Migrations::Refuse).await.unwrap();
    }

    #[tokio::test]
    async fn refuses_a_schema_newer_than_this_binary() {
        let (store, directory) = opened().await;
        store.close().await;
        let path = directory.path().join("record.db");
        let mut connection = raw(&path).await;
        sqlx::raw_sql(A_MIGRATION_OF_TOMORROW)
            .execute(&mut connection)
            .await
            .unwrap();
        let refused = SqliteStore::open(&path, Migrations::Apply).await;
        assert!(matches!(refused, Err(OpenError::SchemaIsNewer { newer }) if newer == [9999]));
        assert_eq!(
            SqliteStore::migration_status(&path).await.unwrap().newer,
            [9999]
        );
    }

    #[tokio::test]
    async fn forgets_the_private_half_of_a_retired_key() {
        let (store, directory) = opened().await;
        let realm = RealmId::default_realm();
        let key = signing_keys::key(&realm, "k-1", KeyState::Pending, START);
        store.add_signing_key(&key, &[]).await.unwrap();
        store.retire_key(&realm, &key.id, &[], START).await.unwrap();
        let mut connection = raw(&directory.path().join("record.db")).await;
        let sealed: Vec<u8> = sqlx::query("SELECT sealed_private FROM signing_key")
            .fetch_one(&mut connection)
            .await
            .unwrap()
            .get("sealed_private");
        assert!(sealed.is_empty());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn keeps_its_files_from_other_accounts() {
        use std::os::unix::fs::PermissionsExt as _;
        let (store, directory) = opened().await;
        store.ping().await.unwrap();
        for name in ["record.db", "record.db-wal", "record.db-shm"] {
            let mode = std::fs::metadata(directory.path().join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}

mod postgres {
    use super::*;

    pub(crate) async fn opened() -> (SharedStore, ()) {
        (Arc::new(reopened(&fresh_database().await).await), ())
    }

    async fn reopened(url: &str) -> PostgresStore {
        // Few connections: many tests share the server's.
        let settings = PostgresSettings {
            max_connections: 8,
            ..PostgresSettings::default()
        };
        PostgresStore::open(url, Migrations::Apply, settings)
            .await
            .unwrap()
    }

    conformance!(crate::store::postgres::opened);

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_open_and_migrate_one_new_database_at_once() {
        let url = fresh_database().await;
        let mut openers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let url = url.clone();
            openers.spawn(async move { reopened(&url).await.list_realms().await.unwrap().len() });
        }
        assert_eq!(openers.join_all().await, [1; 4]);
    }

    #[tokio::test]
    async fn works_without_prepared_statements() {
        let url = fresh_database().await;
        let settings = PostgresSettings {
            prepare: false,
            ..PostgresSettings::default()
        };
        let store = open(&url, Migrations::Apply, settings).await.unwrap();
        let world = World::new(store).await;
        let family = world.redeemed(world.grant("f-1")).await;
        assert!(
            world
                .store
                .rotate_family(&rotation(&family))
                .await
                .unwrap()
                .is_some()
        );
        let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
        let count: i64 = sqlx::query("SELECT count(*) AS n FROM pg_prepared_statements")
            .persistent(false)
            .fetch_one(&mut connection)
            .await
            .unwrap()
            .get("n");
        assert_eq!(count, 0);
    }

    /// Behind a pooler our own `SET` may reach another connection than our commits.
    #[tokio::test]
    async fn refuses_a_pooled_server_whose_commits_do_not_wait_for_the_disk() {
        let url = fresh_database().await;
        let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off',
                 current_database()); END $$",
        )
        .execute(&mut connection)
        .await
        .unwrap();
        let pooled = PostgresSettings {
            prepare: false,
            ..PostgresSettings::default()
        };
        let refused = open(&url, Migrations::Apply, pooled).await;
        assert!(
            matches!(refused, Err(OpenError::NotDurable(why)) if why.contains("synchronous_commit"))
        );
        reopened(&url).await.ping().await.unwrap();
    }

    #[tokio::test]
    async fn refuses_to_open_an_unmigrated_database_when_told_so() {
        let url = fresh_database().await;
        let pending = migration_status(&url).await.unwrap().pending;
        let files = std::fs::read_dir("migrations/postgres").unwrap();
        assert_eq!(pending.len(), files.count(), "every file is applied");
        let refused = open(&url, Migrations::Refuse, PostgresSettings::default()).await;
        assert!(matches!(refused, Err(OpenError::MigrationsPending { .. })));
        reopened(&url).await.close().await;
        assert_eq!(migration_status(&url).await.unwrap().applied, pending);
        let opened = open(&url, Migrations::Refuse, PostgresSettings::default()).await;
        opened.unwrap().ping().await.unwrap();
    }

    #[tokio::test]
    async fn refuses_a_schema_newer_than_this_binary() {
        let url = fresh_database().await;
        reopened(&url).await.close().await;
        let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(A_MIGRATION_OF_TOMORROW)
            .execute(&mut connection)
            .await
            .unwrap();
        let refused = open(&url, Migrations::Apply, PostgresSettings::default()).await;
        assert!(matches!(refused, Err(OpenError::SchemaIsNewer { newer }) if newer == [9999]));
    }
}

const A_MIGRATION_OF_TOMORROW: &str = "INSERT INTO _sqlx_migrations \
     (version, description, success, checksum, execution_time) \
     VALUES (9999, 'tomorrow', TRUE, '', 0)";
