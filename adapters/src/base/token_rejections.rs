//! Access tokens that BASE refuses before their time.
//!
//! One is renewed at once. If the next one is refused too, another will not help now, and yet the fault may
//! pass by itself: on 2023-05-27 Amazon refused every fresh token of everybody for 25 minutes
//! (selling-partner-api-models issue 2595). So the shop rests, for longer each time, and what it has to do
//! waits. When no token was accepted for longer than any such fault is known to last, a person has to come.

use super::token_manager::Keeper;
use super::token_state::Access;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use shared::ports::shop::ShopError;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// From one try to the next, by refusals in a row; the last one for all that follow.
const PAUSES: [TimeDelta; 5] = [
    TimeDelta::seconds(5),
    TimeDelta::seconds(15),
    TimeDelta::minutes(1),
    TimeDelta::minutes(2),
    TimeDelta::minutes(5),
];

/// From the first rest to the mark for a person.
const PASSES_WITHIN: TimeDelta = TimeDelta::minutes(30);

/// What this process knows of them.
#[derive(Default)]
pub(super) struct Refusals(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// The newest generation that BASE has accepted.
    accepted: u64,
    /// Generations that were refused one after the other; only the first of them may have been accepted.
    in_a_row: usize,
    rests_until: Option<DateTime<Utc>>,
}

impl Refusals {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether BASE accepts this generation for the first time.
    fn accepted(&self, generation: u64) -> bool {
        let mut known = self.known();
        let first = known.accepted < generation;
        known.accepted = known.accepted.max(generation);
        first
    }

    fn are_over(&self) {
        let mut known = self.known();
        known.in_a_row = 0;
        known.rests_until = None;
    }

    /// Until when the shop rests; `None` where the next token may be accepted.
    fn refused(&self, generation: u64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut known = self.known();
        let was_good = known.accepted >= generation;
        known.in_a_row = if was_good { 1 } else { known.in_a_row + 1 };
        let rest = known.in_a_row.checked_sub(2)?;
        let until = now + PAUSES[rest.min(PAUSES.len() - 1)];
        // People read it.
        known.rests_until = Some(until.trunc_subsecs(0));
        known.rests_until
    }
}

impl Keeper {
    /// An error while the shop rests.
    pub(super) fn does_not_rest(&self) -> Result<(), ShopError> {
        let rests_until = self.refusals().known().rests_until;
        match rests_until.filter(|until| *until > self.now()) {
            Some(until) => Err(ShopError::TokenRefused { until }),
            None => Ok(()),
        }
    }

    /// BASE took a call with this token.
    pub(super) async fn accepted(&self, access: &Access) {
        if self.refusals().accepted(access.generation) {
            self.refusals_are_over().await;
        }
    }

    /// Drops the token that BASE refused, unless it was replaced meanwhile; returns what that means for
    /// the call.
    pub(super) async fn refused(&self, access: &Access) -> ShopError {
        let state = self.state();
        let mut state = state.lock().await;
        if !state.drop_refused(access) {
            return ShopError::TokenExpired;
        }
        match self.refusals().refused(access.generation, self.now()) {
            Some(until) => self.rest(until).await,
            None => ShopError::TokenExpired,
        }
    }

    /// The time since when is shared with the other processes, since each of them meets a part of the
    /// refusals only.
    async fn rest(&self, until: DateTime<Utc>) -> ShopError {
        let (now, account) = (self.now(), self.account());
        let noted = self.accounts().set_tokens_refused(account, Some(now)).await;
        let since = noted.unwrap_or_else(|error| {
            tracing::warn!(%account, "refused tokens cannot be noted: {error}");
            None
        });
        if now - since.unwrap_or(now) < PASSES_WITHIN {
            tracing::warn!(%account, %until, "BASE refuses fresh access tokens of account {account}: it rests until {until}");
            return ShopError::TokenRefused { until };
        }
        let stopped = self
            .needs_person("fresh access tokens were refused for half an hour")
            .await;
        self.refusals_are_over().await;
        stopped
    }

    /// The next refusal begins to count anew.
    pub(super) async fn refusals_are_over(&self) {
        self.refusals().are_over();
        let account = self.account();
        if let Err(error) = self.accounts().set_tokens_refused(account, None).await {
            tracing::warn!(%account, "that tokens are accepted cannot be noted: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn each_refusal_in_a_row_is_followed_by_a_longer_rest_and_an_accepted_token_ends_them() {
        let refusals = Refusals::default();
        let rests = |generations: std::ops::RangeInclusive<u64>| -> Vec<Option<i64>> {
            generations
                .map(|generation| refusals.refused(generation, START))
                .map(|until| until.map(|until| (until - START).num_seconds()))
                .collect()
        };
        let some = |seconds: &[i64]| -> Vec<Option<i64>> {
            let rests = seconds.iter().copied().map(Some);
            std::iter::once(None).chain(rests).collect()
        };

        assert_eq!(rests(1..=7), some(&[5, 15, 60, 120, 300, 300]));
        assert!(refusals.accepted(8));
        assert!(!refusals.accepted(8));
        refusals.are_over();
        // It was good, and ended early; the one after it was never accepted.
        assert_eq!(rests(8..=9), some(&[5]));
    }

    proptest! {
        /// Tokens that end early, however often, cost a rest of seconds as long as some are accepted.
        #[test]
        fn a_token_that_was_accepted_is_renewed_without_a_rest(lives in prop::collection::vec(any::<bool>(), 1..60)) {
            let refusals = Refusals::default();
            let mut unproven = 0;
            for (generation, is_accepted) in (1..).zip(lives) {
                if is_accepted && refusals.accepted(generation) {
                    refusals.are_over();
                }
                let rest = refusals.refused(generation, START);
                unproven = if is_accepted { 1 } else { unproven + 1 };
                prop_assert_eq!(rest.is_some(), unproven > 1);
            }
        }
    }
}
