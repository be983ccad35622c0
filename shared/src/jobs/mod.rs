//! What a queue message carries: ids and a version, never data that a row has. One file a job.

mod backfill;
mod sync_batch;
mod update_listing;

pub use backfill::Backfill;
pub use sync_batch::SyncBatch;
pub use update_listing::UpdateListing;

use crate::domain::desired::Urgency;
use serde::{Deserialize, Serialize};

/// Any job, as it stands in the queue. The tag names the job and the version of its payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job")]
pub enum Job {
    /// See [`SyncBatch`].
    #[serde(rename = "sync_batch/1")]
    SyncBatch(SyncBatch),
    /// See [`Backfill`].
    #[serde(rename = "backfill/1")]
    Backfill(Backfill),
    /// See [`UpdateListing`].
    #[serde(rename = "update_listing/1")]
    UpdateListing(UpdateListing),
}

/// The queues, each with its own workers: what waits for Amazon must not stand before what waits
/// for the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueueName {
    /// `sync_batch` and `backfill`.
    Sync,
    /// `update_listing`.
    Update,
}

/// Order within a queue: lower goes first, first in first out within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rank(pub u8);

impl Rank {
    /// The last rank.
    pub const NORMAL: Self = Self(2);
    /// How many ranks there are.
    pub const COUNT: u8 = 3;
}

impl From<Urgency> for Rank {
    fn from(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Hide => Self(0),
            Urgency::BelowCost => Self(1),
            Urgency::Normal => Self(2),
        }
    }
}

impl QueueName {
    /// All queues.
    pub const ALL: [Self; 2] = [Self::Sync, Self::Update];

    /// The name in keys and in commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Update => "update",
        }
    }
}

impl Job {
    /// The queue that the job belongs to.
    pub fn queue(&self) -> QueueName {
        match self {
            Self::SyncBatch(_) | Self::Backfill(_) => QueueName::Sync,
            Self::UpdateListing(_) => QueueName::Update,
        }
    }

    /// The id under which the job is pushed once, whoever pushes it.
    pub fn id(&self) -> String {
        match self {
            Self::SyncBatch(job) => format!("sync:{}:{}", job.run, job.no),
            Self::Backfill(job) => format!("backfill:{}", job.run),
            Self::UpdateListing(job) => format!("update:{}:{}", job.listing.0, job.version),
        }
    }
}
