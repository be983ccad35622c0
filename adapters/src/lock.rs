//! Locks a mutex whose data is valid after each statement.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`, even if an earlier holder has panicked.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
