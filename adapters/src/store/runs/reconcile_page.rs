//! One step of reading a shop, in its transaction: the place moves on, what is not older than what we
//! know is taken over, what follows from it is written.

use super::guard;
use super::reconcile::READ;
use super::reconcile_rows::{FindingRow, TakenRow, cursor_columns};
use super::record::{add_cost, hides, put, put_verdicts};
use super::record_rows::Rows;
use crate::store::SqlStore;
use crate::store::db::columns::{Columns, instant, json};
use crate::store::db::database::{Database, one, rows, run};
use crate::store::db::statement::statement;
use chrono::{DateTime, Utc};
use shared::domain::guard::Guarding;
use shared::domain::listing::ListingId;
use shared::domain::run::RunId;
use shared::ports::store::{Advance, PageRecord, Record, StoreError};
use sqlx::AnyConnection;
use std::collections::HashSet;

statement!(COUNT_MISSING, "runs/count_missing.sql");
statement!(NOTE_MISSING, "runs/note_missing.sql");
statement!(STEP, "runs/step_read.sql");
statement!(SEEN, "runs/mark_seen.sql");
statement!(TAKE, "runs/take_over.sql");
statement!(TAKEN, "runs/taken_over.sql");
statement!(FINDINGS, "runs/record_findings.sql");
statement!(END, "runs/end_read.sql");
statement!(CLOSE_BATCH, "runs/close_batch.sql");

/// What a step has brought about beside its rows.
#[derive(Default)]
pub(crate) struct After {
    pub(crate) guard: Option<Guarding>,
    pub(crate) missing_held: Option<u64>,
}

/// One step as it is written.
pub(crate) struct Step<'a> {
    pub(crate) db: &'a Database,
    pub(crate) page: &'a PageRecord,
    pub(crate) id: String,
}

impl Step<'_> {
    /// Moves the shop on; `false` when the step was recorded before, or the run has ended.
    pub(crate) async fn is_first(&self, on: &mut AnyConnection) -> Result<bool, StoreError> {
        let record = &self.page.record;
        if !add_cost(self.db, on, record.run, record.id, record.cost).await? {
            return Ok(false);
        }
        let (offset, token) = match &self.page.advance {
            Advance::NextPage { cursor } => cursor_columns(cursor),
            Advance::PagesDone | Advance::FoundMissing | Advance::Gone(_) => (None, None),
        };
        let step = self
            .db
            .query(&STEP)
            .bind(self.id.clone())
            .bind(i64::from(self.page.no))
            .bind(i64::from(self.page.step))
            .bind(offset)
            .bind(i64::from(self.page.items))
            .bind(token);
        Ok(run(on, step).await? > 0)
    }

    /// Takes over what is not older than what we know; gives the listings of which it was taken.
    async fn take(&self, on: &mut AnyConnection) -> Result<HashSet<ListingId>, StoreError> {
        put(self.db, on, &SEEN, &self.page.seen, |query| {
            query.bind(self.id.clone())
        })
        .await?;
        let taken: Vec<TakenRow> = self.page.taken.iter().map(TakenRow::of).collect();
        let (asked_at, now) = (instant(self.page.asked_at), instant(self.page.record.at));
        put(self.db, on, &TAKE, &taken, |query| {
            query.bind(asked_at.clone()).bind(now)
        })
        .await?;
        let query = self.db.query(&TAKEN).bind(json(&taken)?).bind(asked_at);
        rows(on, query)
            .await?
            .iter()
            .map(|row| row.number("listing_id").map(ListingId))
            .collect()
    }

    async fn tell(
        &self,
        on: &mut AnyConnection,
        taken: &HashSet<ListingId>,
    ) -> Result<(), StoreError> {
        let query = self.db.query(&READ).bind(self.id.clone());
        let shop = one(on, query.bind(i64::from(self.page.no))).await?;
        let account = shop.text("account_id")?.to_owned();
        let told: Vec<FindingRow> = self
            .page
            .findings
            .iter()
            .filter(|finding| finding.is_certain(taken))
            .map(FindingRow::of)
            .collect();
        let at = instant(self.page.record.at);
        put(self.db, on, &FINDINGS, &told, |query| {
            query.bind(self.id.clone()).bind(account).bind(at)
        })
        .await
    }

    /// After the pages: what was on none is asked for one by one, unless it is too much.
    async fn missing(&self, on: &mut AnyConnection) -> Result<Option<u64>, StoreError> {
        let (record, no) = (&self.page.record, self.page.no);
        let query = self.db.query(&COUNT_MISSING).bind(self.id.clone());
        let found = one(on, query.bind(i64::from(no))).await?;
        let (missing, listed) = (found.count("missing")?, found.count("listed")?);
        let mut end = End {
            id: record.run,
            no,
            state: "done",
            missing: None,
            why: None,
            at: record.at,
        };
        if missing == 0 {
            end_read(self.db, on, end).await?;
            return Ok(None);
        }
        if self.page.advance != Advance::PagesDone {
            return Ok(None);
        }
        if !guard::judge_missing(self.db, on, record.run, record.at, (missing, listed)).await? {
            let note = self.db.query(&NOTE_MISSING).bind(self.id.clone());
            let count = i64::try_from(missing).unwrap_or(i64::MAX);
            run(on, note.bind(i64::from(no)).bind(count)).await?;
            return Ok(None);
        }
        end.state = "held";
        end.missing = Some(missing);
        end_read(self.db, on, end).await?;
        Ok(Some(missing))
    }
}

