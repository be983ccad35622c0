//! Starts, advances and ends runs. `start.rs` writes the rows of a new one.

use super::guard;
use super::progress::{add_cost, may_end, progress, settle_costs};
use super::start;
use crate::store::SqlStore;
use crate::store::db::{commit, row, run, statement};
use crate::store::listings::pending;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::guard::Guarding;
use shared::domain::report::HoldDecision;
use shared::domain::run::{RunId, RunProgress};
use shared::ports::store::{
    NewRegistration, NewRun, RequestCost, RunStore, StartError, StoreError,
};
use uuid::Uuid;

statement!(BEGIN_BACKFILL, "runs/begin_backfill.sql");
statement!(END_BACKFILL, "runs/end_backfill.sql");
statement!(FAIL_OPEN_MISSES, "runs/fail_open_misses.sql");
statement!(LOCK, "runs/lock_run.sql");
statement!(CLOSE, "runs/close_run.sql");
statement!(FAIL, "runs/fail_run.sql");

#[async_trait]
impl RunStore for SqlStore {
    async fn start_run(&self, new: &NewRun) -> Result<(), StartError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        start::write_asin_run(&mut transaction, new).await?;
        commit(transaction).await?;
        Ok(())
    }

    async fn start_registration(&self, new: &NewRegistration) -> Result<u64, StartError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        start::write_asin_run(&mut transaction, &new.run).await?;
        let (account, at) = (&new.account, new.run.started_at);
        let added = pending::add(&mut transaction, account, &new.known, at).await?;
        commit(transaction).await?;
        Ok(added)
    }

    async fn begin_backfill(&self, id: RunId) -> Result<bool, StoreError> {
        Ok(self.db.run(BEGIN_BACKFILL.bind(id)).await? > 0)
    }

    /// Misses that are still open now were skipped, and count as failed.
    async fn end_backfill(&self, id: RunId, at: DateTime<Utc>) -> Result<RunProgress, StoreError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let mut lifted = false;
        if run(&mut transaction, END_BACKFILL.bind(id).bind(at)).await? > 0 {
            run(&mut transaction, FAIL_OPEN_MISSES.bind(id)).await?;
            lifted = guard::reconsider(&mut transaction, id, at).await?;
        }
        commit(transaction).await?;
        let mut progress = progress(&mut writer, id).await?;
        if lifted {
            progress.guard = Guarding::Lifted;
        }
        Ok(progress)
    }

    /// Locks the run's row first: this waits for every transaction that writes into the run now,
    /// and then sees what it wrote.
    async fn close_run(&self, id: RunId, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut writer = self.db.writer().await?;
        if !may_end(&mut writer, id).await? {
            return Ok(false);
        }
        let mut transaction = self.db.begin(&mut writer).await?;
        row(&mut transaction, LOCK.bind(id)).await?;
        let closed = run(&mut transaction, CLOSE.bind(id).bind(at)).await?;
        if closed > 0 {
            settle_costs(&mut transaction, id).await?;
        }
        commit(transaction).await?;
        Ok(closed > 0)
    }

    async fn fail_run(&self, id: RunId, why: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let failed = run(&mut transaction, FAIL.bind(id).bind(why).bind(at)).await?;
        if failed > 0 {
            guard::drop_held(&mut transaction, id, at, HoldDecision::Failed).await?;
        }
        commit(transaction).await?;
        Ok(failed > 0)
    }

    async fn count(&self, run: RunId, id: Uuid, cost: RequestCost) -> Result<(), StoreError> {
        let mut writer = self.db.writer().await?;
        add_cost(&mut writer, run, id, cost).await?;
        Ok(())
    }
}
