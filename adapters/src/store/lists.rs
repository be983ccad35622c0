//! Complete lists of products, a page at a time, and the products of messages.

use super::SqlStore;
use super::db::{Prepared, StoredRow, json, statement};
use super::listings::rows::update_key;
use async_trait::async_trait;
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::desired::Urgency;
use shared::domain::listing::{ItemId, ListingId, ShopState};
use shared::domain::run::RunId;
use shared::ports::store::{
    ItemFilter, ListedItem, ProductList, ProductListStore, RunPart, StoreError,
};
use std::collections::HashMap;

statement!(HELD, "lists/held.sql");
statement!(UPDATES, "lists/updates.sql");
statement!(MISSING, "lists/missing.sql");
statement!(CHANGES, "lists/changes.sql");
statement!(LISTINGS, "lists/listings.sql");
statement!(FINDINGS, "lists/findings.sql");
statement!(PRODUCTS, "lists/products.sql");
statement!(FAILED_UPDATES, "lists/failed_updates.sql");
statement!(LISTING_PRODUCTS, "lists/listing_products.sql");
statement!(BATCH_ASINS, "lists/batch_asins.sql");
statement!(READ_SHOPS, "lists/read_shops.sql");
statement!(LISTED_BY, "listings/listed_by.sql");

#[derive(Serialize)]
struct PartRow {
    run: RunId,
    no: u32,
}

#[async_trait]
impl ProductListStore for SqlStore {
    async fn items(
        &self,
        list: ProductList,
        filter: &ItemFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ListedItem>, StoreError> {
        let (statement, of) = match list {
            ProductList::Held => (&HELD, None),
            ProductList::Missing => (&MISSING, None),
            ProductList::Failed => (&UPDATES, Some("failed")),
            ProductList::Waiting => (&UPDATES, Some("queued parked")),
            ProductList::Pending => (&LISTINGS, Some("pending")),
            ProductList::Deleted => (&LISTINGS, Some("delisted")),
            ProductList::PriceChanges | ProductList::StockChanges => {
                (&CHANGES, Some(list.as_str()))
            }
            ProductList::Invalid | ProductList::SoldOut => (&PRODUCTS, Some(list.as_str())),
            ProductList::Unknown | ProductList::Drifted | ProductList::Impossible => {
                (&FINDINGS, Some(list.as_str()))
            }
        };
        let query = statement.bind(filter.account.as_ref());
        let query = query.bind(after.unwrap_or_default().to_owned());
        let query = query.bind(limit).bind(filter.run);
        let query = of.into_iter().fold(query, Prepared::bind);
        self.db.survey_all(query, item).await
    }

    async fn failed_updates(
        &self,
        after: ListingId,
        limit: u32,
    ) -> Result<Vec<(ListingId, i64, Urgency)>, StoreError> {
        let query = FAILED_UPDATES.bind(after).bind(limit);
        self.db.survey_all(query, update_key).await
    }

    async fn listing_products(
        &self,
        listings: &[ListingId],
    ) -> Result<HashMap<ListingId, (AccountId, Asin)>, StoreError> {
        let ids: Vec<String> = listings.iter().map(|id| id.0.to_string()).collect();
        let query = LISTING_PRODUCTS.bind(json(&ids)?);
        let product = |row: &StoredRow| {
            let id = ListingId(row.number("listing_id")?);
            Ok((id, (row.account()?, row.asin()?)))
        };
        self.db.read_all(query, product).await
    }

    async fn batch_asins(
        &self,
        batches: &[RunPart],
    ) -> Result<HashMap<RunPart, Vec<Asin>>, StoreError> {
        let query = BATCH_ASINS.bind(parts(batches)?);
        let asins = |row: &StoredRow| {
            let batch = row.word("asins", AsinBatch::parse)?;
            Ok((part(row)?, batch.asins().to_vec()))
        };
        self.db.read_all(query, asins).await
    }

    async fn read_shops(
        &self,
        reads: &[RunPart],
    ) -> Result<HashMap<RunPart, AccountId>, StoreError> {
        let query = READ_SHOPS.bind(parts(reads)?);
        let shop = |row: &StoredRow| Ok((part(row)?, row.account()?));
        self.db.read_all(query, shop).await
    }

    async fn listed_by(&self, asins: &[Asin]) -> Result<HashMap<Asin, Vec<AccountId>>, StoreError> {
        let query = LISTED_BY.bind(json(&asins)?).bind(None::<&AccountId>);
        let mut shops: HashMap<Asin, Vec<AccountId>> = HashMap::new();
        for row in self.db.rows(query).await? {
            shops.entry(row.asin()?).or_default().push(row.account()?);
        }
        Ok(shops)
    }
}

fn parts(parts: &[RunPart]) -> Result<String, StoreError> {
    let rows = parts.iter().map(|(run, no)| PartRow { run: *run, no: *no });
    json(&rows.collect::<Vec<_>>())
}

fn part(row: &StoredRow) -> Result<RunPart, StoreError> {
    Ok((row.word("run_id", RunId::parse)?, row.small("no")?))
}

fn item(row: &StoredRow) -> Result<ListedItem, StoreError> {
    Ok(ListedItem {
        place: row.text("sort_key")?.to_owned(),
        account: row.maybe_account()?,
        asin: row.maybe_word("asin", |text| Asin::parse(text).ok())?,
        item: row.maybe_number("item_id")?.map(ItemId),
        sku: row.maybe_string("sku")?,
        name: row.maybe_string("title")?,
        why: row.maybe_string("why")?,
        shown: state(row, "shown_")?,
        wanted: state(row, "wanted_")?,
        run_id: row.maybe_word("run_id", RunId::parse)?,
        at: row.maybe_at("at")?,
    })
}

fn state(row: &StoredRow, prefix: &str) -> Result<Option<ShopState>, StoreError> {
    let price = row.maybe_number(&format!("{prefix}price_yen"))?;
    price.map(|_| row.state(prefix)).transpose()
}
