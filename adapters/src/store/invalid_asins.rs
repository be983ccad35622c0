//! ASINs that Amazon calls invalid. `runs/record.rs` sets and clears their marks.

use super::SqlStore;
use super::db::{StoredRow, commit, json, put, read_all, read_first, statement};
use super::runs::guard::cancel;
use crate::store::db::Session;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::ItemId;
use shared::domain::money::Yen;
use shared::domain::product::InvalidMark;
use shared::domain::report::{InvalidListing, InvalidListings};
use shared::domain::run::{RunId, RunKind};
use shared::domain::wrong_clock::CLOCK_ERROR;
use shared::ports::store::{InvalidAsinStore, StoreError};
use std::collections::HashSet;

statement!(DUE, "invalid_asins/due_again.sql");
statement!(DOUBTFUL, "invalid_asins/doubtful_run.sql");
statement!(VISIBLE, "invalid_asins/visible.sql");
statement!(MARKED, "invalid_asins/marked.sql");
statement!(FORGET, "invalid_asins/forget.sql");

#[async_trait]
impl InvalidAsinStore for SqlStore {
    async fn due_again(
        &self,
        account: Option<&AccountId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Asin>, StoreError> {
        let (daily, weekly) = InvalidMark::due_before(now);
        let latest = now + CLOCK_ERROR;
        let query = DUE.bind(account).bind(daily).bind(weekly).bind(latest);
        self.db.read_all(query, StoredRow::asin).await
    }

    async fn invalid_listings(&self) -> Result<InvalidListings, StoreError> {
        visible(&mut self.db.reader().await?).await
    }

    async fn cancel_doubtful(
        &self,
        kind: RunKind,
        at: DateTime<Utc>,
    ) -> Result<Option<RunId>, StoreError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let doubtful = DOUBTFUL.bind(kind.as_str());
        let id = read_first(&mut transaction, doubtful, |row| {
            row.word("id", RunId::parse)
        })
        .await?;
        if let Some(id) = id {
            cancel(&mut transaction, id, at).await?;
        }
        commit(transaction).await?;
        Ok(id)
    }

    async fn forget_invalid(&self, asins: &[Asin]) -> Result<(), StoreError> {
        self.db.run(FORGET.bind(json(&asins)?)).await.map(drop)
    }
}

/// Removes the marks of the ASINs that a person names anew. Nearly always there are few marks or none.
pub(crate) async fn forget_named(
    on: &mut dyn Session,
    named: impl Iterator<Item = Asin>,
) -> Result<(), StoreError> {
    let marked: HashSet<Asin> = read_all(on, &MARKED, StoredRow::asin).await?;
    let named: Vec<Asin> = named.filter(|asin| marked.contains(asin)).collect();
    put(on, &FORGET, &named, |forget| forget).await
}

/// The visible listings of marked ASINs.
pub(crate) async fn visible(on: &mut dyn Session) -> Result<InvalidListings, StoreError> {
    let row = |row: &StoredRow| {
        let listing = InvalidListing {
            account: row.account()?,
            asin: row.asin()?,
            item: ItemId(row.number("item_id")?),
            price: Yen(row.small("price_yen")?),
            since: row.at("invalid_since")?,
        };
        Ok((row.count("found")?, listing))
    };
    let found: Vec<(u64, InvalidListing)> = read_all(on, &VISIBLE, row).await?;
    Ok(InvalidListings {
        count: found.first().map_or(0, |(count, _)| *count),
        examples: found.into_iter().map(|(_, listing)| listing).collect(),
    })
}
