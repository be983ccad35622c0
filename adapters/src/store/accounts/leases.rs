//! Leases by name: one row each, acquired by one statement.

use crate::store::SqlStore;
use crate::store::db::statement;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::wrong_clock::MOST_OFF;
use shared::ports::store::{LeaseStore, StoreError};

statement!(TAKE, "accounts/take_lease.sql");
statement!(UNTIL, "accounts/lease_until.sql");
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
        let latest = until + MOST_OFF;
        let take = TAKE.bind(name).bind(holder).bind(now).bind(until);
        let take = take.bind(latest);
        Ok(self.db.run(take).await? > 0)
    }

    async fn lease_until(&self, name: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let until = UNTIL.bind(name);
        self.db.read_first(until, |row| row.at("until")).await
    }

    async fn end_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        self.db.run(END.bind(name).bind(holder)).await.map(drop)
    }
}
