//! Runs: their start, their barrier, their end. The rows of a new one are `start.rs`'s.

use super::guard;
use super::record::{add_cost, progress, unknown};
use crate::store::SqlStore;
use crate::store::db::columns::{Columns, instant};
use crate::store::db::database::{Database, commit, row, rows, run};
use crate::store::db::statement::statement;
use crate::store::listings::pending;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::desired::Urgency;
use shared::domain::guard::Guarding;
use shared::domain::listing::ListingId;
use shared::domain::report::{HoldDecision, Report};
use shared::domain::run::{RunId, RunKind, RunProgress, RunState};
use shared::ports::store::{
    NewRegistration, NewRun, OpenWork, RequestCost, RunRow, RunStore, RunView, StartError,
    StoreError,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use uuid::Uuid;

statement!(RUN, "runs/run.sql");
statement!(LAST_OF_KIND, "runs/last_of_kind.sql");
statement!(RUNS, "runs/runs.sql");
statement!(OPEN_BATCHES, "runs/open_batches.sql");
statement!(QUEUED_UPDATES, "runs/queued_updates.sql");
statement!(OPEN_READS, "runs/open_reads.sql");
statement!(VIEW, "runs/run_view.sql");
statement!(BEGIN_BACKFILL, "runs/begin_backfill.sql");
statement!(END_BACKFILL, "runs/end_backfill.sql");
statement!(FAIL_OPEN_MISSES, "runs/fail_open_misses.sql");
statement!(LOCK, "runs/lock_run.sql");
statement!(CLOSE, "runs/close_run.sql");
statement!(SETTLE_COSTS, "runs/settle_costs.sql");
statement!(FORGET_COSTS, "runs/forget_costs.sql");
statement!(FAIL, "runs/fail_run.sql");

#[async_trait]
impl RunStore for SqlStore {
    async fn start_run(&self, new: &NewRun) -> Result<(), StartError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        self.write_asking(&mut transaction, new).await?;
        commit(transaction).await?;
        Ok(())
    }

    async fn start_registration(&self, new: &NewRegistration) -> Result<u64, StartError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        self.write_asking(&mut transaction, &new.run).await?;
        let (account, at) = (&new.account, new.run.started_at);
        let added = pending::add(&self.db, &mut transaction, account, &new.known, at).await?;
        commit(transaction).await?;
        Ok(added)
    }

    async fn run(&self, id: RunId) -> Result<Option<RunRow>, StoreError> {
        let query = self.db.query(&RUN).bind(id.to_string());
        let found = row(&mut *self.db.reader().await?, query).await?;
        found.as_ref().map(run_row).transpose()
    }

    async fn runs(&self, open_only: bool, limit: u32) -> Result<Vec<RunRow>, StoreError> {
        let query = self.db.query(&RUNS);
        let query = query.bind(i64::from(open_only)).bind(i64::from(limit));
        rows(&mut *self.db.reader().await?, query)
            .await?
            .iter()
            .map(run_row)
            .collect()
    }

    async fn last_of_kind(&self, kind: RunKind) -> Result<Option<RunRow>, StoreError> {
        let query = self.db.query(&LAST_OF_KIND).bind(kind.as_str());
        let found = row(&mut *self.db.reader().await?, query).await?;
        found.as_ref().map(run_row).transpose()
    }

    async fn open_work(&self, id: RunId) -> Result<OpenWork, StoreError> {
        let mut reader = self.db.reader().await?;
        let query = self.db.query(&OPEN_BATCHES).bind(id.to_string());
        let batches = rows(&mut reader, query).await?;
        let query = self.db.query(&QUEUED_UPDATES).bind(id.to_string());
        let updates = rows(&mut reader, query).await?;
        let query = self.db.query(&OPEN_READS).bind(id.to_string());
        let reads: Vec<(u32, u32)> = rows(&mut reader, query)
            .await?
            .iter()
            .map(|row| Ok((row.small("no")?, row.small("step")?)))
            .collect::<Result<_, StoreError>>()?;
        let is_read = |no: &u32| reads.iter().any(|(read, _)| read == no);
        let batches: Vec<u32> = batches
            .iter()
            .map(|row| row.small("no"))
            .collect::<Result<_, _>>()?;
        Ok(OpenWork {
            progress: progress(&self.db, &mut reader, id).await?,
            batches: batches.into_iter().filter(|no| !is_read(no)).collect(),
            reads,
            updates: updates.iter().map(update_key).collect::<Result<_, _>>()?,
        })
    }

    async fn run_view(&self, id: RunId) -> Result<RunView, StoreError> {
        let query = self.db.query(&VIEW).bind(id.to_string());
        let found = row(&mut *self.db.reader().await?, query).await?;
        let row = found.ok_or_else(|| unknown(id))?;
        let done = |all: &str, open: &str| -> Result<(u64, u64), StoreError> {
            let all = row.count(all)?;
            Ok((all, all.saturating_sub(row.count(open)?)))
        };
        let (batches, batches_done) = done("batches", "batches_open")?;
        let (misses, misses_done) = done("misses", "misses_open")?;
        let (updates, updates_done) = done("updates", "updates_open")?;
        let held_back = row.count("held_back")?;
        Ok(RunView {
            state: row.word("state", RunState::from_word)?,
            batches,
            batches_done,
            misses,
            misses_done,
            updates,
            updates_done,
            held_back,
        })
    }

    async fn begin_backfill(&self, id: RunId) -> Result<bool, StoreError> {
        let begin = self.db.query(&BEGIN_BACKFILL).bind(id.to_string());
        Ok(run(&mut *self.db.writer().await?, begin).await? > 0)
    }

    /// Misses that are still open now were skipped, and count as failed.
    async fn end_backfill(&self, id: RunId, at: DateTime<Utc>) -> Result<RunProgress, StoreError> {
        let end = self.db.query(&END_BACKFILL).bind(id.to_string());
        let end = end.bind(instant(at));
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let mut lifted = false;
        if run(&mut transaction, end).await? > 0 {
            let fail = self.db.query(&FAIL_OPEN_MISSES).bind(id.to_string());
            run(&mut transaction, fail).await?;
            lifted = guard::reconsider(&self.db, &mut transaction, id, at).await?;
        }
        commit(transaction).await?;
        let mut progress = progress(&self.db, &mut writer, id).await?;
        if lifted {
            progress.guard = Guarding::Lifted;
        }
        Ok(progress)
    }

    /// The run's row is taken first: whoever writes into the run right now is waited for, and what
    /// it wrote is seen.
    async fn close_run(&self, id: RunId, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let close = self.db.query(&CLOSE).bind(id.to_string());
        let close = close.bind(instant(at));
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let lock = self.db.query(&LOCK).bind(id.to_string());
        row(&mut transaction, lock).await?;
        let closed = run(&mut transaction, close).await?;
        if closed > 0 {
            settle_costs(&self.db, &mut transaction, id).await?;
        }
        commit(transaction).await?;
        Ok(closed > 0)
    }

    async fn fail_run(&self, id: RunId, why: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let fail = self.db.query(&FAIL).bind(id.to_string());
        let fail = fail.bind(why.to_owned()).bind(instant(at));
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let failed = run(&mut transaction, fail).await?;
        if failed > 0 {
            guard::drop_held(&self.db, &mut transaction, id, at, HoldDecision::Failed).await?;
        }
        commit(transaction).await?;
        Ok(failed > 0)
    }

    async fn count(&self, run: RunId, id: Uuid, cost: RequestCost) -> Result<(), StoreError> {
        let mut writer = self.db.writer().await?;
        add_cost(&self.db, &mut writer, run, id, cost).await?;
        Ok(())
    }

    async fn report(&self, id: RunId, now: DateTime<Utc>) -> Result<Option<Report>, StoreError> {
        super::report::read(&self.db, id, now).await
    }

    async fn keep_report(&self, report: &Report) -> Result<(), StoreError> {
        super::report::keep(&self.db, report).await
    }
}

/// Adds up in the row of a run that ends what its requests cost.
pub(crate) async fn settle_costs(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
) -> Result<(), StoreError> {
    for statement in [&SETTLE_COSTS, &FORGET_COSTS] {
        run(on, db.query(statement).bind(id.to_string())).await?;
    }
    Ok(())
}

pub(crate) fn run_row(row: &AnyRow) -> Result<RunRow, StoreError> {
    Ok(RunRow {
        id: row.word("id", RunId::parse)?,
        kind: row.word("kind", RunKind::from_word)?,
        state: row.word("state", RunState::from_word)?,
        account: row.maybe_word("account_id", |id| AccountId::parse(id).ok())?,
        dry_run: row.yes("dry_run")?,
        started_at: row.at("started_at")?,
        ended_at: row.maybe_at("ended_at")?,
    })
}

/// Listing, version and urgency: what a message for an update is made of.
pub(crate) fn update_key(row: &AnyRow) -> Result<(ListingId, i64, Urgency), StoreError> {
    Ok((
        ListingId(row.number("listing_id")?),
        row.number("version")?,
        row.word("urgency", Urgency::from_word)?,
    ))
}
