//! Writes the rows of a new run: its own, its guard's, and one for each batch.

use super::guard;
use crate::store::db::Session;
use crate::store::db::{json, read_first, run, statement};
use serde::Serialize;
use shared::domain::run::RunId;
use shared::ports::store::{NewRun, StartError};

statement!(START, "runs/start_run.sql");
statement!(OPEN_OF_KIND, "runs/open_run_of_kind.sql");
statement!(START_BATCHES, "runs/start_batches.sql");

/// Batches in one statement: one or two megabytes of JSON.
const CHUNK: usize = 5_000;

#[derive(Serialize)]
struct BatchRow<'a> {
    no: usize,
    asins: &'a str,
}

/// Writes a run whose batches ask for ASINs.
pub(crate) async fn write_asin_run(on: &mut dyn Session, new: &NewRun) -> Result<(), StartError> {
    let asins: usize = new.batches.iter().map(|batch| batch.asins().len()).sum();
    let batches: Vec<String> = new.batches.iter().map(ToString::to_string).collect();
    write_run(on, new, asins as u64, &batches).await
}

/// Writes the row of a new run, its guard, and a row for each of `batches`: the ASINs that it asks
/// for, or nothing for a batch that represents a shop.
pub(crate) async fn write_run(
    on: &mut dyn Session,
    new: &NewRun,
    asins: u64,
    batches: &[String],
) -> Result<(), StartError> {
    let start = START
        .bind(new.id)
        .bind(new.kind.as_str())
        .bind(new.account.as_ref())
        .bind(new.dry_run)
        .bind(new.started_at)
        .bind(asins)
        .bind(batches.len())
        .bind(new.max_items);
    if run(on, start).await? == 0 {
        let open_run = OPEN_OF_KIND.bind(new.kind.as_str());
        let open = read_first(on, open_run, |row| row.word("id", RunId::parse)).await?;
        return Err(StartError::AlreadyOpen(open.unwrap_or(new.id)));
    }
    guard::start(on, new.id, new.guard, new.account.as_ref()).await?;
    for (chunk, batches) in batches.chunks(CHUNK).enumerate() {
        let rows: Vec<BatchRow> = batches
            .iter()
            .enumerate()
            .map(|(index, asins)| BatchRow {
                no: chunk * CHUNK + index + 1,
                asins,
            })
            .collect();
        run(on, START_BATCHES.bind(json(&rows)?).bind(new.id)).await?;
    }
    Ok(())
}
