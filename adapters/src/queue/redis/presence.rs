//! Tells the others that this process takes messages: rides on claims and renewals, so that it costs
//! no call of its own.

use crate::queue::process_name;
use shared::jobs::QueueName;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Told no more often than this, so that claims stay as light as they are.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// This process, as the others see it.
pub struct Presence {
    name: String,
    begun: Instant,
    told: Mutex<HashMap<QueueName, Instant>>,
}

impl Presence {
    /// Of this process, which begins now and has told nothing yet.
    pub fn new() -> Self {
        Self {
            name: process_name(),
            begun: Instant::now(),
            told: Mutex::default(),
        }
    }

    /// The name to tell with the call on `queue` that is made now, or nothing when it was told lately;
    /// and for how long this process has been there.
    pub fn to_tell(&self, queue: QueueName) -> (&str, Duration) {
        let now = Instant::now();
        let age = now.saturating_duration_since(self.begun);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = |at: &Instant| now.saturating_duration_since(*at) < TELL_EVERY;
        if told.get(&queue).is_some_and(lately) {
            return ("", age);
        }
        told.insert(queue, now);
        (&self.name, age)
    }
}
