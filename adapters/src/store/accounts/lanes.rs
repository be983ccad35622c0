//! The memory of lanes, which outlives a process.

use crate::store::SqlStore;
use crate::store::db::{StoredRow, statement};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::rate::LanePace;
use shared::ports::store::{LaneMemory, LaneRefusals, LaneStore, StoreError};

statement!(LANES, "accounts/lanes.sql");
statement!(SAVE, "accounts/save_lane.sql");
statement!(SAVE_REFUSALS, "accounts/save_refusals.sql");

#[async_trait]
impl LaneStore for SqlStore {
    async fn lanes(&self) -> Result<Vec<(String, LaneMemory)>, StoreError> {
        self.db.read_all(&LANES, lane).await
    }

    async fn save_lane(&self, lane: &str, memory: &LaneMemory) -> Result<(), StoreError> {
        let save = SAVE
            .bind(lane)
            .bind(memory.opens_at_us)
            .bind(memory.pace.period)
            .bind(memory.hour_ms)
            .bind(memory.hour_used)
            .bind(memory.day_ms)
            .bind(memory.day_used)
            .bind(memory.closed_until_ms)
            .bind(memory.pace.configured)
            .bind(memory.pace.header)
            .bind(memory.pace.default_until);
        self.db.run(save).await.map(drop)
    }

    async fn save_refusals(
        &self,
        lane: &str,
        refusals: Option<LaneRefusals>,
    ) -> Result<(), StoreError> {
        let micros = |at: Option<DateTime<Utc>>| at.map_or(0, |at| at.timestamp_micros());
        let save = SAVE_REFUSALS
            .bind(lane)
            .bind(micros(refusals.map(|refusals| refusals.since)))
            .bind(micros(refusals.map(|refusals| refusals.last)));
        self.db.run(save).await.map(drop)
    }
}

fn lane(row: &StoredRow) -> Result<(String, LaneMemory), StoreError> {
    let micros = |name| row.number(name).map(DateTime::from_timestamp_micros);
    let since = row.number("refused_since_us")?;
    let refusals = micros("refused_since_us")?.zip(micros("refused_at_us")?);
    let memory = LaneMemory {
        opens_at_us: row.number("opens_at_us")?,
        pace: LanePace {
            configured: row.number("configured_us")?,
            period: row.number("period_us")?,
            header: row.number("header_us")?,
            default_until: row.number("default_until_us")?,
        },
        hour_ms: row.number("hour_ms")?,
        hour_used: row.small("hour_used")?,
        day_ms: row.number("day_ms")?,
        day_used: row.small("day_used")?,
        closed_until_ms: row.number("closed_until_ms")?,
        refusals: refusals
            .filter(|_| since > 0)
            .map(|(since, last)| LaneRefusals { since, last }),
    };
    Ok((row.text("name")?.to_owned(), memory))
}
