//! What a queue message carries: ids and a version, never data that a row has. One file a job.

mod backfill;
mod read_shop;
mod sync_batch;
mod update_listing;

pub use backfill::Backfill;
pub use read_shop::ReadShop;
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
    /// See [`ReadShop`].
    #[serde(rename = "read_shop/1")]
    ReadShop(ReadShop),
    /// A batch of a `basic-info` run.
    #[serde(rename = "info_batch/1")]
    InfoBatch(SyncBatch),
    /// The backfill of a `basic-info` run.
    #[serde(rename = "info_backfill/1")]
    InfoBackfill(Backfill),
}

/// The queues, each with its own workers: what waits for Amazon must not stand before what waits
/// for the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueueName {
    /// `sync_batch` and `backfill`.
    Sync,
    /// `update_listing` and `read_shop`.
    Update,
    /// `info_batch` and `info_backfill`: texts and images, which nobody waits for, have a place of
    /// their own, so that prices and stock never wait for them.
    Info,
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
    pub const ALL: [Self; 3] = [Self::Sync, Self::Update, Self::Info];

    /// The name in keys and in commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Update => "update",
            Self::Info => "info",
        }
    }

    /// The queue of this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.as_str() == word)
    }
}

impl Job {
    /// The queue that the job belongs to.
    pub fn queue(&self) -> QueueName {
        match self {
            Self::SyncBatch(_) | Self::Backfill(_) => QueueName::Sync,
            Self::UpdateListing(_) | Self::ReadShop(_) => QueueName::Update,
            Self::InfoBatch(_) | Self::InfoBackfill(_) => QueueName::Info,
        }
    }

    /// The id under which the job is pushed once, whoever pushes it.
    pub fn id(&self) -> String {
        match self {
            Self::SyncBatch(job) | Self::InfoBatch(job) => format!("sync:{}:{}", job.run, job.no),
            Self::Backfill(job) | Self::InfoBackfill(job) => format!("backfill:{}", job.run),
            Self::UpdateListing(job) => format!("update:{}:{}", job.listing.0, job.version),
            Self::ReadShop(job) => format!("shop:{}:{}:{}", job.run, job.no, job.step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::listing::ListingId;
    use crate::domain::run::RunId;
    use uuid::Uuid;

    const RUN: RunId = RunId(Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_002a));

    fn sync_batch() -> Job {
        Job::SyncBatch(SyncBatch { run: RUN, no: 7 })
    }

    fn backfill() -> Job {
        Job::Backfill(Backfill { run: RUN })
    }

    fn update_listing() -> Job {
        Job::UpdateListing(UpdateListing {
            listing: ListingId(12_829),
            version: 3,
        })
    }

    fn read_shop() -> Job {
        Job::ReadShop(ReadShop {
            run: RUN,
            no: 2,
            step: 43,
        })
    }

    fn info_batch() -> Job {
        Job::InfoBatch(SyncBatch { run: RUN, no: 7 })
    }

    fn info_backfill() -> Job {
        Job::InfoBackfill(Backfill { run: RUN })
    }

    /// What stands in queues now must be read by the next version: these texts are never changed, a
    /// new version gets a tag of its own.
    #[test]
    fn the_wire_format_stays_as_it_is() {
        let golden = [
            (
                sync_batch(),
                r#"{"job":"sync_batch/1","run":"01970000-0000-7000-8000-00000000002a","no":7}"#,
            ),
            (
                backfill(),
                r#"{"job":"backfill/1","run":"01970000-0000-7000-8000-00000000002a"}"#,
            ),
            (
                update_listing(),
                r#"{"job":"update_listing/1","listing":12829,"version":3}"#,
            ),
            (
                read_shop(),
                r#"{"job":"read_shop/1","run":"01970000-0000-7000-8000-00000000002a","no":2,"step":43}"#,
            ),
            (
                info_batch(),
                r#"{"job":"info_batch/1","run":"01970000-0000-7000-8000-00000000002a","no":7}"#,
            ),
            (
                info_backfill(),
                r#"{"job":"info_backfill/1","run":"01970000-0000-7000-8000-00000000002a"}"#,
            ),
        ];

        for (job, json) in golden {
            assert_eq!(serde_json::to_string(&job).unwrap(), json);
            assert_eq!(serde_json::from_str::<Job>(json).unwrap(), job);
        }
    }

    #[test]
    fn a_field_that_a_newer_version_added_is_passed_over() {
        let json = r#"{"job":"update_listing/1","listing":1,"version":3,"why":"price"}"#;

        assert!(serde_json::from_str::<Job>(json).is_ok());
    }

    #[test]
    fn a_job_of_another_version_cannot_be_read() {
        let json = r#"{"job":"update_listing/2","listing":1,"version":3}"#;

        assert!(serde_json::from_str::<Job>(json).is_err());
    }

    #[test]
    fn the_same_work_has_the_same_id() {
        let run = "01970000-0000-7000-8000-00000000002a";

        assert_eq!(sync_batch().id(), format!("sync:{run}:7"));
        assert_eq!(backfill().id(), format!("backfill:{run}"));
        assert_eq!(update_listing().id(), "update:12829:3");
        assert_eq!(read_shop().id(), format!("shop:{run}:2:43"));
    }

    #[test]
    fn what_waits_for_amazon_does_not_stand_before_what_waits_for_the_shop() {
        let queues =
            [sync_batch(), backfill(), update_listing(), read_shop()].map(|job| job.queue());

        let (sync, update) = (QueueName::Sync, QueueName::Update);
        assert_eq!(queues, [sync, sync, update, update]);
    }

    #[test]
    fn texts_and_images_stand_before_nobody() {
        let queues = [info_batch(), info_backfill()].map(|job| job.queue());

        assert_eq!(queues, [QueueName::Info, QueueName::Info]);
    }

    #[test]
    fn hiding_ranks_before_prices_below_cost_before_the_rest() {
        let ranks = [Urgency::Hide, Urgency::BelowCost, Urgency::Normal].map(Rank::from);

        assert_eq!(ranks, [Rank(0), Rank(1), Rank::NORMAL]);
        assert!(ranks.iter().all(|rank| rank.0 < Rank::COUNT));
    }
}
