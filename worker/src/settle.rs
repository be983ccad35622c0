//! Verdict and attempt, together, say what becomes of a message. One table, in one place.

use crate::failure::Failure;
use shared::domain::retry::{Remedy, RetryTable};
use shared::ports::queue::Settlement;
use std::time::Duration;

/// What the frame does after a handler has ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    /// Settle the message so.
    Settle(Settlement),
    /// Give the job up first, then settle the message as dead.
    GiveUp,
    /// End what the job belongs to, then settle the message as done.
    Stop,
}

/// What becomes of a message whose handler ended with `result` at its attempt number `attempt`.
pub fn ending(result: &Result<(), Failure>, attempt: u32, retries: &RetryTable) -> Ending {
    let Err(failure) = result else {
        return Ending::Settle(Settlement::Done);
    };
    match failure.remedy {
        Remedy::Wait(pause) => Ending::Settle(Settlement::Defer(pause)),
        // The rest comes first, and the message is held so long.
        Remedy::Rest(_) => Ending::Settle(Settlement::Defer(Duration::ZERO)),
        Remedy::TryAgain => match retries.delay_after(attempt) {
            Some(delay) => Ending::Settle(Settlement::Retry(delay, failure.why.clone())),
            None => Ending::GiveUp,
        },
        Remedy::GiveUp => Ending::GiveUp,
        Remedy::Stop => Ending::Stop,
    }
}
