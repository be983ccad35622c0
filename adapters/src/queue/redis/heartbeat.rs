//! The heartbeat of this process: an argument of claims and renewals, so that it needs no call of
//! its own.

use crate::lock::lock;
use crate::queue::process_name;
use shared::jobs::QueueName;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// The shortest time between two heartbeats on a queue.
const BEAT_EVERY: Duration = Duration::from_secs(5);

/// Decides which calls carry the heartbeat.
pub struct HeartbeatSender {
    name: String,
    begun: Instant,
    last: Mutex<HashMap<QueueName, Instant>>,
}

impl HeartbeatSender {
    /// The heartbeat of this process, which counts as started now.
    pub fn new() -> Self {
        Self {
            name: process_name(),
            begun: Instant::now(),
            last: Mutex::default(),
        }
    }

    /// The name of this process for the next call on `queue`, or an empty name if the last
    /// heartbeat is recent; and the age of this process.
    pub fn next(&self, queue: QueueName) -> (&str, Duration) {
        let now = Instant::now();
        let age = now.saturating_duration_since(self.begun);
        let mut last = lock(&self.last);
        let recent = |at: &Instant| now.saturating_duration_since(*at) < BEAT_EVERY;
        if last.get(&queue).is_some_and(recent) {
            return ("", age);
        }
        last.insert(queue, now);
        (&self.name, age)
    }
}
