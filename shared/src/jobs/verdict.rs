//! How a handler ends: the one answer that the runtime understands.

use std::time::Duration;

/// What becomes of a message after its handler has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Done and gone.
    Done,
    /// Again after this time, without spending an attempt.
    Wait(Duration),
    /// Again after a growing delay, an attempt is spent; given up after the last.
    TryAgain(String),
    /// Never again.
    GiveUp(String),
}
