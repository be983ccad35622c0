//! The guard against a broken answer, where a run is held and a person decides. That it trips, and
//! holds what is not sent yet, is part of [`BatchStore::record`].
//!
//! [`BatchStore::record`]: super::BatchStore::record

use super::StoreError;
use crate::domain::run::RunId;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Holds runs, and does what a person decides about them.
#[async_trait]
pub trait GuardStore: Send + Sync {
    /// Moves a run to `held` when all that is left of it is held. One caller gets `true`.
    async fn hold_run(&self, run: RunId) -> Result<bool, StoreError>;

    /// Lets go what is held: those updates are queued again and the run goes on; the guard does not
    /// trip in it again. Returns how many; `None` when nothing of the run waits for a person.
    async fn release_run(&self, run: RunId, at: DateTime<Utc>) -> Result<Option<u64>, StoreError>;

    /// Drops what is held and ends the run: its listings stay as they are shown, and the next run
    /// decides anew. Returns how many; `None` when nothing of the run waits for a person.
    async fn cancel_run(&self, run: RunId, at: DateTime<Utc>) -> Result<Option<u64>, StoreError>;
}
