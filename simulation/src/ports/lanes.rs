//! The rows of the limiter that all processes share. It stands for Redis, so no fault of the database
//! befalls it.

use crate::real_time::RealTime;
use adapters::store::SqlStore;
use async_trait::async_trait;
use shared::ports::store::{LaneMemory, LaneRefusals, LaneStore, StoreError};
use std::sync::Arc;

/// The lanes in the database.
pub struct LaneRows {
    /// Where the database runs.
    pub real: Arc<RealTime>,
    /// The database.
    pub store: SqlStore,
}

#[async_trait]
impl LaneStore for LaneRows {
    async fn lanes(&self) -> Result<Vec<(String, LaneMemory)>, StoreError> {
        self.real.run(self.store.lanes())
    }

    async fn save_lane(&self, lane: &str, memory: &LaneMemory) -> Result<(), StoreError> {
        self.real.run(self.store.save_lane(lane, memory))
    }

    async fn save_refusals(
        &self,
        lane: &str,
        refusals: Option<LaneRefusals>,
    ) -> Result<(), StoreError> {
        self.real.run(self.store.save_refusals(lane, refusals))
    }
}
