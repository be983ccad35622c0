//! The rows of a new run: its own, its guard's, and one for each batch.

use super::guard;
use crate::store::SqlStore;
use crate::store::db::columns::{Columns, instant, json};
use crate::store::db::database::{row, run};
use crate::store::db::statement::statement;
use serde::Serialize;
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{NewRun, StartError, StoreError};
use sqlx::AnyConnection;

statement!(START, "runs/start_run.sql");
statement!(OPEN_OF_KIND, "runs/open_run_of_kind.sql");
statement!(START_BATCHES, "runs/start_batches.sql");

/// Batches in one statement: a megabyte of JSON or two.
const CHUNK: usize = 5_000;

#[derive(Serialize)]
struct BatchRow<'a> {
    no: usize,
    asins: &'a str,
}

impl SqlStore {
    /// Writes a run whose batches ask for ASINs.
    pub(crate) async fn write_asking(
        &self,
        on: &mut AnyConnection,
        new: &NewRun,
    ) -> Result<(), StartError> {
        let asins: usize = new.batches.iter().map(|batch| batch.asins().len()).sum();
        let batches: Vec<String> = new.batches.iter().map(ToString::to_string).collect();
        self.write_run(on, new, size(asins), &batches).await
    }

    /// Writes the row of a new run, its guard, and a row for each batch: what each asks for, which is
    /// nothing for one that stands for a shop.
    pub(crate) async fn write_run(
        &self,
        on: &mut AnyConnection,
        new: &NewRun,
        asins: i64,
        batches: &[String],
    ) -> Result<(), StartError> {
        let start = self
            .db
            .query(&START)
            .bind(new.id.to_string())
            .bind(new.kind.as_str())
            .bind(new.account.as_ref().map(ToString::to_string))
            .bind(i64::from(new.dry_run))
            .bind(instant(new.started_at))
            .bind(asins)
            .bind(size(batches.len()));
        if run(on, start).await? == 0 {
            let open = self.open_of_kind(on, new.kind).await?;
            return Err(StartError::AlreadyOpen(open.unwrap_or(new.id)));
        }
        guard::start(&self.db, on, new.id, new.guard).await?;
        for (chunk, batches) in batches.chunks(CHUNK).enumerate() {
            let rows: Vec<BatchRow> = batches
                .iter()
                .enumerate()
                .map(|(place, asins)| BatchRow {
                    no: chunk * CHUNK + place + 1,
                    asins,
                })
                .collect();
            let query = self.db.query(&START_BATCHES).bind(json(&rows)?);
            run(on, query.bind(new.id.to_string())).await?;
        }
        Ok(())
    }

    async fn open_of_kind(
        &self,
        on: &mut AnyConnection,
        kind: RunKind,
    ) -> Result<Option<RunId>, StoreError> {
        let query = self.db.query(&OPEN_OF_KIND).bind(kind.as_str());
        let found = row(on, query).await?;
        found.map(|row| row.word("id", RunId::parse)).transpose()
    }
}

fn size(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
