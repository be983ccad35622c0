//! Deletes expired rows in chunks. Each chunk is a transaction of a few milliseconds, so that other
//! writers do not wait long; expired rows are found by an index.

use super::SqlStore;
use super::db::{Database, Statement, commit, instant, run, statement};
use super::runs::report;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::retention::RetentionCutoffs;
use shared::domain::run::RunId;
use shared::ports::store::{RetentionCursor, RetentionStep, RetentionStore, StoreError};

statement!(RUNS, "retention/expired_runs.sql");
statement!(OUTCOMES, "retention/delete_outcomes.sql");
statement!(MISSES, "retention/delete_misses.sql");
statement!(BATCHES, "retention/delete_batches.sql");
statement!(UPDATES, "retention/delete_updates.sql");
statement!(COSTS, "retention/delete_request_costs.sql");
statement!(FINDINGS, "retention/delete_findings.sql");
statement!(READS, "retention/delete_shop_reads.sql");
statement!(GUARD, "retention/delete_guard.sql");
statement!(MARK, "retention/mark_rows_deleted.sql");
statement!(OBSERVATIONS_CHUNK, "retention/observations_chunk.sql");
statement!(OBSERVATIONS, "retention/delete_observations.sql");

/// Rows of a table that one step deletes.
const CHUNK: i64 = 500;

/// The tables with rows of a run: the batches first, which tell that all updates are there; then large ones.
const OF_A_RUN: [&Statement; 7] = [
    &BATCHES, &OUTCOMES, &UPDATES, &MISSES, &FINDINGS, &READS, &COSTS,
];

#[async_trait]
impl RetentionStore for SqlStore {
    async fn delete_expired(
        &self,
        cutoffs: &RetentionCutoffs,
        cursor: &RetentionCursor,
    ) -> Result<RetentionStep, StoreError> {
        // Observations follow after the last run.
        if cursor.observation.is_none()
            && let Some(old) = next_run(&self.db, cutoffs.runs, cursor).await?
        {
            return delete_run_rows(&self.db, &old, cutoffs.now, cursor).await;
        }
        delete_observations(&self.db, cutoffs.observations, cursor).await
    }
}

struct ExpiredRun {
    id: RunId,
    ended_at: DateTime<Utc>,
    reported: bool,
}

async fn next_run(
    db: &Database,
    before: DateTime<Utc>,
    cursor: &RetentionCursor,
) -> Result<Option<ExpiredRun>, StoreError> {
    let (at, id) = cursor
        .run
        .map_or_else(Default::default, |(at, id)| (instant(at), id.to_string()));
    let query = RUNS.bind(before).bind(at).bind(id);
    db.read_first(query, |row| {
        Ok(ExpiredRun {
            id: row.word("id", RunId::parse)?,
            ended_at: row.at("ended_at")?,
            reported: row.yes("reported")?,
        })
    })
    .await
}

/// Deletes one chunk of one table; the step after the last chunk continues with the next run.
async fn delete_run_rows(
    db: &Database,
    old: &ExpiredRun,
    now: DateTime<Utc>,
    cursor: &RetentionCursor,
) -> Result<RetentionStep, StoreError> {
    if !old.reported
        && let Some(computed) = report::read(db, old.id, now).await?
    {
        report::keep(db, &computed).await?;
    }
    for table in OF_A_RUN {
        let rows = db.run(table.bind(old.id).bind(CHUNK)).await?;
        if rows > 0 {
            let next = Some(cursor.clone());
            return Ok(RetentionStep { rows, next });
        }
    }
    let mut writer = db.writer().await?;
    let mut transaction = db.begin(&mut writer).await?;
    let rows = run(&mut transaction, GUARD.bind(old.id)).await?;
    run(&mut transaction, MARK.bind(old.id).bind(now)).await?;
    commit(transaction).await?;
    let next = Some(RetentionCursor {
        run: Some((old.ended_at, old.id)),
        observation: None,
    });
    Ok(RetentionStep { rows, next })
}

async fn delete_observations(
    db: &Database,
    before: DateTime<Utc>,
    cursor: &RetentionCursor,
) -> Result<RetentionStep, StoreError> {
    let from = cursor.observation.map_or_else(String::new, instant);
    let chunk = OBSERVATIONS_CHUNK.bind(from.as_str());
    let found = db.one(chunk.bind(before).bind(CHUNK)).await?;
    let Some(end) = found.maybe_at("last_seen_at")? else {
        let (rows, next) = (0, None);
        return Ok(RetentionStep { rows, next });
    };
    let rows = db.run(OBSERVATIONS.bind(from).bind(end)).await?;
    let next = Some(RetentionCursor {
        observation: Some(end),
        ..cursor.clone()
    });
    Ok(RetentionStep { rows, next })
}
