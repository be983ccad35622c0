//! A step of a reconciliation as rows; each list becomes one JSON text.

use crate::store::db::columns::instant;
use serde::Serialize;
use shared::domain::listing::{ItemId, ListingId, ShopState};
use shared::ports::store::{Finding, FoundKind, Taken};

#[derive(Serialize)]
pub(crate) struct TakenRow {
    listing: ListingId,
    price_yen: u32,
    visible: u8,
    stock: Option<u32>,
    sold_out_since: Option<String>,
}

impl TakenRow {
    pub(crate) fn of(taken: &Taken) -> Self {
        Self {
            listing: taken.listing,
            price_yen: taken.state.price.0,
            visible: u8::from(taken.state.visible),
            stock: taken.state.stock,
            sold_out_since: taken.sold_out_since.map(instant),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct FindingRow<'a> {
    item: ItemId,
    listing: Option<ListingId>,
    kind: &'static str,
    sold_out: u8,
    sku: Option<&'a str>,
    left_price_yen: Option<u32>,
    left_visible: Option<u8>,
    left_stock: Option<u32>,
    found_price_yen: Option<u32>,
    found_visible: Option<u8>,
    found_stock: Option<u32>,
}

impl<'a> FindingRow<'a> {
    pub(crate) fn of(finding: &'a Finding) -> Self {
        let price = |state: Option<ShopState>| state.map(|state| state.price.0);
        let visible = |state: Option<ShopState>| state.map(|state| u8::from(state.visible));
        let stock = |state: Option<ShopState>| state.and_then(|state| state.stock);
        let (left, found) = (finding.left, finding.found);
        Self {
            item: finding.item,
            listing: finding.listing,
            kind: match finding.kind {
                FoundKind::Drifted => "drifted",
                FoundKind::SoldOut => "sold_out",
                FoundKind::Unknown => "unknown",
                FoundKind::Gone => "gone",
            },
            sold_out: u8::from(finding.sold_out),
            sku: finding.sku.as_deref(),
            left_price_yen: price(left),
            left_visible: visible(left),
            left_stock: stock(left),
            found_price_yen: price(found),
            found_visible: visible(found),
            found_stock: stock(found),
        }
    }
}