impl SqlStore {
    pub(crate) async fn write_page(
        &self,
        step: &Step<'_>,
        on: &mut AnyConnection,
    ) -> Result<After, StoreError> {
        let page = step.page;
        let taken = step.take(on).await?;
        let record = taken_only(&page.record, &taken);
        let rows = Rows::of(&record);
        put_verdicts(&self.db, on, &record, &rows).await?;
        step.tell(on, &taken).await?;
        let mut after = After::default();
        if hides(&record) {
            after.guard = Some(guard::judge(&self.db, on, record.run, record.at).await?);
        }
        if let Advance::Gone(listing) = page.advance {
            self.delist(on, listing, record.at).await?;
        }
        if !matches!(page.advance, Advance::NextPage { .. }) {
            after.missing_held = step.missing(on).await?;
        }
        Ok(after)
    }
}

/// Of what was edited meanwhile nothing is concluded.
fn taken_only(record: &Record, taken: &HashSet<ListingId>) -> Record {
    let mut record = record.clone();
    for asin in &mut record.asins {
        asin.listings
            .retain(|verdict| taken.contains(&verdict.listing));
    }
    record
}

pub(crate) struct End {
    pub(crate) id: RunId,
    pub(crate) no: u32,
    pub(crate) state: &'static str,
    pub(crate) missing: Option<u64>,
    pub(crate) why: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

/// Ends the reading of a shop, and with it the batch that stands for it.
pub(crate) async fn end_read(
    db: &Database,
    on: &mut AnyConnection,
    end: End,
) -> Result<(), StoreError> {
    let missing = end
        .missing
        .map(|missing| i64::try_from(missing).unwrap_or(i64::MAX));
    let query = db.query(&END).bind(end.id.to_string());
    let query = query.bind(i64::from(end.no)).bind(end.state);
    if run(on, query.bind(missing).bind(end.why)).await? == 0 {
        return Ok(());
    }
    let given_up = end.state == "given_up";
    let close = db
        .query(&CLOSE_BATCH)
        .bind(end.id.to_string())
        .bind(i64::from(end.no))
        .bind(if given_up { "given_up" } else { "done" })
        .bind(instant(end.at));
    run(on, close).await?;
    Ok(())
}
