//! Reads a page of items: `{"items":[…]}`, or an error as `decode` does.
//!
//! An item that cannot be read affects no other: one with impossible values has no state, and one without
//! a number is left out.

use super::decode::{ApiFailure, LooseText, WireItem, api_error, shown};
use crate::http::excerpt;
use crate::http::lenient::{Number, Object};
use crate::http::repair::{ItemList, legible};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::domain::listing::ItemId;
use shared::domain::shop_page::ShopItem;

/// Items on a full page (source: BASE API documentation, `GET /1/items`, `limit` at most 100).
pub const PAGE: u32 = 100;

/// A page of a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPage {
    /// Its items, in the shop's order.
    pub items: Vec<ShopItem>,
    /// Whether no page follows. BASE sends no total: a short page is the last one, unless it is damaged.
    pub is_last: bool,
}

#[derive(Deserialize)]
struct ItemsEnvelope<'a> {
    error: Option<LooseText>,
    error_description: Option<LooseText>,
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
}

/// What an item is known by.
#[derive(Deserialize, Default)]
struct ItemKey {
    item_id: Option<Value>,
    identifier: Option<Value>,
}

/// Only an item has a number beside its fields.
const ITEMS: ItemList = ItemList {
    name: "items",
    is_entry: |value| !value["item_id"].is_null(),
    stub,
};

/// A damaged item keeps its number, so that it is still an item of the shop.
fn stub(damaged: &str) -> String {
    let number = |behind: &str| {
        let behind = behind.trim_start().strip_prefix(':')?.trim_start();
        let behind = behind.strip_prefix('"').unwrap_or(behind);
        let digits = behind.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse::<i64>().ok()
    };
    let numbers = damaged.split("\"item_id\"").skip(1).filter_map(number);
    let stubs: Vec<String> = numbers.map(|id| format!("{{\"item_id\":{id}}}")).collect();
    if stubs.is_empty() {
        return "null".to_owned();
    }
    stubs.join(",")
}

/// The items of an answer of HTTP `status` to `GET /1/items`.
///
/// # Errors
///
/// [`ApiFailure`] for everything else; never panics, whatever `bytes` are.
pub fn page(status: u16, bytes: &[u8]) -> Result<ItemPage, ApiFailure> {
    let unreadable = |what: String| ApiFailure::Unreadable(format!("http {status}: {what}"));
    let malformed = |error: serde_json::Error| unreadable(excerpt(&error.to_string(), 200));
    if let Ok(Object(whole)) = serde_json::from_slice(bytes) {
        return read(&whole, status, Condition::Sound);
    }
    let text = legible(bytes, &ITEMS);
    let Object(mended) = serde_json::from_str(&text).map_err(malformed)?;
    read(&mended, status, Condition::Damaged)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Sound,
    Damaged,
}

fn read(
    answer: &ItemsEnvelope<'_>,
    status: u16,
    condition: Condition,
) -> Result<ItemPage, ApiFailure> {
    let unreadable = |what: String| ApiFailure::Unreadable(format!("http {status}: {what}"));
    if let Some(error) = &answer.error {
        let description = answer.error_description.as_ref();
        return Err(api_error(status, error, description));
    }
    let Some(entries) = answer.items.as_ref().filter(|_| status == 200) else {
        return Err(unreadable("no items".to_owned()));
    };
    // A longer page is not one that was asked for: the next offset would skip items.
    if entries.len() > PAGE as usize {
        return Err(unreadable(format!("a page of {} items", entries.len())));
    }
    let items: Vec<ShopItem> = entries.iter().filter_map(|raw| page_item(raw)).collect();
    if items.is_empty() && !entries.is_empty() {
        return Err(unreadable("items without a number".to_owned()));
    }
    Ok(ItemPage {
        items,
        is_last: entries.len() < PAGE as usize && condition == Condition::Sound,
    })
}

fn page_item(raw: &RawValue) -> Option<ShopItem> {
    let key: Option<Object<ItemKey>> = serde_json::from_str(raw.get()).ok();
    let key = key.map(|key| key.0).unwrap_or_default();
    let sku = key.identifier.as_ref().and_then(Value::as_str);
    let id = key.item_id.and_then(|id| Number::deserialize(id).ok());
    let Some(id) = id.and_then(Number::whole) else {
        let sku = excerpt(sku.unwrap_or("none"), 60);
        tracing::warn!(sku, "left out an item of a page: it has no number");
        return None;
    };
    let item: Option<Object<WireItem>> = serde_json::from_str(raw.get()).ok();
    let state = item.and_then(|Object(item)| shown(&item));
    Some(ShopItem {
        id: ItemId(id),
        sku: sku.filter(|sku| !sku.is_empty()).map(ToOwned::to_owned),
        state: state.map(|shown| shown.view.state),
        sale: state.and_then(|shown| shown.view.sale),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_no_page_is_never_read_as_an_empty_page() {
        let long = format!(r#"{{"items":[{}]}}"#, [r#"{"item_id":1}"#; 101].join(","));
        for body in [
            "",
            "{}",
            "[]",
            r#"{"items":null}"#,
            r#"{"items":[{"price":1}]}"#,
            r#"{"item":{}}"#,
            "<html>",
            &long,
        ] {
            assert!(page(200, body.as_bytes()).is_err(), "{body}");
        }
        assert!(page(503, br#"{"items":[]}"#).is_err());
        assert!(page(200, br#"{"error":"db_error","items":[]}"#).is_err());
    }

    #[test]
    fn an_item_with_impossible_values_is_still_on_its_page() {
        let impossible = [
            r#""price":"","visible":1"#,
            r#""price":false,"visible":1"#,
            r#""price":-1,"visible":1"#,
            r#""price":99999999999999999999,"visible":1"#,
            r#""price":900,"visible":"""#,
            r#""price":900,"visible":7"#,
            r#""price":900,"visible":null"#,
            r#""price":900,"visible":1,"stock":"""#,
            r#""price":900,"visible":1,"stock":false"#,
            r#""price":900,"visible":1,"stock":-1"#,
            r#""price":900,"visible":1,"stock":{}"#,
            r#""price":900,"visible":1,"stock":1e300"#,
        ];
        for fields in impossible {
            let body = format!(
                r#"{{"items":[{{"item_id":"7","identifier":"B0EXAMPLE2",{fields}}},{{"item_id":8,"price":900,"visible":0,"stock":"2","identifier":"B0EXAMPLE1"}}]}}"#
            );

            let items = page(200, body.as_bytes()).unwrap().items;

            assert_eq!((items[0].id, items[0].state), (ItemId(7), None), "{fields}");
            assert_eq!(items[0].sku.as_deref(), Some("B0EXAMPLE2"));
            let state = items[1].state.unwrap();
            assert_eq!((state.visible, state.stock), (false, Some(2)));
        }
    }

    #[test]
    fn an_item_without_a_number_spoils_no_other() {
        for id in ["\"\"", "false", "null", "1.5", "{}", "[]"] {
            let body = format!(r#"{{"items":[{{"item_id":{id}}},{{"item_id":8}}]}}"#);

            let items = page(200, body.as_bytes()).unwrap().items;

            assert_eq!(items.len(), 1, "{id}");
        }
    }
}
