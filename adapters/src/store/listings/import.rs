//! Imports listings: adds new ones, and updates those whose item or SKU changed.

use super::import_held::{HeldRows, hold_moved};
use super::import_met::Met;
use super::import_row::{CHUNK, ImportRow};
use crate::store::db::{Database, Statement, commit, json, run, statement};
use crate::store::invalid_asins;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::ports::store::{ImportCounts, NewListing, StoreError};
use std::collections::HashMap;

statement!(ACCOUNTS, "listings/import_accounts.sql");
statement!(FREE_ITEMS, "listings/import_free_items.sql");
statement!(FORGET_SHOWN, "listings/import_forget_shown.sql");
statement!(CHANGED, "listings/import_changed.sql");
statement!(NEW, "listings/import_new.sql");
statement!(SHOWN, "listings/import_shown.sql");
statement!(DELIST, "listings/import_delist.sql");

/// Imports `listings` in one transaction. Of rows with the same account and ASIN the last one
/// counts.
///
/// A delisted listing that now has another item becomes `listed` again, and its shown state is taken
/// over, since that is another item in the shop. A listing whose item now belongs to another ASIN
/// becomes `delisted`. Others with another item are held ([`import_held`]). The marks of ASINs that Amazon
/// called invalid are removed.
pub(crate) async fn import(
    db: &Database,
    listings: &[NewListing],
    now: DateTime<Utc>,
) -> Result<ImportCounts, StoreError> {
    let mut held = HeldRows::default();
    let mut rows = rows(listings, &mut held);
    let mut writer = db.writer().await?;
    let mut transaction = db.begin(&mut writer).await?;
    if let Some(lock) = db.dialect.import_lock() {
        run(&mut transaction, lock).await?;
    }
    let met = Met::read(&mut transaction, &rows).await?;
    hold_moved(&mut rows, &met, &mut held);
    invalid_asins::forget_named(&mut transaction, rows.iter().map(|row| row.asin)).await?;
    let mut counts = ImportCounts {
        held: held.into(),
        same: met.take_same(&mut rows),
        ..ImportCounts::default()
    };
    for chunk in rows.chunks(CHUNK) {
        let chunk_json = json(&chunk)?;
        let query = |statement: &'static Statement| statement.bind(chunk_json.as_str());
        run(&mut transaction, query(&ACCOUNTS)).await?;
        run(&mut transaction, query(&FREE_ITEMS)).await?;
        run(&mut transaction, query(&FORGET_SHOWN)).await?;
        let changed = run(&mut transaction, query(&CHANGED)).await?;
        let new = run(&mut transaction, query(&NEW).bind(now)).await?;
        run(&mut transaction, query(&SHOWN)).await?;
        counts.new += new;
        counts.changed += changed;
        counts.same += (chunk.len() as u64).saturating_sub(new + changed);
    }
    run(&mut transaction, &DELIST).await?;
    commit(transaction).await?;
    Ok(counts)
}

fn rows<'a>(listings: &'a [NewListing], held: &mut HeldRows) -> Vec<ImportRow<'a>> {
    let mut places: HashMap<(&AccountId, Asin), usize> = HashMap::new();
    let mut rows: Vec<ImportRow> = Vec::with_capacity(listings.len());
    for listing in listings {
        let no = *places
            .entry((&listing.account, listing.asin))
            .or_insert(rows.len());
        let row = ImportRow {
            no,
            account: &listing.account,
            asin: listing.asin,
            item: listing.item,
            sku: &listing.sku,
            price_yen: listing.shown.price.0,
            visible: u8::from(listing.shown.visible),
            stock: listing.shown.stock,
        };
        match rows.get_mut(no) {
            Some(earlier) => {
                if earlier.item != row.item {
                    held.hold_double(earlier, &row);
                }
                *earlier = row;
            }
            None => rows.push(row),
        }
    }
    rows.retain(|row| !held.is_double(row));
    rows
}
