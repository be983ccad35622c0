//! What an import finds in the shop: an import that is repeated changes little, and little is written.

use super::import_row::{CHUNK, ImportRow};
use crate::store::db::Session;
use crate::store::db::{StoredRow, json, read_all, row, statement};
use shared::domain::account::AccountId;
use shared::domain::listing::{ItemId, ListingId};
use shared::ports::store::StoreError;
use std::collections::{HashMap, HashSet};

statement!(ANY, "listings/any_listing.sql");
statement!(MET, "listings/import_met.sql");

/// By the number of their row, the listings in the shop that an import names.
pub(super) struct Met(HashMap<usize, MetListing>);

struct MetListing {
    listing: ListingId,
    item: ItemId,
    same: bool,
}

impl Met {
    pub(super) async fn read(
        on: &mut dyn Session,
        rows: &[ImportRow<'_>],
    ) -> Result<Self, StoreError> {
        let mut met = HashMap::new();
        // The first import meets none, and need not ask by its rows.
        let any = row(on, &ANY).await?;
        let rows = any.map_or(&[][..], |_| rows);
        for chunk in rows.chunks(CHUNK) {
            let found: Vec<(usize, MetListing)> =
                read_all(on, MET.bind(json(&chunk)?), listed).await?;
            met.extend(found);
        }
        Ok(Self(met))
    }

    /// The listings that would get another item, and the item that they have.
    pub(super) fn moved(&self, rows: &[ImportRow<'_>]) -> HashMap<usize, (ListingId, ItemId)> {
        let moved = |row: &ImportRow<'_>| {
            let listed = self.0.get(&row.no)?;
            let item = (listed.item != row.item).then_some(listed.item)?;
            Some((row.no, (listed.listing, item)))
        };
        rows.iter().filter_map(moved).collect()
    }

    /// Takes the rows from `rows` that change nothing, and returns how many they are. A row whose item
    /// another row gives to another ASIN is none of them.
    pub(super) fn take_same<'a>(&self, rows: &mut Vec<ImportRow<'a>>) -> u64 {
        let same = |row: &ImportRow<'_>| self.0.get(&row.no).is_some_and(|listed| listed.same);
        let taken: HashSet<(&'a AccountId, ItemId)> = rows
            .iter()
            .filter(|row| !same(row))
            .map(|row| (row.account, row.item))
            .collect();
        let all = rows.len();
        rows.retain(|row| !same(row) || taken.contains(&(row.account, row.item)));
        (all - rows.len()) as u64
    }
}

fn listed(row: &StoredRow) -> Result<(usize, MetListing), StoreError> {
    let no = usize::try_from(row.number("no")?).unwrap_or(usize::MAX);
    let listed = MetListing {
        listing: ListingId(row.number("listing_id")?),
        item: ItemId(row.number("item_id")?),
        same: row.yes("same")?,
    };
    Ok((no, listed))
}
