//! Reads the answer of an item call: `{"item":{…}}`, or `{"error","error_description"}` under any
//! status. What a refusal means is `refusal`'s.

use crate::http::excerpt;
use crate::http::lenient::{Number, Object};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::domain::shop_page::{PAGE, ShopItem, ShopPage};

/// An item as the shop shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownItem {
    /// BASE's number.
    pub id: ItemId,
    /// Price, visibility and stock.
    pub state: ShopState,
}

/// An answer without an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoItem {
    /// BASE says why not.
    Told {
        /// HTTP status.
        status: u16,
        /// The vendor's word, at most 60 characters.
        code: String,
        /// Japanese text for people.
        description: String,
    },
    /// HTML, nothing, or something else that is no item; the text says what, for a log.
    Unreadable(String),
}

#[derive(Deserialize)]
struct Answer {
    error: Option<Text>,
    error_description: Option<Text>,
    item: Option<Object<Item>>,
}

/// Numbers may come as strings (source: `users/me`, whose `shop_id` does).
#[derive(Deserialize)]
struct Item {
    #[serde(rename = "item_id")]
    id: Number,
    price: Number,
    visible: Flag,
    stock: Option<Number>,
}

/// A string; anything else is there and says nothing.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Any {
            Text(String),
            Other(IgnoredAny),
        }

        match Any::deserialize(deserializer)? {
            Any::Text(text) => Ok(Self(text)),
            Any::Other(IgnoredAny) => Ok(Self("unnamed".to_owned())),
        }
    }
}

/// `1` and `0` in the papers.
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
/// [`NoItem`] for everything else; never panics, whatever `bytes` are.
pub fn answer(status: u16, bytes: &[u8]) -> Result<ShownItem, NoItem> {
    let unreadable = |what: String| NoItem::Unreadable(format!("http {status}: {what}"));
    let Object(answer) = serde_json::from_slice::<Object<Answer>>(bytes)
        .map_err(|error| unreadable(excerpt(&error.to_string(), 200)))?;
    if let Some(error) = answer.error {
        return Err(told(status, &error, answer.error_description));
    }
    match answer.item {
        Some(Object(item)) if status == 200 => {
            shown(&item).ok_or_else(|| unreadable("an item with impossible values".to_owned()))
        }
        _ => Err(unreadable("no item".to_owned())),
    }
}

#[derive(Deserialize)]
struct Pages {
    error: Option<Text>,
    error_description: Option<Text>,
    items: Option<Vec<Object<Listed>>>,
}

/// An item of a page. One whose values are impossible is still an item of the shop.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "item_id")]
    id: Number,
    price: Option<Number>,
    visible: Option<Flag>,
    stock: Option<Number>,
    identifier: Option<Text>,
}

/// The items of an answer of HTTP `status` to `GET /1/items`.
///
/// # Errors
///
/// [`NoItem`] for everything else; never panics, whatever `bytes` are.
pub fn page(status: u16, bytes: &[u8]) -> Result<ShopPage, NoItem> {
    let unreadable = |what: String| NoItem::Unreadable(format!("http {status}: {what}"));
    let Object(pages) = serde_json::from_slice::<Object<Pages>>(bytes)
        .map_err(|error| unreadable(excerpt(&error.to_string(), 200)))?;
    if let Some(error) = pages.error {
        return Err(told(status, &error, pages.error_description));
    }
    let Some(items) = pages.items.filter(|_| status == 200) else {
        return Err(unreadable("no items".to_owned()));
    };
    let items = items.into_iter().map(|Object(item)| listed(item));
    let items: Option<Vec<ShopItem>> = items.collect();
    let items = items.ok_or_else(|| unreadable("an item without a number".to_owned()))?;
    // One that is too long is none of ours: its offsets would leave items out.
    if items.len() > PAGE as usize {
        return Err(unreadable(format!("a page of {} items", items.len())));
    }
    Ok(ShopPage { items })
}

fn listed(item: Listed) -> Option<ShopItem> {
    let id = ItemId(item.id.whole()?);
    let sku = item.identifier.map(|Text(sku)| sku);
    let state = match (item.price, item.visible) {
        (Some(price), Some(visible)) => shown(&Item {
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

fn told(status: u16, Text(error): &Text, description: Option<Text>) -> NoItem {
    NoItem::Told {
        status,
        code: excerpt(error, 60),
        description: description.map(|text| text.0).unwrap_or_default(),
    }
}

fn shown(item: &Item) -> Option<ShownItem> {
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

        assert_eq!((page.items[0].id, page.items[0].state), (ItemId(7), None));
        assert_eq!(page.items[1].sku.as_deref(), Some("B0EXAMPLE1"));
        let state = page.items[1].state.unwrap();
        assert_eq!((state.visible, state.stock), (false, Some(2)));
    }

    #[test]
    fn what_is_no_page_is_never_an_empty_one() {
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
