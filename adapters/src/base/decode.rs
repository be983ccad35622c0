//! Reads the answer of an item call: `{"item":{…}}`, or `{"error", "error_description"}` under any
//! status. `page` reads lists of items; `refusal` decides what an error means.

use crate::http::lenient::{Number, Object};
use crate::http::{excerpt, repair};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use serde_json::Value;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::domain::shop_page::ItemView;

/// An item as the shop shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownItem {
    /// BASE's number.
    pub id: ItemId,
    /// Price, visibility and stock, and a sale.
    pub view: ItemView,
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
    /// An item whose price, visibility or stock no item can have: nothing else is wrong with the answer.
    Impossible(String),
    /// HTML, an empty body, or anything else without an item; the text describes it, for a log.
    Unreadable(String),
}

#[derive(Deserialize)]
struct ItemEnvelope {
    error: Option<LooseText>,
    error_description: Option<LooseText>,
    item: Option<Value>,
}

/// Numbers may come as strings (source: `users/me`, whose `shop_id` does).
#[derive(Deserialize)]
pub(super) struct WireItem {
    #[serde(rename = "item_id")]
    pub(super) id: Number,
    pub(super) price: Number,
    pub(super) visible: Flag,
    pub(super) stock: Option<Number>,
    #[serde(flatten)]
    terms: WireTerms,
}

/// What makes the price or the stock of an item another one than was set. Anything unexpected in
/// these fields is as if they were absent.
#[derive(Default, Deserialize)]
pub(super) struct WireTerms {
    /// The normal price, while a sale asks `price` of buyers (source: BASE API documentation).
    #[serde(default, deserialize_with = "lenient")]
    proper_price: Option<Number>,
    /// With variations `stock` is their sum, and an edit of it is ignored (same source).
    #[serde(default, deserialize_with = "lenient")]
    variations: Option<Vec<IgnoredAny>>,
}

/// A value of the expected type; anything else is as if it were absent.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Value(T),
        Other(IgnoredAny),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Value(value) => Some(value),
        Either::Other(IgnoredAny) => None,
    })
}

/// A string; a value of another type is present but has no text.
pub(super) struct LooseText(String);

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
pub(super) enum Flag {
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
    let Object(answer) = repair::read::<Object<ItemEnvelope>>(bytes)
        .map_err(|error| unreadable(excerpt(&error.to_string(), 200)))?;
    if let Some(error) = answer.error {
        let description = answer.error_description.as_ref();
        return Err(api_error(status, &error, description));
    }
    match answer.item {
        Some(item @ Value::Object(_)) if status == 200 => {
            let known = !item["item_id"].is_null();
            let item = WireItem::deserialize(item).ok();
            item.and_then(|item| shown(&item)).ok_or_else(|| {
                let what = "an item with impossible values".to_owned();
                if known {
                    ApiFailure::Impossible(what)
                } else {
                    unreadable(what)
                }
            })
        }
        _ => Err(unreadable("no item".to_owned())),
    }
}

/// The error in an answer to another call; `None` for an answer without one.
pub(super) fn failure(status: u16, bytes: &[u8]) -> Option<ApiFailure> {
    item(status, bytes).err()
}

pub(super) fn api_error(
    status: u16,
    LooseText(error): &LooseText,
    description: Option<&LooseText>,
) -> ApiFailure {
    ApiFailure::Error {
        status,
        code: excerpt(error, 60),
        description: description.map(|text| text.0.clone()).unwrap_or_default(),
    }
}

pub(super) fn shown(item: &WireItem) -> Option<ShownItem> {
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
    let price = Yen(small(item.price)?);
    let proper = item.terms.proper_price.and_then(small).map(Yen);
    // Buyers pay `price`: a lower normal price is no sale.
    let proper = proper.filter(|proper| *proper > price);
    let has_variations = item.terms.variations.as_ref();
    let has_variations = has_variations.is_some_and(|variations| !variations.is_empty());
    let state = ShopState {
        price: proper.unwrap_or(price),
        visible,
        stock: stock.filter(|_| !has_variations),
    };
    let sale = proper.map(|_| price);
    Some(ShownItem {
        id: ItemId(item.id.whole()?),
        view: ItemView { state, sale },
    })
}
