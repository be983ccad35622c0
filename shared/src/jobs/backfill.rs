//! Fetch all misses of a run once more, then close the run.

use super::payload::Payload;
use super::rank::Rank;
use crate::domain::queue_name::QueueName;
use crate::domain::run::RunId;
use serde::{Deserialize, Serialize};

/// Names the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// The run.
    pub run: RunId,
}

/// The backfill of a `basic-info` run: the same work in the queue of texts and images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfoBackfill(pub Backfill);

impl Payload for Backfill {
    const TAG: &'static str = "backfill/1";
    const QUEUE: QueueName = QueueName::Sync;

    fn id(&self) -> String {
        format!("backfill:{}", self.run)
    }

    /// It goes first, since it is all that is left of its run.
    fn rank(&self) -> Rank {
        Rank(0)
    }
}

impl Payload for InfoBackfill {
    const TAG: &'static str = "info_backfill/1";
    const QUEUE: QueueName = QueueName::Info;

    fn id(&self) -> String {
        self.0.id()
    }

    fn rank(&self) -> Rank {
        self.0.rank()
    }
}
