//! Gives connections back to a server that admits few, for other processes.

use sqlx::AnyPool;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A process that has more than one connection gives one back so often, whatever it does: if it
/// needs the connection, it opens another one, and else another process can.
const GIVES_BACK_EVERY: Duration = Duration::from_secs(3);

/// The connections of a pool beyond its first.
pub(crate) struct Spare {
    pool: AnyPool,
    given_back: Mutex<Instant>,
}

impl Spare {
    /// Those of `pool`.
    pub(crate) fn of(pool: &AnyPool) -> Self {
        Self {
            pool: pool.clone(),
            given_back: Mutex::new(Instant::now()),
        }
    }

    /// Whether a connection that has become free is to be closed.
    pub(crate) fn is_due(&self) -> bool {
        let last = self.given_back.lock();
        let mut last = last.unwrap_or_else(PoisonError::into_inner);
        let is_due = self.pool.size() > 1 && last.elapsed() > GIVES_BACK_EVERY;
        if is_due {
            *last = Instant::now();
        }
        is_due
    }
}
