//! Reconciliation in rows: how far each shop is read, what was found, and what follows from it.
//!
//! A shop stands as a batch of its run, so that the barrier, the counts and the end of a run are those
//! of any run; what is particular to it is a row of `shop_reads` of the same number.

use super::batches::{listing_row, read_listing};
use super::reconcile_page::{After, End, Step, end_read};
use super::reconcile_rows::cursor;
use super::record::{progress, put};
use crate::store::SqlStore;
use crate::store::db::columns::{Columns, json};
use crate::store::db::database::{Database, commit, one, row, rows, run};
use crate::store::db::failure::failed;
use crate::store::db::statement::{Statement, statement};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::guard::Guarding;
use shared::domain::listing::{ItemId, Listing, ListingStatus};
use shared::domain::run::{RunId, RunProgress};
use shared::ports::store::{
    Advance, KnownItem, NewReading, PageRecord, PageRecorded, Phase, ReconcileStore, ShopRead,
    StartError, StoreError,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

statement!(START, "runs/start_reads.sql");
/// The shop of a number, while it is read.
pub(crate) static READ: Statement = Statement::new(include_str!("../sql/runs/shop_read.sql"));
statement!(KNOWN, "runs/known_items.sql");
statement!(NEXT_MISSING, "runs/next_missing.sql");
statement!(HELD, "runs/held_reads.sql");
statement!(REOPEN_BATCHES, "runs/reopen_batches.sql");
statement!(REOPEN, "runs/reopen_reads.sql");
statement!(LISTINGS_OF, "runs/listings_of.sql");

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
    ) -> Result<RunProgress, StoreError> {
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
            cursor: cursor(row.number("next_offset")?, row.maybe_text("next_cursor")?),
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

/// Whether some shop of the run waits for a person.
pub(crate) async fn holds_shops(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
) -> Result<bool, StoreError> {
    let found = one(on, db.query(&HELD).bind(id.to_string())).await?;
    Ok(found.count("held")? > 0)
}

/// Goes on with the shops that were held: what they lack is asked for one by one.
pub(crate) async fn let_shops_go(
    db: &Database,
    on: &mut AnyConnection,
    id: RunId,
) -> Result<(), StoreError> {
    for statement in [&REOPEN_BATCHES, &REOPEN] {
        run(on, db.query(statement).bind(id.to_string())).await?;
    }
    Ok(())
}
