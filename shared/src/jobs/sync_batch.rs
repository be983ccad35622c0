//! Fetch, observe, record, fan out and close one batch of a run.

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
