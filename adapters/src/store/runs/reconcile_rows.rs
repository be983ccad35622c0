//! One step of a reconciliation as rows. Each list becomes one JSON text.

use crate::store::db::instant;
use serde::Serialize;
use shared::domain::listing::{ItemId, ListingId, ShopState};
use shared::domain::shop_page::PageCursor;
use shared::ports::store::{FindingKind, ReconcileFinding, ShownState};

/// A cursor as the columns `next_offset` and `next_cursor`. A number is stored in the first, as
/// programs before migration 23 expect.
pub(crate) fn cursor_columns(PageCursor(text): &PageCursor) -> (Option<i64>, Option<String>) {
    match text.parse::<i64>() {
        Ok(offset) if offset > 0 && offset.to_string() == *text => (Some(offset), None),
        _ => (None, Some(text.clone())),
    }
}

/// The cursor in those columns; `None` for the first page.
pub(crate) fn cursor(offset: i64, token: Option<&str>) -> Option<PageCursor> {
    let offset = (offset > 0).then(|| offset.to_string());
    token.map(ToOwned::to_owned).or(offset).map(PageCursor)
}

#[derive(Serialize)]
pub(crate) struct ShownRow {
    listing: ListingId,
    price_yen: u32,
    visible: u8,
    stock: Option<u32>,
    sold_out_since: Option<String>,
    sale_yen: Option<u32>,
}

impl ShownRow {
    pub(crate) fn of(shown: &ShownState) -> Self {
        Self {
            listing: shown.listing,
            price_yen: shown.state.price.0,
            visible: u8::from(shown.state.visible),
            stock: shown.state.stock,
            sold_out_since: shown.sold_out_since.map(instant),
            sale_yen: shown.sale.map(|sale| sale.0),
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
    pub(crate) fn of(finding: &'a ReconcileFinding) -> Self {
        let price = |state: Option<ShopState>| state.map(|state| state.price.0);
        let visible = |state: Option<ShopState>| state.map(|state| u8::from(state.visible));
        let stock = |state: Option<ShopState>| state.and_then(|state| state.stock);
        let (left, found) = (finding.left, finding.found);
        Self {
            item: finding.item,
            listing: finding.listing,
            kind: match finding.kind {
                FindingKind::Drifted => "drifted",
                FindingKind::SoldOut => "sold_out",
                FindingKind::Unknown => "unknown",
                FindingKind::Impossible => "impossible",
                FindingKind::Gone => "gone",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_stored_by_an_older_program_is_a_cursor() {
        assert_eq!(cursor(0, None), None);
        assert_eq!(cursor(100, None), Some(PageCursor("100".to_owned())));
    }

    #[test]
    fn a_number_is_stored_as_an_offset_and_any_other_cursor_as_it_is() {
        for (text, offset) in [
            ("100", Some(100)),
            ("007", None),
            ("0", None),
            ("after-3", None),
        ] {
            let columns = cursor_columns(&PageCursor(text.to_owned()));

            assert_eq!(columns.0, offset, "{text}");
            let read = cursor(columns.0.unwrap_or(200), columns.1.as_deref());
            assert_eq!(read, Some(PageCursor(text.to_owned())));
        }
    }
}
