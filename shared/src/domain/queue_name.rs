//! The queues.

use super::outcome::words;
use serde::{Deserialize, Serialize};

/// A queue. Each has its own workers, so that jobs that wait for Amazon do not delay jobs that wait
/// for the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueName {
    /// `sync_batch` and `backfill`.
    Sync,
    /// `update_listing` and `read_shop`.
    Update,
    /// `info_batch` and `info_backfill`. Texts and images are not urgent; in a queue of their own they
    /// never delay prices and stock.
    Info,
}

impl QueueName {
    /// All queues.
    pub const ALL: [Self; 3] = [Self::Sync, Self::Update, Self::Info];
}

words!(QueueName {
    Sync => "sync",
    Update => "update",
    Info => "info",
});
