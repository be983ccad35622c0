//! Reads runs: their rows, their open work, their counts.

use super::progress::{progress, run_row, unknown};
use crate::store::SqlStore;
use crate::store::db::{rows, statement};
use crate::store::listings::rows::update_key;
use async_trait::async_trait;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::store::{OpenWork, RunQueries, RunRow, RunView, StoreError};

statement!(RUN, "runs/run.sql");
statement!(LAST_OF_KIND, "runs/last_of_kind.sql");
statement!(RUNS, "runs/runs.sql");
statement!(OPEN_BATCHES, "runs/open_batches.sql");
statement!(QUEUED_UPDATES, "runs/queued_updates.sql");
statement!(OPEN_READS, "runs/open_reads.sql");
statement!(VIEW, "runs/run_view.sql");

#[async_trait]
impl RunQueries for SqlStore {
    async fn run(&self, id: RunId) -> Result<Option<RunRow>, StoreError> {
        let found = self.db.row(RUN.bind(id)).await?;
        found.as_ref().map(run_row).transpose()
    }

    async fn runs(&self, open_only: bool, limit: u32) -> Result<Vec<RunRow>, StoreError> {
        let found = self.db.rows(RUNS.bind(open_only).bind(limit)).await?;
        found.iter().map(run_row).collect()
    }

    async fn last_of_kind(&self, kind: RunKind) -> Result<Option<RunRow>, StoreError> {
        let found = self.db.row(LAST_OF_KIND.bind(kind.as_str())).await?;
        found.as_ref().map(run_row).transpose()
    }

    async fn open_work(&self, id: RunId) -> Result<OpenWork, StoreError> {
        let mut reader = self.db.reader().await?;
        let batches = rows(&mut reader, OPEN_BATCHES.bind(id)).await?;
        let updates = rows(&mut reader, QUEUED_UPDATES.bind(id)).await?;
        let reads = rows(&mut reader, OPEN_READS.bind(id)).await?;
        let reads: Vec<(u32, u32)> = reads
            .iter()
            .map(|row| Ok((row.small("no")?, row.small("step")?)))
            .collect::<Result<_, StoreError>>()?;
        let is_read = |no: &u32| reads.iter().any(|(read, _)| read == no);
        let batches: Vec<u32> = batches
            .iter()
            .map(|row| row.small("no"))
            .collect::<Result<_, _>>()?;
        Ok(OpenWork {
            progress: progress(&mut reader, id).await?,
            batches: batches.into_iter().filter(|no| !is_read(no)).collect(),
            reads,
            updates: updates.iter().map(update_key).collect::<Result<_, _>>()?,
        })
    }

    async fn run_view(&self, id: RunId) -> Result<RunView, StoreError> {
        let found = self.db.row(VIEW.bind(id)).await?;
        let row = found.ok_or_else(|| unknown(id))?;
        let done = |all: &str, open: &str| -> Result<(u64, u64), StoreError> {
            let all = row.count(all)?;
            Ok((all, all.saturating_sub(row.count(open)?)))
        };
        let (batches, batches_done) = done("batches", "batches_open")?;
        let (misses, misses_done) = done("misses", "misses_open")?;
        let (updates, updates_done) = done("updates", "updates_open")?;
        Ok(RunView {
            state: row.word("state", RunState::from_word)?,
            batches,
            batches_done,
            misses,
            misses_done,
            updates,
            updates_done,
            held_back: row.count("held_back")?,
        })
    }
}
