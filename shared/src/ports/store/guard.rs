//! The guard against a broken answer: holds a run until a person decides. [`BatchStore::record`]
//! trips it, and holds the updates that are not sent yet.
//!
//! [`BatchStore::record`]: super::BatchStore::record

use super::StoreError;
use crate::domain::run::RunId;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Holds runs, and carries out the decision of a person.
#[async_trait]
pub trait GuardStore: Send + Sync {
    /// Moves a run to `held` when all of its remaining updates are held. Only one caller gets
    /// `true`.
    async fn hold_run(&self, run: RunId) -> Result<bool, StoreError>;

    /// Releases the held updates: they are queued again and the run continues; its guard does not
    /// trip again. Returns how many; `None` when nothing of the run is held.
    async fn release_run(&self, run: RunId, at: DateTime<Utc>) -> Result<Option<u64>, StoreError>;

    /// Ends an open run and drops its updates that are held or not begun: the shops keep showing those
    /// listings, and the next run decides again. What may have reached a shop already is finished.
    /// Returns how many were dropped; `None` when the run is not open.
    async fn cancel_run(&self, run: RunId, at: DateTime<Utc>) -> Result<Option<u64>, StoreError>;
}
