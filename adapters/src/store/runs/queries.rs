//! Reads runs: their rows, their open work, their counts.

use super::progress::{progress, run_row, unknown};
use crate::store::SqlStore;
use crate::store::db::Session;
use crate::store::db::{StoredRow, read_all, statement};
use crate::store::listings::rows::update_key;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::store::{OpenWork, RunQueries, RunRow, RunView, StoreError};

statement!(RUN, "runs/run.sql");
statement!(LAST_OF_KIND, "runs/last_of_kind.sql");
statement!(LAST_WHOLE, "runs/last_whole_run.sql");
statement!(RUNS, "runs/runs.sql");
statement!(OPEN_BATCHES, "runs/open_batches.sql");
statement!(QUEUED_UPDATES, "runs/queued_updates.sql");
statement!(OPEN_READS, "runs/open_reads.sql");
statement!(VIEW, "runs/run_view.sql");

#[async_trait]
impl RunQueries for SqlStore {
    async fn run(&self, id: RunId) -> Result<Option<RunRow>, StoreError> {
        self.db.read_first(RUN.bind(id), run_row).await
    }

    async fn runs(&self, open_only: bool, limit: u32) -> Result<Vec<RunRow>, StoreError> {
        self.db
            .read_all(RUNS.bind(open_only).bind(limit), run_row)
            .await
    }

    async fn last_of_kind(&self, kind: RunKind) -> Result<Option<RunRow>, StoreError> {
        self.db
            .read_first(LAST_OF_KIND.bind(kind.as_str()), run_row)
            .await
    }

    async fn last_whole_run(&self, kind: RunKind) -> Result<Option<RunRow>, StoreError> {
        self.db
            .read_first(LAST_WHOLE.bind(kind.as_str()), run_row)
            .await
    }

    async fn open_work(&self, id: RunId) -> Result<OpenWork, StoreError> {
        let mut reader = self.db.reader().await?;
        let mut work = parts(&mut reader, id, None, (0, u32::MAX)).await?;
        work.updates = read_all(&mut reader, QUEUED_UPDATES.bind(id), update_key).await?;
        Ok(work)
    }

    async fn open_parts(
        &self,
        id: RunId,
        now: DateTime<Utc>,
        after: u32,
        limit: u32,
    ) -> Result<OpenWork, StoreError> {
        parts(&mut self.db.reader().await?, id, Some(now), (after, limit)).await
    }

    async fn run_view(&self, id: RunId) -> Result<RunView, StoreError> {
        let found = self.db.read_first(VIEW.bind(id), run_view).await?;
        found.ok_or_else(|| unknown(id))
    }
}

/// The open batches and shops; with `now`, without the shops that are parked then.
async fn parts(
    on: &mut dyn Session,
    id: RunId,
    now: Option<DateTime<Utc>>,
    (after, limit): (u32, u32),
) -> Result<OpenWork, StoreError> {
    let batch = |row: &StoredRow| row.small("no");
    let read = |row: &StoredRow| Ok((row.small("no")?, row.small("step")?));
    let batches = OPEN_BATCHES.bind(id).bind(after).bind(limit);
    let reads = OPEN_READS.bind(id).bind(after).bind(limit).bind(now);
    Ok(OpenWork {
        batches: read_all(on, batches, batch).await?,
        reads: read_all(on, reads, read).await?,
        updates: Vec::new(),
        // Last, so that the rows of a run that ends meanwhile need no message.
        progress: progress(on, id).await?,
    })
}

fn run_view(row: &StoredRow) -> Result<RunView, StoreError> {
    let done = |all: &str, open: &str| Ok(row.count(all)?.saturating_sub(row.count(open)?));
    Ok(RunView {
        kind: row.word("kind", RunKind::from_word)?,
        state: row.word("state", RunState::from_word)?,
        batches: row.count("batches")?,
        batches_done: done("batches", "batches_open")?,
        misses: row.count("misses")?,
        misses_done: done("misses", "misses_open")?,
        updates: row.count("updates")?,
        updates_done: done("updates", "updates_open")?,
        held_back: row.count("held_back")?,
    })
}
