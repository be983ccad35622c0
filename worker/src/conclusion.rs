//! Decides what follows the end of a handler, from its result and the number of the attempt.

use crate::job_error::JobError;
use shared::domain::retry::{Remedy, RetryTable};
use shared::ports::queue::Settlement;
use std::time::Duration;

/// What the runner does after a handler has ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// Settle the message in this way.
    Settle(Settlement),
    /// Give the job up, then settle the message as dead.
    GiveUp,
    /// End what the job belongs to, then settle the message as done.
    Stop,
}

/// What follows when a handler ended with `result` at attempt number `attempt`.
pub fn conclude(result: &Result<(), JobError>, attempt: u32, retries: &RetryTable) -> Conclusion {
    let Err(error) = result else {
        return Conclusion::Settle(Settlement::Done);
    };
    match error.remedy {
        Remedy::Wait(pause) => Conclusion::Settle(Settlement::Defer(pause)),
        // The runner pauses first and keeps the message for so long.
        Remedy::Pause(_) | Remedy::PauseThenStop(_) => {
            Conclusion::Settle(Settlement::Defer(Duration::ZERO))
        }
        Remedy::TryAgain => match retries.delay_after(attempt) {
            Some(delay) => Conclusion::Settle(Settlement::Retry(delay, error.why.clone())),
            None => Conclusion::GiveUp,
        },
        Remedy::GiveUp => Conclusion::GiveUp,
        Remedy::Stop => Conclusion::Stop,
    }
}
