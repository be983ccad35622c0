//! Fetch all misses of a run once more, then close the run.

use crate::domain::run::RunId;
use serde::{Deserialize, Serialize};

/// Names the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// The run.
    pub run: RunId,
}
