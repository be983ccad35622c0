//! Leases by name: one row each, taken by one statement.

use crate::store::SqlStore;
use crate::store::db::columns::instant;
use crate::store::db::database::run;
use crate::store::db::statement::statement;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::ports::store::{LeaseStore, StoreError};

statement!(TAKE, "accounts/take_lease.sql");
statement!(END, "accounts/end_lease.sql");

#[async_trait]
impl LeaseStore for SqlStore {
    async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let take = self
            .db
            .query(&TAKE)
            .bind(name.to_owned())
            .bind(holder.to_owned())
            .bind(instant(now))
            .bind(instant(until));
        Ok(run(&mut *self.db.writer().await?, take).await? > 0)
    }

    async fn end_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        let end = self
            .db
            .query(&END)
            .bind(name.to_owned())
            .bind(holder.to_owned());
        run(&mut *self.db.writer().await?, end).await?;
        Ok(())
    }
}
