//! Fetch, observe, decide, record and follow up one batch of a run.

use super::payload::Payload;
use crate::domain::queue_name::QueueName;
use crate::domain::run::RunId;
use serde::{Deserialize, Serialize};

/// Names the row of the batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncBatch {
    /// The run.
    pub run: RunId,
    /// The batch's number in it, from 1.
    pub no: u32,
}

/// A batch of a `basic-info` run: the same work in the queue of texts and images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfoBatch(pub SyncBatch);

impl Payload for SyncBatch {
    const TAG: &'static str = "sync_batch/1";
    const QUEUE: QueueName = QueueName::Sync;

    fn id(&self) -> String {
        format!("sync:{}:{}", self.run, self.no)
    }
}

impl Payload for InfoBatch {
    const TAG: &'static str = "info_batch/1";
    const QUEUE: QueueName = QueueName::Info;

    fn id(&self) -> String {
        self.0.id()
    }
}
