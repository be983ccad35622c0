//! The history of listings: changes page by page, and everything about one ASIN.

use super::asin_history;
use super::rows::interval;
use crate::store::SqlStore;
use crate::store::db::{StoredRow, instant, statement};
use async_trait::async_trait;
use shared::domain::asin::Asin;
use shared::domain::listing::ListingId;
use shared::domain::money::Yen;
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{AsinHistory, ChangesFilter, HistoryStore, ListingChange, StoreError};

statement!(CHANGES, "listings/changes.sql");

/// Later than any instant that is stored.
const END_OF_TIME: &str = "9999";

#[async_trait]
impl HistoryStore for SqlStore {
    async fn changes(
        &self,
        filter: &ChangesFilter,
        last: Option<&ListingChange>,
        limit: u32,
    ) -> Result<Vec<ListingChange>, StoreError> {
        let (at, run, listing) = last.map_or_else(
            || (END_OF_TIME.to_owned(), String::new(), 0),
            |last| (instant(last.at), last.run.to_string(), last.listing.0),
        );
        let query = CHANGES.bind(filter.since);
        let query = query.bind(at).bind(run).bind(listing);
        let query = query
            .bind(filter.asin)
            .bind(filter.account.as_ref())
            .bind(limit);
        self.db.read_all(query, change).await
    }

    async fn asin_history(&self, asin: Asin) -> Result<AsinHistory, StoreError> {
        asin_history::read(&self.db, asin).await
    }
}

fn change(row: &StoredRow) -> Result<ListingChange, StoreError> {
    let old = row.maybe_small("old_price_yen")?;
    let new = row.maybe_small("new_price_yen")?;
    let seen = row.maybe_text("first_seen_at")?.is_some();
    Ok(ListingChange {
        run: row.word("run_id", RunId::parse)?,
        kind: row.word("kind", RunKind::from_word)?,
        listing: ListingId(row.number("listing_id")?),
        account: row.account()?,
        asin: row.asin()?,
        from: row.state("from_")?,
        to: row.state("to_")?,
        state: row.text("state")?.to_owned(),
        code: row.maybe_string("code")?,
        at: row.at("at")?,
        amazon: old
            .zip(new)
            .filter(|(old, new)| old != new)
            .map(|(old, new)| (Yen(old), Yen(new))),
        seen: seen.then(|| interval(row)).transpose()?,
    })
}
