//! The catalogue: listings and products.

use super::product_rows::read_marked;
use super::rows::read_infos;
use crate::store::SqlStore;
use crate::store::db::{StoredRow, commit, damaged, json, one, statement};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::listing::ListingStatus;
use shared::domain::product::{Product, Seen};
use shared::ports::store::{CatalogueStore, ImportCounts, ListingCounts, NewListing, StoreError};
use std::collections::HashMap;

statement!(LISTED, "listings/listed_asins.sql");
statement!(PRODUCTS_AFTER, "listings/products_after.sql");
statement!(INFOS, "listings/infos.sql");
statement!(STALE_INFOS, "listings/stale_infos.sql");
statement!(LISTED_IN, "listings/listed_in.sql");
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

    /// Reads one text: as a million rows, this driver would take half a gigabyte.
    async fn listed_asins(&self, account: Option<&AccountId>) -> Result<Vec<Asin>, StoreError> {
        let query = LISTED.bind(account);
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
        let query = PRODUCTS_AFTER.bind(after).bind(limit);
        self.db.rows(query).await?.iter().map(read_marked).collect()
    }

    async fn infos(&self, asins: &[Asin]) -> Result<HashMap<Asin, Seen<BasicInfo>>, StoreError> {
        let query = INFOS.bind(json(&asins)?);
        read_infos(&self.db.rows(query).await?)
    }

    async fn stale_infos(
        &self,
        account: Option<&AccountId>,
        before: DateTime<Utc>,
    ) -> Result<Vec<Asin>, StoreError> {
        let query = STALE_INFOS.bind(account);
        self.db
            .survey_all(query.bind(before), StoredRow::asin)
            .await
    }

    async fn listed_in(
        &self,
        account: &AccountId,
        asins: &[Asin],
    ) -> Result<HashMap<Asin, ListingStatus>, StoreError> {
        let query = LISTED_IN.bind(json(&asins)?).bind(account);
        self.db
            .read_all(query, |row| {
                Ok((row.asin()?, row.word("status", ListingStatus::from_word)?))
            })
            .await
    }

    async fn listing_counts(&self) -> Result<HashMap<AccountId, ListingCounts>, StoreError> {
        let counts = |row: &StoredRow| {
            let counts = ListingCounts {
                listed: row.count("listed")?,
                pending: row.count("pending")?,
                held: row.count("held")?,
            };
            Ok((row.account()?, counts))
        };
        self.db.survey_all(&COUNTS, counts).await
    }
}
