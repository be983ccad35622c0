//! Renews connections that may lead to a wrong server. A fail-over leaves the old server up and the
//! connections to it open; only new ones reach the primary.
//!
//! A process has one server, so one instant for all of its pools is enough.

use crate::lock::lock;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Renewals are at least this far apart: the primary may not be there yet.
const AT_MOST_EVERY: Duration = Duration::from_secs(5);

/// Connections that were made before are closed instead of used.
static LAST: Mutex<Option<Instant>> = Mutex::new(None);

/// Has all present connections replaced, unless that was done a moment ago.
pub(crate) fn begin() {
    let now = Instant::now();
    let mut last = lock(&LAST);
    if last.is_none_or(|last| now - last >= AT_MOST_EVERY) {
        *last = Some(now);
        tracing::debug!("replaces the connections to the database");
    }
}

/// Whether a connection that was made this long ago is to be replaced.
pub(crate) fn concerns(age: Duration) -> bool {
    lock(&LAST).is_some_and(|last| last.elapsed() < age)
}
