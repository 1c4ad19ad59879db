//! The verbs of people over what is theirs.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::own;
use crate::account::user::User;
use crate::protocol::ids::{RealmId, SessionId, UserId};
use crate::protocol::time::Timestamp;
use crate::store::{
    Change, Effects, LiveGrant, OthersEnd, Own, OwnSession, Revocation, StoreResult,
};

#[async_trait]
impl Own for Backend {
    async fn sessions_of_user(
        &self,
        realm: &RealmId,
        user: &UserId,
        now: Timestamp,
    ) -> StoreResult<Vec<OwnSession>> {
        run!(self.read(realm, user), |c| own::sessions(
            c,
            (&realm, &user),
            now
        ))
    }

    async fn grants_of_user(
        &self,
        realm: &RealmId,
        user: &UserId,
        now: Timestamp,
    ) -> StoreResult<Vec<LiveGrant>> {
        run!(self.read(realm, user), |c| own::grants(
            c,
            (&realm, &user),
            now
        ))
    }

    async fn end_own_session(
        &self,
        realm: &RealmId,
        user: &UserId,
        session: &SessionId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, user, session, effects), |c| {
            own::end_session(c, (&realm, &user), &session, &effects, now)
        })
    }

    async fn end_other_sessions(
        &self,
        end: &OthersEnd,
        effects: &Effects,
    ) -> StoreResult<Vec<Revocation>> {
        run!(self.write_all(end, effects), |c| own::end_others(
            c, &end, &effects
        ))
    }

    async fn change_profile(
        &self,
        user: &User,
        seen: Timestamp,
        effects: &Effects,
    ) -> StoreResult<Change> {
        run!(self.write_all(user, effects), |c| own::change_profile(
            c, &user, seen, &effects
        ))
    }
}
