//! What a watcher may look at.

use crate::rows::WatchedRows;
use crate::scenario::Scenario;
use crate::shared_queue::{LiveMessage, SharedQueue};
use chrono::{DateTime, Utc};
use simulator::Simulator;

/// The world at one instant.
pub struct WorldView<'a> {
    /// The true time.
    pub now: DateTime<Utc>,
    /// Amazon, BASE and Chatwork.
    pub simulator: &'a Simulator,
    /// The database.
    pub rows: &'a WatchedRows,
    /// What the seed has drawn.
    pub scenario: &'a Scenario,
    /// Whether no fault is active or to come.
    pub calm: bool,
    pub(crate) queue: &'a SharedQueue,
}

impl WorldView<'_> {
    /// The messages that are alive in the shared queue.
    pub fn messages(&self) -> Vec<LiveMessage> {
        self.queue.messages()
    }
}
