//! Which rows of an import are held: those that would leave an item on sale without a listing, so
//! that nobody would change its price or hide it any more.

use super::import_met::Met;
use super::import_row::ImportRow;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::{ItemId, ListingId};
use shared::ports::store::HeldImport;
use std::collections::{HashMap, HashSet};

/// The held rows.
#[derive(Default)]
pub(super) struct HeldRows {
    held: Vec<HeldImport>,
    /// ASINs that the import gives two items.
    double: HashSet<(AccountId, Asin)>,
}

impl HeldRows {
    /// Holds both of two rows with the same ASIN and different items.
    pub(super) fn hold_double(&mut self, first: &ImportRow<'_>, second: &ImportRow<'_>) {
        if self.double.insert((first.account.clone(), first.asin)) {
            self.hold(first, None);
        }
        self.hold(second, None);
    }

    pub(super) fn is_double(&self, row: &ImportRow<'_>) -> bool {
        !self.double.is_empty() && self.double.contains(&(row.account.clone(), row.asin))
    }

    fn hold(&mut self, row: &ImportRow<'_>, listed: Option<(ListingId, ItemId)>) {
        self.held.push(HeldImport {
            account: row.account.clone(),
            asin: row.asin,
            item: row.item,
            listed,
        });
    }
}

impl From<HeldRows> for Vec<HeldImport> {
    fn from(rows: HeldRows) -> Self {
        rows.held
    }
}

/// Takes the rows from `rows` that give an ASIN another item, unless another row takes the former
/// item over. A row that is held takes nothing over, so that it may be the reason to hold others.
pub(super) fn hold_moved(rows: &mut Vec<ImportRow<'_>>, met: &Met, held: &mut HeldRows) {
    let mut moved = met.moved(rows);
    while !moved.is_empty() {
        let kept: HashSet<(&AccountId, ItemId)> =
            rows.iter().map(|row| (row.account, row.item)).collect();
        let left = |row: &ImportRow<'_>| {
            let (listing, item) = *moved.get(&row.no)?;
            (!kept.contains(&(row.account, item))).then_some((listing, item))
        };
        let leaving: HashMap<usize, (ListingId, ItemId)> = rows
            .iter()
            .filter_map(|row| Some((row.no, left(row)?)))
            .collect();
        if leaving.is_empty() {
            break;
        }
        for row in rows.iter() {
            if let Some(listed) = leaving.get(&row.no) {
                held.hold(row, Some(*listed));
            }
        }
        rows.retain(|row| !leaving.contains_key(&row.no));
        moved.retain(|no, _| !leaving.contains_key(no));
    }
}
