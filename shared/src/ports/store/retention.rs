//! Thinning: what has grown old goes, a little at a time, so that nobody waits for it.

use super::StoreError;
use crate::domain::retention::RetentionCutoffs;
use crate::domain::run::RunId;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// How far a round of thinning has come. The default begins one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RetentionCursor {
    /// Old runs up to this one were looked at.
    pub run: Option<(DateTime<Utc>, RunId)>,
    /// Old observations up to this instant were looked at.
    pub observation: Option<DateTime<Utc>>,
}

/// What one step of a round has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionStep {
    /// Rows that are gone.
    pub rows: u64,
    /// Where the next step goes on; `None` at the end of the round.
    pub next: Option<RetentionCursor>,
}

/// Thins what is stored.
#[async_trait]
pub trait RetentionStore: Send + Sync {
    /// Deletes a chunk of what is older than `cutoffs`, in one short transaction: first the rows of runs
    /// that ended before it (outcomes, misses, batches, settled updates, costs; the run and its report
    /// stay, and a report that was not kept yet is kept first), then observations, but for the newest of
    /// each ASIN.
    ///
    /// May be dropped at any await, and begun anew from any place.
    async fn delete_expired(
        &self,
        cutoffs: &RetentionCutoffs,
        place: &RetentionCursor,
    ) -> Result<RetentionStep, StoreError>;
}
