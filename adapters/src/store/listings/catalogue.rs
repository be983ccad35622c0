//! The catalogue: which listings there are.

use super::pending;
use super::product_rows::{read_info, read_product};
use crate::store::SqlStore;
use crate::store::db::columns::{Columns, instant, json};
use crate::store::db::database::{commit, one, rows};
use crate::store::db::failure::damaged;
use crate::store::db::statement::statement;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::listing::ListingStatus;
use shared::domain::product::{Product, Seen};
use shared::ports::store::{CatalogueStore, ImportCounts, NewListing, StoreError, Story};
use sqlx::any::AnyRow;
use std::collections::HashMap;

statement!(LISTED, "listings/listed_asins.sql");
statement!(PRODUCTS_AFTER, "listings/products_after.sql");
statement!(INFOS, "listings/infos.sql");
statement!(STALE_INFOS, "listings/stale_infos.sql");
statement!(COUNTS, "listings/listing_counts.sql");

#[async_trait]
impl CatalogueStore for SqlStore {
    async fn import(
        &self,
        listings: &[NewListing],
        now: DateTime<Utc>,
    ) -> Result<ImportCounts, StoreError> {
        super::import::import(&self.db, listings, now).await
    }

    /// As one text: a million rows of this driver would take half a gigabyte.
    async fn listed_asins(&self, account: Option<&AccountId>) -> Result<Vec<Asin>, StoreError> {
        let query = self.db.query(&LISTED);
        let query = query.bind(account.map(ToString::to_string));
        let mut reader = self.db.reader().await?;
        let mut survey = self.db.survey(&mut reader).await?;
        let found = one(&mut survey, query).await?;
        commit(survey).await?;
        let joined = found.maybe_text("asins")?.unwrap_or_default();
        let parsed = joined
            .split(' ')
            .filter(|text| !text.is_empty())
            .map(|text| Asin::parse(text).map_err(|_| damaged("asins", text)));
        let mut asins = parsed.collect::<Result<Vec<Asin>, _>>()?;
        asins.sort_unstable();
        asins.dedup();
        Ok(asins)
    }

    async fn products_after(
        &self,
        after: Option<Asin>,
        limit: u32,
    ) -> Result<Vec<Product>, StoreError> {
        let after = after.map(|asin| asin.to_string()).unwrap_or_default();
        let query = self.db.query(&PRODUCTS_AFTER);
        let query = query.bind(after).bind(i64::from(limit));
        rows(&mut *self.db.reader().await?, query)
            .await?
            .iter()
            .map(read_product)
            .collect()
    }

    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, StoreError> {
        let query = self.db.query(&INFOS).bind(json(&asins)?);
        read_infos(&rows(&mut *self.db.reader().await?, query).await?)
    }

    async fn stale_infos(
        &self,
        account: Option<&AccountId>,
        before: DateTime<Utc>,
    ) -> Result<Vec<Asin>, StoreError> {
        let query = self.db.query(&STALE_INFOS);
        let query = query.bind(account.map(ToString::to_string));
        let mut reader = self.db.reader().await?;
        let mut survey = self.db.survey(&mut reader).await?;
        let found = rows(&mut survey, query.bind(instant(before))).await?;
        commit(survey).await?;
        found.iter().map(Columns::asin).collect()
    }

    async fn listed_in(
        &self,
        account: &AccountId,
        asins: &[Asin],
    ) -> Result<HashMap<Asin, ListingStatus>, StoreError> {
        pending::listed_in(&self.db, account, asins).await
    }

    async fn story(&self, asin: Asin) -> Result<Story, StoreError> {
        super::asin_history::read(&self.db, asin).await
    }

    async fn listing_counts(&self) -> Result<Vec<(AccountId, u64, u64)>, StoreError> {
        let mut reader = self.db.reader().await?;
        let mut survey = self.db.survey(&mut reader).await?;
        let found = rows(&mut survey, self.db.query(&COUNTS)).await?;
        commit(survey).await?;
        found
            .iter()
            .map(|row| {
                Ok((
                    row.word("account_id", |id| AccountId::parse(id).ok())?,
                    row.count("listed")?,
                    row.count("held")?,
                ))
            })
            .collect()
    }
}

/// Basic information by ASIN.
pub(crate) fn read_infos(rows: &[AnyRow]) -> Result<HashMap<Asin, Seen<BasicInfo>>, StoreError> {
    let mut infos = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(info) = read_info(row)? {
            infos.insert(row.asin()?, info);
        }
    }
    Ok(infos)
}
