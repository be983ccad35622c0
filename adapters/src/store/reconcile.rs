//! Reconciliation in rows: how far each shop is read, what was found, and what follows from it.
//!
//! A shop stands as a batch of its run, so that the barrier, the counts and the end of a run are those
//! of any run; what is particular to it is a row of `shop_reads` of the same number.

use super::SqlStore;
use super::batches::{listing_row, read_listing};
use super::columns::{Columns, instant, json};
use super::database::{Database, commit, one, row, rows, run};
use super::failure::failed;
use super::guard;
use super::reconcile_rows::{FindingRow, TakenRow};
use super::record::{add_cost, hides, progress, put, put_verdicts};
use super::record_rows::Rows;
use super::statement::statement;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::guard::Guarding;
use shared::domain::listing::{ItemId, Listing, ListingId, ListingStatus};
use shared::domain::report::{Drifted, ReadShop, Reconciled, UnknownItem};
use shared::domain::run::{Progress, RunId};
use shared::ports::store::{
    Advance, KnownItem, NewReading, PageRecord, PageRecorded, Phase, ReconcileStore, Record,
    ShopRead, StartError, StoreError,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashSet;

statement!(START, "sql/start_reads.sql");
statement!(READ, "sql/shop_read.sql");
statement!(KNOWN, "sql/known_items.sql");
statement!(NEXT_MISSING, "sql/next_missing.sql");
statement!(COUNT_MISSING, "sql/count_missing.sql");
statement!(NOTE_MISSING, "sql/note_missing.sql");
statement!(STEP, "sql/step_read.sql");
statement!(SEEN, "sql/mark_seen.sql");
statement!(TAKE, "sql/take_over.sql");
statement!(TAKEN, "sql/taken_over.sql");
statement!(FINDINGS, "sql/record_findings.sql");
statement!(END, "sql/end_read.sql");
statement!(HELD, "sql/held_reads.sql");
statement!(REOPEN_BATCHES, "sql/reopen_batches.sql");
statement!(REOPEN, "sql/reopen_reads.sql");
statement!(LISTINGS_OF, "sql/listings_of.sql");
statement!(CLOSE_BATCH, "sql/close_batch.sql");
statement!(REPORT_READS, "sql/report_reads.sql");
statement!(REPORT_FINDINGS, "sql/report_findings.sql");
statement!(REPORT_FOUND, "sql/report_found.sql");

#[derive(Serialize)]
struct ShopRow<'a> {
    no: usize,
    account: &'a AccountId,
}

#[async_trait]
impl ReconcileStore for SqlStore {
    async fn start_reading(&self, reading: &NewReading) -> Result<(), StartError> {
        let id = reading.run.id.to_string();
        let asins = i64::try_from(reading.asins).unwrap_or(i64::MAX);
        let batches = vec![String::new(); reading.shops.len()];
        let shops = reading.shops.iter().enumerate();
        let shops: Vec<ShopRow> = shops
            .map(|(place, account)| ShopRow {
                no: place + 1,
                account,
            })
            .collect();
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        self.write_run(&mut transaction, &reading.run, asins, &batches)
            .await?;
        put(&self.db, &mut transaction, &START, &shops, |query| {
            query.bind(id)
        })
        .await?;
        commit(transaction).await?;
        Ok(())
    }

    async fn shop_read(&self, id: RunId, no: u32) -> Result<Option<ShopRead>, StoreError> {
        let query = self.db.query(&READ).bind(id.to_string());
        let query = query.bind(i64::from(no));
        let found = row(&mut *self.db.reader().await?, query).await?;
        found.as_ref().map(shop_read).transpose()
    }

    async fn known_items(
        &self,
        account: &AccountId,
        items: &[ItemId],
    ) -> Result<Vec<KnownItem>, StoreError> {
        let query = self.db.query(&KNOWN).bind(json(&items)?);
        let query = query.bind(account.to_string());
        rows(&mut *self.db.reader().await?, query)
            .await?
            .iter()
            .map(|row| {
                Ok(KnownItem {
                    row: listing_row(row)?,
                    applied_at: row.maybe_at("applied_at")?,
                    busy_until: row.maybe_at("busy_until")?,
                })
            })
            .collect()
    }

