//! What has grown old goes, a chunk at a time: each a transaction of some milliseconds, between which
//! others get their turn. Only what stands in the indexes of what is old is read.

use super::SqlStore;
use super::db::columns::{Columns, instant};
use super::db::database::{Database, commit, one, row, run};
use super::db::statement::{Statement, statement};
use super::runs::report;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::retention::RetentionCutoffs;
use shared::domain::run::RunId;
use shared::ports::store::{RetentionCursor, RetentionStep, RetentionStore, StoreError};

statement!(RUNS, "retention/runs_to_thin.sql");
statement!(OUTCOMES, "retention/thin_outcomes.sql");
statement!(MISSES, "retention/thin_misses.sql");
statement!(BATCHES, "retention/thin_batches.sql");
statement!(UPDATES, "retention/thin_updates.sql");
statement!(COSTS, "retention/thin_request_costs.sql");
statement!(FINDINGS, "retention/thin_findings.sql");
statement!(READS, "retention/thin_shop_reads.sql");
statement!(GUARD, "retention/thin_guard.sql");
statement!(MARK, "retention/mark_thinned.sql");
statement!(OBSERVATIONS_CHUNK, "retention/observations_chunk.sql");
statement!(OBSERVATIONS, "retention/thin_observations.sql");

/// Rows of a table that go at once.
const CHUNK: i64 = 500;

/// The tables that hold rows of a run, the large ones first.
const OF_A_RUN: [&Statement; 7] = [
    &OUTCOMES, &UPDATES, &MISSES, &BATCHES, &FINDINGS, &READS, &COSTS,
];

#[async_trait]
impl RetentionStore for SqlStore {
    async fn delete_expired(
        &self,
        cutoffs: &RetentionCutoffs,
        place: &RetentionCursor,
    ) -> Result<RetentionStep, StoreError> {
        // Observations begin where the runs end.
        if place.observation.is_none()
            && let Some(old) = next_run(&self.db, cutoffs.runs, place).await?
        {
            return thin_run(&self.db, &old, cutoffs.now, place).await;
        }
        thin_observations(&self.db, cutoffs.observations, place).await
    }
}

struct OldRun {
    id: RunId,
    ended_at: DateTime<Utc>,
    reported: bool,
}

async fn next_run(
    db: &Database,
    before: DateTime<Utc>,
    place: &RetentionCursor,
) -> Result<Option<OldRun>, StoreError> {
    let (at, id) = place
        .run
        .map_or_else(Default::default, |(at, id)| (instant(at), id.to_string()));
    let query = db.query(&RUNS).bind(instant(before)).bind(at).bind(id);
    let found = row(&mut *db.reader().await?, query).await?;
    found
        .map(|row| {
            Ok(OldRun {
                id: row.word("id", RunId::parse)?,
                ended_at: row.at("ended_at")?,
                reported: row.yes("reported")?,
            })
        })
        .transpose()
}

/// One chunk of one table; the step after the last chunk goes on with the next run.
async fn thin_run(
    db: &Database,
    old: &OldRun,
    now: DateTime<Utc>,
    place: &RetentionCursor,
) -> Result<RetentionStep, StoreError> {
    if !old.reported
        && let Some(told) = report::read(db, old.id, now).await?
    {
        report::keep(db, &told).await?;
    }
    for table in OF_A_RUN {
        let thin = db.query(table).bind(old.id.to_string()).bind(CHUNK);
        let rows = run(&mut *db.writer().await?, thin).await?;
        if rows > 0 {
            let next = Some(place.clone());
            return Ok(RetentionStep { rows, next });
        }
    }
    let mut writer = db.writer().await?;
    let mut transaction = db.begin(&mut writer).await?;
    let guard = db.query(&GUARD).bind(old.id.to_string());
    let rows = run(&mut transaction, guard).await?;
    let mark = db.query(&MARK).bind(old.id.to_string());
    run(&mut transaction, mark.bind(instant(now))).await?;
    commit(transaction).await?;
    let next = Some(RetentionCursor {
        run: Some((old.ended_at, old.id)),
        observation: None,
    });
    Ok(RetentionStep { rows, next })
}

async fn thin_observations(
    db: &Database,
    before: DateTime<Utc>,
    place: &RetentionCursor,
) -> Result<RetentionStep, StoreError> {
    let from = place.observation.map_or_else(String::new, instant);
    let chunk = db.query(&OBSERVATIONS_CHUNK).bind(from.clone());
    let chunk = chunk.bind(instant(before)).bind(CHUNK);
    let found = one(&mut *db.reader().await?, chunk).await?;
    let Some(end) = found.maybe_at("last_seen_at")? else {
        return Ok(RetentionStep {
            rows: 0,
            next: None,
        });
    };
    let thin = db.query(&OBSERVATIONS).bind(from).bind(instant(end));
    let rows = run(&mut *db.writer().await?, thin).await?;
    let next = Some(RetentionCursor {
        observation: Some(end),
        ..place.clone()
    });
    Ok(RetentionStep { rows, next })
}
