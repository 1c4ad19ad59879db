//! One code, what became of it before a crash, and what must be true of it afterwards.

use crate::support::Answer;
use crate::support::wire_client::WireClient;

/// What a worker does with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Redeems it and refreshes.
    Refreshed,
    /// Redeems it and revokes the refresh token, and so the grant.
    GrantRevoked,
    /// Redeems it and revokes the access token only.
    AccessRevoked,
    /// Sends it three times at once.
    Duplicated,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [
        Self::Refreshed,
        Self::GrantRevoked,
        Self::AccessRevoked,
        Self::Duplicated,
    ];
}

/// How far a revocation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Revocation {
    NotSent,
    /// Sent; its answer was lost, so that it may or may not have happened.
    Open,
    Acknowledged,
}

#[derive(Debug)]
struct Tokens {
    access: String,
    refresh: String,
}

#[derive(Debug)]
pub(super) struct Story {
    pub(super) kind: Kind,
    pub(super) lost_an_answer: bool,
    code: String,
    /// How often its redemption was answered 200.
    redeemed: usize,
    /// The last ones that were acknowledged.
    tokens: Option<Tokens>,
    revocation: Revocation,
}

impl Story {
    /// Lives it until the end or until the server is gone; `each` is called after every answer.
    pub(super) async fn live(
        kind: Kind,
        code: String,
        client: &WireClient,
        each: &(dyn Fn() + Sync),
    ) -> Self {
        let mut story = Self {
            kind,
            lost_an_answer: false,
            code,
            redeemed: 0,
            tokens: None,
            revocation: Revocation::NotSent,
        };
        let told = match kind {
            Kind::Duplicated => story.send_three(client).await,
            Kind::Refreshed => story.redeem_and_refresh(client, each).await,
            Kind::GrantRevoked | Kind::AccessRevoked => story.redeem_and_revoke(client, each).await,
        };
        story.lost_an_answer = told.is_none();
        each();
        story
    }

    async fn redeem_once(&mut self, client: &WireClient) -> Option<()> {
        let answer = client.redeem(&self.code).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        self.redeemed += 1;
        self.keep(&answer);
        Some(())
    }

    async fn redeem_and_refresh(
        &mut self,
        client: &WireClient,
        each: &(dyn Fn() + Sync),
    ) -> Option<()> {
        self.redeem_once(client).await?;
        for _ in 0..2 {
            each();
            let answer = client.refresh(&self.live_token()).await?;
            assert_eq!(answer.status, 200, "{answer:?}");
            self.keep(&answer);
        }
        Some(())
    }

    async fn redeem_and_revoke(
        &mut self,
        client: &WireClient,
        each: &(dyn Fn() + Sync),
    ) -> Option<()> {
        self.redeem_once(client).await?;
        each();
        let Tokens { access, refresh } = self.tokens.as_ref().unwrap();
        let token = if self.kind == Kind::GrantRevoked {
            refresh
        } else {
            access
        };
        self.revocation = Revocation::Open;
        let answer = client.try_post("/revoke", &[("token", token)]).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        self.revocation = Revocation::Acknowledged;
        Some(())
    }

    async fn send_three(&mut self, client: &WireClient) -> Option<()> {
        let send = || client.redeem(&self.code);
        let answers: [_; 3] = tokio::join!(send(), send(), send()).into();
        self.count(answers.iter().flatten());
        answers.iter().all(Option::is_some).then_some(())
    }

    /// After the restart that follows.
    pub(super) async fn check(&mut self, client: &WireClient) {
        match (self.kind, self.redeemed) {
            (Kind::Duplicated, _) | (_, 0) => self.redeems_at_most_once(client).await,
            _ => self.stands(client).await,
        }
    }

