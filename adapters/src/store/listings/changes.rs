//! What changed in the shops, page by page.

use super::asin_history::interval;
use crate::store::SqlStore;
use crate::store::db::columns::{Columns, instant};
use crate::store::db::database::rows;
use crate::store::db::statement::statement;
use async_trait::async_trait;
use shared::domain::account::AccountId;
use shared::domain::listing::ListingId;
use shared::domain::money::Yen;
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{ChangesAsked, HistoryStore, ListingChange, StoreError};
use sqlx::any::AnyRow;

statement!(CHANGES, "listings/changes.sql");

/// Later than any instant that is stored.
const END_OF_TIME: &str = "9999";

#[async_trait]
impl HistoryStore for SqlStore {
    async fn changes(
        &self,
        asked: &ChangesAsked,
        last: Option<&ListingChange>,
        limit: u32,
    ) -> Result<Vec<ListingChange>, StoreError> {
        let (at, run, listing) = last.map_or_else(
            || (END_OF_TIME.to_owned(), String::new(), 0),
            |last| (instant(last.at), last.run.to_string(), last.listing.0),
        );
        let query = self.db.query(&CHANGES).bind(instant(asked.since));
        let query = query.bind(at).bind(run).bind(listing);
        let query = query
            .bind(asked.asin.map(|asin| asin.to_string()))
            .bind(asked.account.as_ref().map(ToString::to_string))
            .bind(i64::from(limit));
        rows(&mut *self.db.reader().await?, query)
            .await?
            .iter()
            .map(change)
            .collect()
    }
}

fn change(row: &AnyRow) -> Result<ListingChange, StoreError> {
    let old = row.maybe_small("old_price_yen")?;
    let new = row.maybe_small("new_price_yen")?;
    let seen = row.maybe_text("first_seen_at")?.is_some();
    Ok(ListingChange {
        run: row.word("run_id", RunId::parse)?,
        kind: row.word("kind", RunKind::from_word)?,
        listing: ListingId(row.number("listing_id")?),
        account: row.word("account_id", |id| AccountId::parse(id).ok())?,
        asin: row.asin()?,
        from: row.state("from_")?,
        to: row.state("to_")?,
        state: row.text("state")?.to_owned(),
        code: row.maybe_text("code")?.map(ToOwned::to_owned),
        at: row.at("at")?,
        amazon: old
            .zip(new)
            .filter(|(old, new)| old != new)
            .map(|(old, new)| (Yen(old), Yen(new))),
        seen: seen.then(|| interval(row)).transpose()?,
    })
}