    async fn next_missing(&self, id: RunId, no: u32) -> Result<Option<Listing>, StoreError> {
        let query = self.db.query(&NEXT_MISSING).bind(id.to_string());
        let query = query.bind(i64::from(no));
        let found = row(&mut *self.db.reader().await?, query).await?;
        found.as_ref().map(read_listing).transpose()
    }

    async fn record_page(&self, page: &PageRecord) -> Result<PageRecorded, StoreError> {
        let id = page.record.run;
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let step = Step {
            db: &self.db,
            page,
            id: id.to_string(),
        };
        let mut after = After::default();
        if step.is_first(&mut transaction).await? {
            after = self.write_page(&step, &mut transaction).await?;
            commit(transaction).await?;
        } else {
            transaction.rollback().await.map_err(failed)?;
        }
        let mut settled = Vec::new();
        if let Advance::Gone(listing) = page.advance {
            settled = self.without_queued(&mut writer, listing).await?;
            settled.retain(|run| *run != id);
        }
        let query = self.db.query(&READ).bind(id.to_string());
        let open = row(&mut writer, query.bind(i64::from(page.no))).await?;
        let step = open.map(|row| row.small("step")).transpose()?;
        let mut progress = progress(&self.db, &mut writer, id).await?;
        if matches!(after.guard, Some(Guarding::Tripped { .. })) {
            progress.guard = after.guard.unwrap_or(Guarding::Quiet);
        }
        Ok(PageRecorded {
            progress,
            step,
            missing_held: after.missing_held,
            settled,
        })
    }

    async fn give_up_read(
        &self,
        id: RunId,
        no: u32,
        why: &str,
        at: DateTime<Utc>,
    ) -> Result<Progress, StoreError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let given_up = End {
            id,
            no,
            state: "given_up",
            missing: None,
            why: Some(why.to_owned()),
            at,
        };
        end_read(&self.db, &mut transaction, given_up).await?;
        commit(transaction).await?;
        progress(&self.db, &mut writer, id).await
    }

    async fn listings_of(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(Asin, Option<ItemId>, ListingStatus)>, StoreError> {
        let query = self.db.query(&LISTINGS_OF).bind(account.to_string());
        rows(&mut *self.db.reader().await?, query)
            .await?
            .iter()
            .map(|row| {
                let item = row.maybe_number("item_id")?.map(ItemId);
                let status = row.word("status", ListingStatus::from_word)?;
                Ok((row.asin()?, item, status))
            })
            .collect()
    }
}

fn shop_read(row: &AnyRow) -> Result<ShopRead, StoreError> {
    let phase = match row.text("phase")? {
        "pages" => Phase::Pages {
            offset: row.small("next_offset")?,
        },
        _ => Phase::Missing,
    };
    Ok(ShopRead {
        account: row.word("account_id", |id| AccountId::parse(id).ok())?,
        active: row.yes("active")?,
        parked_until: row.maybe_at("parked_until")?,
        step: row.small("step")?,
        phase,
    })
}

/// What a step has brought about beside its rows.
#[derive(Default)]
struct After {
    guard: Option<Guarding>,
    missing_held: Option<u64>,
}

/// One step as it is written.
struct Step<'a> {
    db: &'a Database,
    page: &'a PageRecord,
    id: String,
}

