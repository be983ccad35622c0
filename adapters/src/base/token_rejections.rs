//! Back-off for access tokens that BASE rejects before their time: state only, no I/O.
//!
//! One rejected token is refreshed at once. If the next one is rejected too, a further refresh will not
//! help now, though the fault may pass by itself: on 2023-05-27 Amazon rejected every fresh token of all
//! sellers for 25 minutes (selling-partner-api-models issue 2595). So the account pauses, for longer
//! each time, and its work waits. After half an hour without an accepted token, which is longer than any
//! such fault is known to last, a person has to authorise the account again.

use crate::lock::lock;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use shared::domain::wrong_clock::lasting;
use std::sync::Mutex;

/// How long the account pauses, by rejections in a row; the last value for all further rejections.
const PAUSES: [TimeDelta; 5] = [
    TimeDelta::seconds(5),
    TimeDelta::seconds(15),
    TimeDelta::minutes(1),
    TimeDelta::minutes(2),
    TimeDelta::minutes(5),
];

/// The longest time for which a process pauses while tokens are accepted in another one.
const TELL_EVERY: TimeDelta = TimeDelta::seconds(10);

/// From the first pause to the mark that a person has to authorise the account again.
pub(super) const PASSES_WITHIN: TimeDelta = TimeDelta::minutes(30);

/// The rejections of one account in this process.
#[derive(Default)]
pub(super) struct TokenRejections(Mutex<RejectionState>);

#[derive(Default)]
struct RejectionState {
    /// The newest generation that BASE has accepted, and when that was last told to the other processes.
    accepted: u64,
    told_at: Option<DateTime<Utc>>,
    /// Generations rejected one after the other; only the first of them may have been accepted before.
    in_a_row: usize,
    paused_until: Option<DateTime<Utc>>,
}

impl TokenRejections {
    /// The end of the pause, if the account pauses at `now`.
    pub(super) fn paused_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        lasting(lock(&self.0).paused_until, PAUSES[PAUSES.len() - 1], now)
    }

    /// Whether to tell the other processes that BASE accepts this generation: for the first time, and then
    /// every [`TELL_EVERY`], since another process may have paused meanwhile.
    pub(super) fn accepted(&self, generation: u64, now: DateTime<Utc>) -> bool {
        let mut state = lock(&self.0);
        let first = state.accepted < generation;
        state.accepted = state.accepted.max(generation);
        let tell = first || state.told_at.is_none_or(|at| now - at >= TELL_EVERY);
        if tell {
            state.told_at = Some(now);
        }
        tell
    }

    /// Forgets all rejections.
    pub(super) fn reset(&self) {
        let mut state = lock(&self.0);
        state.in_a_row = 0;
        state.paused_until = None;
    }

    /// Counts a rejection. Returns the end of the pause; `None` where the next token may be accepted.
    pub(super) fn rejected(&self, generation: u64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut state = lock(&self.0);
        let was_accepted = state.accepted >= generation;
        state.in_a_row = if was_accepted { 1 } else { state.in_a_row + 1 };
        let pause = state.in_a_row.checked_sub(2)?;
        let until = now + PAUSES[pause.min(PAUSES.len() - 1)];
        // Shown to people, so whole seconds.
        state.paused_until = Some(until.trunc_subsecs(0));
        state.paused_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn each_rejection_in_a_row_causes_a_longer_pause_and_an_accepted_token_ends_them() {
        let rejections = TokenRejections::default();
        let pauses = |generations: std::ops::RangeInclusive<u64>| -> Vec<Option<i64>> {
            generations
                .map(|generation| rejections.rejected(generation, START))
                .map(|until| until.map(|until| (until - START).num_seconds()))
                .collect()
        };
        let some = |seconds: &[i64]| -> Vec<Option<i64>> {
            let pauses = seconds.iter().copied().map(Some);
            std::iter::once(None).chain(pauses).collect()
        };

        assert_eq!(pauses(1..=7), some(&[5, 15, 60, 120, 300, 300]));
        assert!(rejections.accepted(8, START));
        assert!(!rejections.accepted(8, START));
        assert!(rejections.accepted(8, START + TELL_EVERY));
        rejections.reset();
        // Generation 8 was accepted and ended early; generation 9 was never accepted.
        assert_eq!(pauses(8..=9), some(&[5]));
    }

    proptest! {
        /// Tokens that end early, however often, cause a pause of seconds as long as some are accepted.
        #[test]
        fn an_accepted_token_is_refreshed_without_a_pause(lives in prop::collection::vec(any::<bool>(), 1..60)) {
            let rejections = TokenRejections::default();
            let mut unproven = 0;
            for (generation, is_accepted) in (1..).zip(lives) {
                if is_accepted && rejections.accepted(generation, START) {
                    rejections.reset();
                }
                let pause = rejections.rejected(generation, START);
                unproven = if is_accepted { 1 } else { unproven + 1 };
                prop_assert_eq!(pause.is_some(), unproven > 1);
            }
        }
    }
}
