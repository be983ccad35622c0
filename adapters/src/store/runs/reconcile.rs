//! Reconciliation: how far each shop is read, what was found, and what follows from it.
//!
//! A shop is a batch of its run, so that the barrier, the counts and the end of the run work as for
//! every run. What only a reconciliation needs is in a row of `shop_reads` of the same number.

use super::progress::progress;
use super::reconcile_page::{PageEffects, PageStep, ReadEnd, end_read};
use super::shop_reads::open_read;
use super::start;
use crate::store::SqlStore;
use crate::store::db::{commit, failed, json, put, statement};
use crate::store::listings::rows::{listing_row, read_listing};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::guard::Guarding;
use shared::domain::listing::{ItemId, Listing, ListingStatus};
use shared::domain::run::{RunId, RunProgress};
use shared::ports::store::{
    Advance, KnownItem, NewReading, PageRecord, PageRecorded, ReconcileStore, ShopRead, StartError,
    StoreError,
};

statement!(START, "runs/start_reads.sql");
statement!(KNOWN, "runs/known_items.sql");
statement!(NEXT_MISSING, "runs/next_missing.sql");
statement!(LISTINGS_OF, "runs/listings_of.sql");

#[derive(Serialize)]
struct ShopRow<'a> {
    no: usize,
    account: &'a AccountId,
}

#[async_trait]
impl ReconcileStore for SqlStore {
    async fn start_reading(&self, reading: &NewReading) -> Result<(), StartError> {
        let id = reading.run.id;
        let batches = vec![String::new(); reading.shops.len()];
        let shops = reading.shops.iter().enumerate();
        let shops: Vec<ShopRow> = shops
            .map(|(index, account)| ShopRow {
                no: index + 1,
                account,
            })
            .collect();
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        start::write_run(&mut transaction, &reading.run, reading.asins, &batches).await?;
        put(&mut transaction, &START, &shops, |query| query.bind(id)).await?;
        commit(transaction).await?;
        Ok(())
    }

    async fn shop_read(&self, id: RunId, no: u32) -> Result<Option<ShopRead>, StoreError> {
        open_read(&mut self.db.reader().await?, id, no).await
    }

    async fn known_items(
        &self,
        account: &AccountId,
        items: &[ItemId],
    ) -> Result<Vec<KnownItem>, StoreError> {
        let query = KNOWN.bind(json(&items)?).bind(account);
        self.db
            .read_all(query, |row| {
                let known = listing_row(row)?;
                let sent_until = row.maybe_at("sent_until")?;
                Ok(KnownItem {
                    sent_until: sent_until.filter(|_| known.unconfirmed.is_some()),
                    row: known,
                    applied_at: row.maybe_at("applied_at")?,
                    busy_until: row.maybe_at("busy_until")?,
                })
            })
            .await
    }

    async fn next_missing(&self, id: RunId, no: u32) -> Result<Option<Listing>, StoreError> {
        self.db
            .read_first(NEXT_MISSING.bind(id).bind(no), read_listing)
            .await
    }

    async fn record_page(&self, page: &PageRecord) -> Result<PageRecorded, StoreError> {
        let id = page.record.run;
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let step = PageStep { page };
        let mut effects = PageEffects::default();
        if step.is_first(&mut transaction).await? {
            effects = step.write(self, &mut transaction).await?;
            commit(transaction).await?;
        } else {
            transaction.rollback().await.map_err(failed)?;
        }
        let mut settled = Vec::new();
        if let Advance::Gone(listing) = page.advance {
            settled = self.without_queued(&mut writer, listing).await?;
            settled.retain(|run| *run != id);
        }
        let step = open_read(&mut writer, id, page.no).await?;
        let mut progress = progress(&mut writer, id).await?;
        if let Some(tripped @ Guarding::Tripped { .. }) = effects.guard {
            progress.guard = tripped;
        }
        Ok(PageRecorded {
            progress,
            step: step.map(|read| read.step),
            missing_held: effects.missing_held,
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
        let given_up = ReadEnd {
            id,
            no,
            state: "given_up",
            missing: None,
            why: Some(why),
            at,
        };
        end_read(&mut transaction, given_up).await?;
        commit(transaction).await?;
        progress(&mut writer, id).await
    }

    async fn listings_of(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(Asin, Option<ItemId>, ListingStatus)>, StoreError> {
        self.db
            .read_all(LISTINGS_OF.bind(account), |row| {
                let item = row.maybe_number("item_id")?.map(ItemId);
                let status = row.word("status", ListingStatus::from_word)?;
                Ok((row.asin()?, item, status))
            })
            .await
    }
}
