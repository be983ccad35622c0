//! The memory of lanes, which outlives a process.

use crate::store::SqlStore;
use crate::store::db::statement;
use async_trait::async_trait;
use shared::ports::store::{LaneMemory, LaneStore, StoreError};

statement!(LANES, "accounts/lanes.sql");
statement!(SAVE, "accounts/save_lane.sql");

#[async_trait]
impl LaneStore for SqlStore {
    async fn lanes(&self) -> Result<Vec<(String, LaneMemory)>, StoreError> {
        self.db
            .read_all(&LANES, |row| {
                let memory = LaneMemory {
                    opens_at_us: row.number("opens_at_us")?,
                    period_us: row.number("period_us")?,
                    hour_ms: row.number("hour_ms")?,
                    hour_used: row.small("hour_used")?,
                    day_ms: row.number("day_ms")?,
                    day_used: row.small("day_used")?,
                    closed_until_ms: row.number("closed_until_ms")?,
                };
                Ok((row.text("name")?.to_owned(), memory))
            })
            .await
    }

    async fn save_lane(&self, lane: &str, memory: &LaneMemory) -> Result<(), StoreError> {
        let save = SAVE
            .bind(lane)
            .bind(memory.opens_at_us)
            .bind(memory.period_us)
            .bind(memory.hour_ms)
            .bind(memory.hour_used)
            .bind(memory.day_ms)
            .bind(memory.day_used)
            .bind(memory.closed_until_ms);
        self.db.run(save).await.map(drop)
    }
}
