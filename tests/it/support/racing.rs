//! Single use under fire: one thing, presented by many at once at every node.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::Answer;

/// How many things of each kind are raced for.
pub(crate) const ROUNDS: usize = 300;
/// How many present each of them.
pub(crate) const CALLERS: usize = 64;
/// So many rounds are under way at one time: while one waits for the disk, another has work.
const LANES: usize = 4;

/// Runs every round to its end.
pub(crate) async fn rounds<R>(round: impl Fn(usize) -> R)
where
    R: Future<Output = ()> + Send + 'static,
{
    let mut lanes = JoinSet::new();
    for number in 0..ROUNDS {
        if lanes.len() == LANES {
            lanes.join_next().await.unwrap().unwrap();
        }
        lanes.spawn(round(number));
    }
    lanes.join_all().await;
}

/// Lets [`CALLERS`] call, each at the next node, and none before all of them are ready. `call` is
/// told the node and the caller's number.
pub(crate) async fn race<N: Clone, C>(nodes: &[N], call: impl Fn(N, usize) -> C) -> Vec<C::Output>
where
    C: Future<Output: Send> + Send + 'static,
{
    let start = Arc::new(Barrier::new(CALLERS));
    let mut calls = JoinSet::new();
    for (caller, node) in (0..CALLERS).zip(nodes.iter().cycle()) {
        let (call, start) = (call(node.clone(), caller), start.clone());
        calls.spawn(async move {
            start.wait().await;
            call.await
        });
    }
    calls.join_all().await
}

/// The one answer that won, and all the others.
pub(crate) fn one_winner(
    answers: Vec<Answer>,
    has_won: impl Fn(&Answer) -> bool,
) -> (Answer, Vec<Answer>) {
    assert_eq!(answers.len(), CALLERS);
    let (mut won, lost): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(has_won);
    assert_eq!(won.len(), 1, "such as {:?}", won.first());
    (won.remove(0), lost)
}
