//! Back-off for access tokens that BASE rejects before their time: state only, no I/O.
//!
//! One rejected token is refreshed at once. If the next one is rejected too, a further refresh will not
//! help now, though the fault may pass by itself: on 2023-05-27 Amazon rejected every fresh token of all
//! sellers for 25 minutes (selling-partner-api-models issue 2595). So the account pauses, for longer
//! each time, and its work waits. All processes share the time of the first rejection, and so the ends of
//! the pauses: they pause together, and for seconds only while one of them has a token accepted. After half
//! an hour without one, which is longer than any such fault is known to last, a person has to authorise the
//! account again.

use crate::lock::lock;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use shared::domain::wrong_clock::lasting;
use std::sync::Mutex;

/// The pauses one after the other, from the first rejection on; the last value for all further ones.
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
    /// A generation was rejected since one was accepted.
    rejected: bool,
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
        state.rejected = false;
        state.paused_until = None;
    }

    /// Counts a rejection; `false` where the next token may be accepted.
    pub(super) fn rejected(&self, generation: u64) -> bool {
        let mut state = lock(&self.0);
        let was_accepted = state.accepted >= generation;
        std::mem::replace(&mut state.rejected, true) && !was_accepted
    }

    /// Pauses at `now`, while fresh tokens are rejected `since` then in all processes; returns the end.
    pub(super) fn pause(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        let until = end_of_pause(since.min(now), now);
        lock(&self.0).paused_until = Some(until);
        until
    }
}

/// The end of the pause that `now` lies in, in whole seconds, since people see it.
fn end_of_pause(since: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let (first, last) = (PAUSES, PAUSES[PAUSES.len() - 1]);
    let mut end = since.trunc_subsecs(0);
    let pauses = first.into_iter().chain(std::iter::repeat(last));
    for pause in pauses {
        end += pause;
        if end > now {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn the_pauses_grow_from_the_first_rejection_on_and_an_accepted_token_ends_them() {
        let rejections = TokenRejections::default();
        let second = |second| START + TimeDelta::seconds(second);

        assert!(!rejections.rejected(1));
        assert!(rejections.rejected(2));
        for (now, end) in [
            (0, 5),
            (5, 20),
            (21, 80),
            (80, 200),
            (200, 500),
            (900, 1_100),
        ] {
            assert_eq!(rejections.pause(START, second(now)), second(end));
            assert_eq!(rejections.paused_at(second(now)), Some(second(end)));
        }
        assert!(rejections.accepted(3, START));
        assert!(!rejections.accepted(3, START));
        assert!(rejections.accepted(3, START + TELL_EVERY));
        rejections.reset();
        assert_eq!(rejections.paused_at(second(900)), None);
        // Generation 3 was accepted and ended early; generation 4 was never accepted.
        assert!(!rejections.rejected(3));
        assert!(rejections.rejected(4));
    }

    proptest! {
        /// Tokens that end early, however often, cause no pause as long as each was accepted.
        #[test]
        fn an_accepted_token_is_refreshed_without_a_pause(lives in prop::collection::vec(any::<bool>(), 1..60)) {
            let rejections = TokenRejections::default();
            let mut unproven = 0;
            for (generation, is_accepted) in (1..).zip(lives) {
                if is_accepted && rejections.accepted(generation, START) {
                    rejections.reset();
                }
                let pauses = rejections.rejected(generation);
                unproven = if is_accepted { 1 } else { unproven + 1 };
                prop_assert_eq!(pauses, unproven > 1);
            }
        }

        /// Whenever processes are rejected, those that pause at the same time pause until the same end.
        #[test]
        fn processes_pause_together(begun in 0_i64..3_600, later in 0_i64..300) {
            let now = START + TimeDelta::seconds(begun);
            let end = end_of_pause(START, now);
            let other = now + TimeDelta::seconds(later);
            prop_assert!(end > now && end - now <= TimeDelta::minutes(5));
            prop_assert_eq!(end_of_pause(START, other) == end, other < end);
        }
    }
}
