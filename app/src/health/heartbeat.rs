//! The heartbeat of one loop: when it last ran, and whether that iteration succeeded.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Updated by the loop itself in each iteration. All clones share one state.
#[derive(Clone)]
pub struct Heartbeat {
    name: Arc<str>,
    last: Arc<Mutex<Iteration>>,
}

struct Iteration {
    at: Instant,
    failed: bool,
}

impl Heartbeat {
    /// The heartbeat of a loop that starts now.
    pub(super) fn new(name: &str) -> Self {
        let last = Iteration {
            at: Instant::now(),
            failed: false,
        };
        Self {
            name: name.into(),
            last: Arc::new(Mutex::new(last)),
        }
    }

    /// The loop ran and got an answer, if only that there is nothing to do.
    pub fn answered(&self) {
        self.turn(false);
    }

    /// The loop ran and got no answer.
    pub fn failed(&self) {
        self.turn(true);
    }

    /// The loop ran with this result.
    pub fn beat<T, E>(&self, turn: &Result<T, E>) {
        self.turn(turn.is_err());
    }

    pub(super) fn name(&self) -> String {
        self.name.to_string()
    }

    pub(super) fn hangs(&self, after: Duration) -> bool {
        self.last().at.elapsed() > after
    }

    pub(super) fn fails(&self) -> bool {
        self.last().failed
    }

    fn turn(&self, failed: bool) {
        let at = Instant::now();
        *self.last() = Iteration { at, failed };
    }

    fn last(&self) -> MutexGuard<'_, Iteration> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
