//! One step of reading a shop, in its transaction: moves to the next page, takes over what the shop
//! shows where the page is not older than what is stored, and writes what follows from that.

use super::decisions::{concern_the_guard, put_decisions};
use super::guard;
use super::progress::{add_cost, unknown};
use super::reconcile_rows::{FindingRow, ShownRow, cursor_columns};
use super::record_rows::RecordRows;
use super::shop_reads::open_read;
use crate::store::SqlStore;
use crate::store::db::Session;
use crate::store::db::{Prepared, json, one, put, read_all, run, statement};
use chrono::{DateTime, Utc};
use shared::domain::guard::Guarding;
use shared::domain::listing::ListingId;
use shared::domain::run::RunId;
use shared::domain::wrong_clock::MOST_OFF;
use shared::ports::store::{Advance, PageRecord, Record, StoreError};
use std::collections::HashSet;

statement!(COUNT_MISSING, "runs/count_missing.sql");
statement!(NOTE_MISSING, "runs/note_missing.sql");
statement!(STEP, "runs/step_read.sql");
statement!(SEEN, "runs/mark_seen.sql");
statement!(SHOWN, "runs/record_shown.sql");
statement!(UNEDITED, "runs/unedited_listings.sql");
statement!(FINDINGS, "runs/record_findings.sql");
statement!(END, "runs/end_read.sql");
statement!(CLOSE_BATCH, "runs/close_batch.sql");

/// What a step has caused besides its rows.
#[derive(Default)]
pub(crate) struct PageEffects {
    pub(crate) guard: Option<Guarding>,
    pub(crate) missing_held: Option<u64>,
}

/// One step as it is written.
pub(crate) struct PageStep<'a> {
    pub(crate) page: &'a PageRecord,
}

impl PageStep<'_> {
    /// Moves the shop to its next step; `false` when the step was recorded before, or when the run
    /// has ended.
    pub(crate) async fn is_first(&self, on: &mut dyn Session) -> Result<bool, StoreError> {
        let record = &self.page.record;
        if !add_cost(on, record.run, record.id, record.cost).await? {
            return Ok(false);
        }
        let (offset, token) = match &self.page.advance {
            Advance::NextPage { cursor } => cursor_columns(cursor),
            Advance::PagesDone | Advance::FoundMissing | Advance::Gone(_) => (None, None),
        };
        let step = STEP
            .bind(record.run)
            .bind(self.page.no)
            .bind(self.page.step)
            .bind(offset)
            .bind(self.page.items)
            .bind(token);
        Ok(run(on, step).await? > 0)
    }

    /// Writes everything that the page says and that follows from it.
    pub(crate) async fn write(
        &self,
        store: &SqlStore,
        on: &mut dyn Session,
    ) -> Result<PageEffects, StoreError> {
        let page = self.page;
        let unedited = self.put_shown(on).await?;
        let record = of_unedited(&page.record, &unedited);
        put_decisions(on, &record, &RecordRows::of(&record)).await?;
        self.put_findings(on, &unedited).await?;
        let mut effects = PageEffects::default();
        if concern_the_guard(&record) {
            effects.guard = Some(guard::judge(on, record.run, record.at).await?);
        }
        if let Advance::Gone(listing) = page.advance {
            store.delist(on, listing, record.at).await?;
        }
        if !matches!(page.advance, Advance::NextPage { .. }) {
            effects.missing_held = self.missing(on).await?;
        }
        Ok(effects)
    }

    /// Takes over what the page shows, except of listings that were edited meanwhile; returns the
    /// listings that were not.
    async fn put_shown(&self, on: &mut dyn Session) -> Result<HashSet<ListingId>, StoreError> {
        let (record, asked_at) = (&self.page.record, self.page.asked_at);
        put(on, &SEEN, &self.page.seen, |query| query.bind(record.run)).await?;
        let shown: Vec<ShownRow> = self.page.shown.iter().map(ShownRow::of).collect();
        put(on, &SHOWN, &shown, |query| {
            // No listing is leased for longer than a minute.
            let latest = record.at + MOST_OFF * 2;
            query.bind(asked_at).bind(record.at).bind(latest)
        })
        .await?;
        let query = UNEDITED.bind(json(&shown)?).bind(asked_at);
        read_all(on, query, |row| row.number("listing_id").map(ListingId)).await
    }

    async fn put_findings(
        &self,
        on: &mut dyn Session,
        unedited: &HashSet<ListingId>,
    ) -> Result<(), StoreError> {
        let (id, at) = (self.page.record.run, self.page.record.at);
        let read = open_read(on, id, self.page.no)
            .await?
            .ok_or_else(|| unknown(id))?;
        let findings: Vec<FindingRow> = self
            .page
            .findings
            .iter()
            .filter(|finding| finding.is_certain(unedited))
            .map(FindingRow::of)
            .collect();
        let bind = |query: Prepared| query.bind(id).bind(&read.account).bind(at);
        put(on, &FINDINGS, &findings, bind).await
    }

    /// After the last page: listings that were on none are to be checked one by one, or held when
    /// they are too many.
    async fn missing(&self, on: &mut dyn Session) -> Result<Option<u64>, StoreError> {
        let (record, no) = (&self.page.record, self.page.no);
        let found = one(on, COUNT_MISSING.bind(record.run).bind(no)).await?;
        let (missing, listed) = (found.count("missing")?, found.count("listed")?);
        let mut end = ReadEnd {
            id: record.run,
            no,
            state: "done",
            missing: None,
            why: None,
            at: record.at,
        };
        if missing == 0 {
            end_read(on, end).await?;
            return Ok(None);
        }
        if self.page.advance != Advance::PagesDone {
            return Ok(None);
        }
        if !guard::judge_missing(on, record.run, record.at, (missing, listed)).await? {
            run(on, NOTE_MISSING.bind(record.run).bind(no).bind(missing)).await?;
            return Ok(None);
        }
        end.state = "held";
        end.missing = Some(missing);
        end_read(on, end).await?;
        Ok(Some(missing))
    }
}

/// The record without listings that were edited meanwhile: the page says nothing about them.
fn of_unedited(record: &Record, unedited: &HashSet<ListingId>) -> Record {
    let mut record = record.clone();
    for asin in &mut record.asins {
        asin.listings
            .retain(|decision| unedited.contains(&decision.listing));
    }
    record
}

/// How the reading of a shop ends.
pub(crate) struct ReadEnd<'a> {
    pub(crate) id: RunId,
    pub(crate) no: u32,
    pub(crate) state: &'static str,
    pub(crate) missing: Option<u64>,
    pub(crate) why: Option<&'a str>,
    pub(crate) at: DateTime<Utc>,
}

/// Ends the reading of a shop, and closes the batch that represents it.
pub(crate) async fn end_read(on: &mut dyn Session, end: ReadEnd<'_>) -> Result<(), StoreError> {
    let query = END.bind(end.id).bind(end.no).bind(end.state);
    if run(on, query.bind(end.missing).bind(end.why)).await? == 0 {
        return Ok(());
    }
    let given_up = end.state == "given_up";
    let close = CLOSE_BATCH
        .bind(end.id)
        .bind(end.no)
        .bind(if given_up { "given_up" } else { "done" })
        .bind(end.at);
    run(on, close).await.map(drop)
}
