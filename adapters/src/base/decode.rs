//! Reads the answer of an item call: `{"item":{…}}` or `{"items":[…]}`, or `{"error",
//! "error_description"}` under any status. `refusal` decides what an error means.

use crate::http::excerpt;
use crate::http::lenient::{Number, Object};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::domain::shop_page::ShopItem;

/// Items on a full page (source: BASE API documentation, `GET /1/items`, `limit` at most 100).
pub const PAGE: u32 = 100;

/// An item as the shop shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownItem {
    /// BASE's number.
    pub id: ItemId,
    /// Price, visibility and stock.
    pub state: ShopState,
}

/// An answer without the content that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiFailure {
    /// BASE answered with an error.
    Error {
        /// HTTP status.
        status: u16,
        /// BASE's error code, at most 60 characters.
        code: String,
        /// Japanese text for people.
        description: String,
    },
    /// HTML, an empty body, or anything else without an item; the text describes it, for a log.
    Unreadable(String),
}

#[derive(Deserialize)]
struct ItemEnvelope {
    error: Option<LooseText>,
    error_description: Option<LooseText>,
    item: Option<Object<WireItem>>,
}

/// Numbers may come as strings (source: `users/me`, whose `shop_id` does).
#[derive(Deserialize)]
struct WireItem {
    #[serde(rename = "item_id")]
    id: Number,
    price: Number,
    visible: Flag,
    stock: Option<Number>,
}

/// A string; a value of another type is present but has no text.
struct LooseText(String);

impl<'de> Deserialize<'de> for LooseText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum AnyValue {
            Text(String),
            Other(IgnoredAny),
        }

        match AnyValue::deserialize(deserializer)? {
            AnyValue::Text(text) => Ok(Self(text)),
            AnyValue::Other(IgnoredAny) => Ok(Self("unnamed".to_owned())),
        }
    }
}

/// `1` and `0` in the documentation.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Bool(bool),
    Number(Number),
}

/// The item of an answer of HTTP `status`.
///
/// # Errors
///
/// [`ApiFailure`] for everything else; never panics, whatever `bytes` are.
pub fn item(status: u16, bytes: &[u8]) -> Result<ShownItem, ApiFailure> {
    let unreadable = |what: String| ApiFailure::Unreadable(format!("http {status}: {what}"));
    let Object(answer) = serde_json::from_slice::<Object<ItemEnvelope>>(bytes)
        .map_err(|error| unreadable(excerpt(&error.to_string(), 200)))?;
    if let Some(error) = answer.error {
        return Err(api_error(status, &error, answer.error_description));
    }
    match answer.item {
        Some(Object(item)) if status == 200 => {
            shown(&item).ok_or_else(|| unreadable("an item with impossible values".to_owned()))
        }
        _ => Err(unreadable("no item".to_owned())),
    }
}

/// The error in an answer to another call; `None` for an answer without one.
pub(super) fn failure(status: u16, bytes: &[u8]) -> Option<ApiFailure> {
    item(status, bytes).err()
}

#[derive(Deserialize)]
struct ItemsEnvelope {
    error: Option<LooseText>,
    error_description: Option<LooseText>,
    items: Option<Vec<Object<WirePageItem>>>,
}

/// An item of a page. One whose values are impossible is still an item of the shop.
#[derive(Deserialize)]
struct WirePageItem {
    #[serde(rename = "item_id")]
    id: Number,
    price: Option<Number>,
    visible: Option<Flag>,
    stock: Option<Number>,
    identifier: Option<LooseText>,
}

/// The items of an answer of HTTP `status` to `GET /1/items`.
///
/// # Errors
///
/// [`ApiFailure`] for everything else; never panics, whatever `bytes` are.
pub fn page(status: u16, bytes: &[u8]) -> Result<Vec<ShopItem>, ApiFailure> {
    let unreadable = |what: String| ApiFailure::Unreadable(format!("http {status}: {what}"));
    let Object(answer) = serde_json::from_slice::<Object<ItemsEnvelope>>(bytes)
        .map_err(|error| unreadable(excerpt(&error.to_string(), 200)))?;
    if let Some(error) = answer.error {
        return Err(api_error(status, &error, answer.error_description));
    }
    let Some(items) = answer.items.filter(|_| status == 200) else {
        return Err(unreadable("no items".to_owned()));
    };
    let items = items.into_iter().map(|Object(item)| page_item(item));
    let items: Option<Vec<ShopItem>> = items.collect();
    let items = items.ok_or_else(|| unreadable("an item without a number".to_owned()))?;
    // A longer page is not one that was asked for: the next offset would skip items.
    if items.len() > PAGE as usize {
        return Err(unreadable(format!("a page of {} items", items.len())));
    }
    Ok(items)
}

fn page_item(item: WirePageItem) -> Option<ShopItem> {
    let id = ItemId(item.id.whole()?);
    let sku = item.identifier.map(|LooseText(sku)| sku);
    let state = match (item.price, item.visible) {
        (Some(price), Some(visible)) => shown(&WireItem {
            id: item.id,
            price,
            visible,
            stock: item.stock,
        }),
        _ => None,
    };
    Some(ShopItem {
        id,
        sku: sku.filter(|sku| !sku.is_empty()),
        state: state.map(|shown| shown.state),
    })
}

fn api_error(
    status: u16,
    LooseText(error): &LooseText,
    description: Option<LooseText>,
) -> ApiFailure {
    ApiFailure::Error {
        status,
        code: excerpt(error, 60),
        description: description.map(|text| text.0).unwrap_or_default(),
    }
}

fn shown(item: &WireItem) -> Option<ShownItem> {
    let small = |number: Number| u32::try_from(number.whole()?).ok();
    let visible = match item.visible {
        Flag::Bool(visible) => visible,
        Flag::Number(number) => match number.whole()? {
            0 => false,
            1 => true,
            _ => return None,
        },
    };
    let stock = match item.stock {
        Some(stock) => Some(small(stock)?),
        None => None,
    };
    Some(ShownItem {
        id: ItemId(item.id.whole()?),
        state: ShopState {
            price: Yen(small(item.price)?),
            visible,
            stock,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_with_impossible_values_is_still_on_its_page() {
        let body = br#"{"items":[{"item_id":"7","price":-1,"visible":1,"identifier":null},{"item_id":8,"price":900,"visible":0,"stock":"2","identifier":"B0EXAMPLE1"}]}"#;

        let page = page(200, body).unwrap();

        assert_eq!((page[0].id, page[0].state), (ItemId(7), None));
        assert_eq!(page[1].sku.as_deref(), Some("B0EXAMPLE1"));
        let state = page[1].state.unwrap();
        assert_eq!((state.visible, state.stock), (false, Some(2)));
    }

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
}