impl Step<'_> {
    /// Moves the shop on; `false` when the step was recorded before, or the run has ended.
    async fn is_first(&self, on: &mut AnyConnection) -> Result<bool, StoreError> {
        let record = &self.page.record;
        if !add_cost(self.db, on, record.run, record.id, record.cost).await? {
            return Ok(false);
        }
        let offset = match self.page.advance {
            Advance::NextPage { offset } => Some(i64::from(offset)),
            Advance::PagesDone | Advance::FoundMissing | Advance::Gone(_) => None,
        };
        let step = self
            .db
            .query(&STEP)
            .bind(self.id.clone())
            .bind(i64::from(self.page.no))
            .bind(i64::from(self.page.step))
            .bind(offset)
            .bind(i64::from(self.page.items));
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
    async fn write_page(
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

struct End {
    id: RunId,
    no: u32,
    state: &'static str,
    missing: Option<u64>,
    why: Option<String>,
    at: DateTime<Utc>,
}

/// Ends the reading of a shop, and with it the batch that stands for it.
async fn end_read(db: &Database, on: &mut AnyConnection, end: End) -> Result<(), StoreError> {
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

/// Whether some shop of the run waits for a person.
pub(super) async fn holds_shops(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
) -> Result<bool, StoreError> {
    let found = one(on, db.query(&HELD).bind(id.to_string())).await?;
    Ok(found.count("held")? > 0)
}

/// Goes on with the shops that were held: what they lack is asked for one by one.
pub(super) async fn let_shops_go(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
) -> Result<(), StoreError> {
    for statement in [&REOPEN_BATCHES, &REOPEN] {
        run(on, db.query(statement).bind(id.to_string())).await?;
    }
    Ok(())
}

/// What the report says of it.
pub(super) async fn report(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
) -> Result<Reconciled, StoreError> {
    let shops: Vec<ReadShop> = rows(on, db.query(&REPORT_READS).bind(id.to_string()))
        .await?
        .iter()
        .map(told_shop)
        .collect::<Result<_, _>>()?;
    let counts = one(on, db.query(&REPORT_FINDINGS).bind(id.to_string())).await?;
    let held = shops.iter().filter(|shop| shop.state == "held");
    Ok(Reconciled {
        items: shops.iter().map(|shop| shop.items).sum(),
        missing_held: held.map(|shop| shop.missing).sum(),
        shops,
        drifted: counts.count("drifted")?,
        price: counts.count("price")?,
        visible: counts.count("visible")?,
        stock: counts.count("stock")?,
        examples: found(db, on, id, "drifted").await?,
        sold_out: counts.count("sold_out")?,
        sold_out_examples: found(db, on, id, "sold_out").await?,
        gone: counts.count("gone")?,
        gone_examples: found(db, on, id, "gone").await?,
        unknown: counts.count("unknown")?,
        unknown_examples: found_rows(db, on, id, "unknown")
            .await?
            .iter()
            .map(unknown_item)
            .collect::<Result<_, _>>()?,
    })
}

async fn found_rows(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
    kind: &'static str,
) -> Result<Vec<AnyRow>, StoreError> {
    let query = db.query(&REPORT_FOUND).bind(id.to_string()).bind(kind);
    rows(on, query).await
}

async fn found(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
    kind: &'static str,
) -> Result<Vec<Drifted>, StoreError> {
    found_rows(db, on, id, kind)
        .await?
        .iter()
        .map(drifted)
        .collect()
}

fn told_shop(row: &AnyRow) -> Result<ReadShop, StoreError> {
    Ok(ReadShop {
        account: row.word("account_id", |id| AccountId::parse(id).ok())?,
        state: row.text("state")?.to_owned(),
        items: row.count("items")?,
        missing: row.count("missing")?,
        error: row.maybe_text("error")?.map(ToOwned::to_owned),
    })
}

fn drifted(row: &AnyRow) -> Result<Drifted, StoreError> {
    let found = row.maybe_number("found_price_yen")?;
    Ok(Drifted {
        account: row.word("account_id", |id| AccountId::parse(id).ok())?,
        asin: row.asin()?,
        item: ItemId(row.number("item_id")?),
        left: row.state("left_")?,
        found: found.map(|_| row.state("found_")).transpose()?,
    })
}

fn unknown_item(row: &AnyRow) -> Result<UnknownItem, StoreError> {
    Ok(UnknownItem {
        account: row.word("account_id", |id| AccountId::parse(id).ok())?,
        item: ItemId(row.number("item_id")?),
        sku: row.maybe_text("sku")?.map(ToOwned::to_owned),
    })
}
