//! Retention: deletes expired history in small chunks, so that no other statement waits long.

use super::StoreError;
use crate::domain::retention::RetentionCutoffs;
use crate::domain::run::RunId;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// How far a round of deletion has come. The default starts a round.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RetentionCursor {
    /// Expired runs up to this one are done.
    pub run: Option<(DateTime<Utc>, RunId)>,
    /// Expired observations up to this instant are done.
    pub observation: Option<DateTime<Utc>>,
}

/// The result of one step of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionStep {
    /// Number of deleted rows.
    pub rows: u64,
    /// Where the next step continues; `None` at the end of the round.
    pub next: Option<RetentionCursor>,
}

/// Deletes expired history.
#[async_trait]
pub trait RetentionStore: Send + Sync {
    /// Deletes one chunk of the history before `cutoffs`, in one short transaction: first the rows
    /// of ended runs (outcomes, misses, batches, settled updates, costs), then observations. The
    /// runs, their reports (stored before the rows go, if they were not) and the newest observation
    /// of each ASIN stay.
    ///
    /// May be dropped at any await, and may start again at any cursor.
    async fn delete_expired(
        &self,
        cutoffs: &RetentionCutoffs,
        cursor: &RetentionCursor,
    ) -> Result<RetentionStep, StoreError>;
}
