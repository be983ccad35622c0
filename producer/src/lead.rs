//! One producer leads at a time; the others stand by.

use chrono::TimeDelta;
use shared::ports::context::Context;
use shared::ports::store::StoreError;
use uuid::Uuid;

/// A leader that is gone is followed after this time.
const LEASE: TimeDelta = TimeDelta::seconds(10);
const NAME: &str = "producer/lead";

/// This producer's hold on the lead.
pub struct Lead {
    ctx: Context,
    holder: String,
}

impl Lead {
    /// Not leading yet.
    pub fn new(ctx: Context) -> Self {
        Self {
            ctx,
            holder: Uuid::now_v7().to_string(),
        }
    }

    /// Takes or keeps the lead; `false` while another producer has it. To be asked well within the
    /// lease's 10 s.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked: then nobody may take itself for the leader.
    pub async fn keep(&self) -> Result<bool, StoreError> {
        let now = self.ctx.clock.now();
        self.ctx
            .store
            .take_lease(NAME, &self.holder, now, now + LEASE)
            .await
    }

    /// Gives the lead up, so that another producer follows at once.
    pub async fn end(&self) {
        if let Err(error) = self.ctx.store.end_lease(NAME, &self.holder).await {
            tracing::warn!(%error, "the lead ends by its time only");
        }
    }
}