    /// After all restarts. Ends the story: a replayed code ends its grant.
    pub(super) async fn check_again(&mut self, client: &WireClient) {
        if self.kind != Kind::Duplicated && self.tokens.is_some() {
            self.stands(client).await;
        }
        self.is_spent(client).await;
        if let Some(tokens) = &self.tokens {
            let answer = client.refresh(&tokens.refresh).await.unwrap();
            assert_eq!(answer.error(), "invalid_grant", "after a replay: {self:?}");
        }
    }

    /// Nobody knows whether the code was spent: it is, once, or it can be, once.
    async fn redeems_at_most_once(&mut self, client: &WireClient) {
        if self.kind == Kind::Duplicated {
            let send = || client.redeem(&self.code);
            let answers: [_; 2] = tokio::join!(send(), send()).into();
            self.count(answers.iter().flatten());
        } else {
            let answer = client.redeem(&self.code).await.unwrap();
            self.count([&answer]);
            if answer.status == 200 {
                self.keep(&answer);
                self.stands(client).await;
                return;
            }
        }
        self.is_spent(client).await;
    }

    /// What was acknowledged is still so.
    async fn stands(&mut self, client: &WireClient) {
        let Tokens { access, refresh } = self.tokens.as_ref().unwrap();
        if self.revocation == Revocation::Acknowledged {
            let answer = client.userinfo(access).await;
            assert_eq!(answer.status, 401, "a revocation is lost: {self:?}");
            assert!(
                !client.is_active(access).await,
                "a revocation is lost: {self:?}"
            );
        }
        match (self.kind, self.revocation) {
            (Kind::GrantRevoked, Revocation::Acknowledged) => {
                assert!(
                    !client.is_active(refresh).await,
                    "a revocation is lost: {self:?}"
                );
                let answer = client.refresh(refresh).await.unwrap();
                assert_eq!(
                    answer.error(),
                    "invalid_grant",
                    "a revocation is lost: {self:?}"
                );
            }
            // Either is right, but it must stay as it is now.
            (Kind::GrantRevoked, Revocation::Open) => {
                if client.refresh(refresh).await.unwrap().status == 200 {
                    let answer = client.post("/revoke", &[("token", refresh)]).await;
                    assert_eq!(answer.status, 200, "{answer:?}");
                }
                self.revocation = Revocation::Acknowledged;
            }
            (Kind::AccessRevoked, _) | (_, Revocation::NotSent) => {
                let answer = client.refresh(refresh).await.unwrap();
                assert_eq!(answer.status, 200, "a grant is lost: {answer:?} {self:?}");
                let fresh = answer.json()["access_token"].as_str().unwrap().to_owned();
                assert_eq!(client.userinfo(&fresh).await.status, 200, "{self:?}");
                // The revoked access token is looked at again, the refresh token is the new one.
                let access = access.clone();
                self.keep(&answer);
                if self.revocation != Revocation::NotSent {
                    self.tokens.as_mut().unwrap().access = access;
                }
            }
            (Kind::Refreshed | Kind::Duplicated, Revocation::Open | Revocation::Acknowledged) => {
                panic!("nobody revoked it: {self:?}");
            }
        }
    }

    async fn is_spent(&mut self, client: &WireClient) {
        let answer = client.redeem(&self.code).await.unwrap();
        assert_eq!(
            answer.error(),
            "invalid_grant",
            "spent twice: {answer:?} {self:?}"
        );
    }

    fn count<'a>(&mut self, answers: impl IntoIterator<Item = &'a Answer>) {
        for answer in answers {
            if answer.status == 200 {
                self.redeemed += 1;
            } else {
                assert_eq!(answer.error(), "invalid_grant", "{answer:?} {self:?}");
            }
        }
        assert!(self.redeemed <= 1, "spent twice: {self:?}");
    }

    fn keep(&mut self, answer: &Answer) {
        let document = answer.json();
        let token = |name: &str| document[name].as_str().unwrap().to_owned();
        self.tokens = Some(Tokens {
            access: token("access_token"),
            refresh: token("refresh_token"),
        });
    }

    fn live_token(&self) -> String {
        self.tokens.as_ref().unwrap().refresh.clone()
    }
}
