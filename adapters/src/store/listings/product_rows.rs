//! A product as columns, the same in the catalogue and in the cache.

use crate::store::db::{StoredRow, damaged, instant};
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::money::Yen;
use shared::domain::offer::Rejection;
use shared::domain::product::{InvalidMark, Product, Seen, Stock};
use shared::ports::store::StoreError;

/// The columns that a product fills. A missing one is NULL.
#[derive(Serialize)]
pub(crate) struct ProductRow {
    asin: Asin,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_yen: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubted_price_yen: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubted_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filtered_times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filtered_why: Option<Rejection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock_updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invalid_since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invalid_seen_at: Option<String>,
}

impl ProductRow {
    /// `None` for a product without any data.
    pub(crate) fn of(product: &Product) -> Option<Self> {
        if product.price.is_none() && product.stock.is_none() && product.invalid.is_none() {
            return None;
        }
        let (filtered_times, filtered_why) = match product.stock.map(|stock| stock.value) {
            Some(Stock::FilteredOut { times, why }) => (Some(times), Some(why)),
            _ => (None, None),
        };
        Some(Self {
            asin: product.asin,
            price_yen: product.price.map(|price| price.value.0),
            price_updated_at: product.price.map(|price| instant(price.at)),
            doubted_price_yen: product.doubted.map(|doubted| doubted.value.0),
            doubted_at: product.doubted.map(|doubted| instant(doubted.at)),
            stock: product.stock.map(|stock| word(stock.value)),
            filtered_times,
            filtered_why,
            stock_updated_at: product.stock.map(|stock| instant(stock.at)),
            invalid_since: product.invalid.map(|mark| instant(mark.since)),
            invalid_seen_at: product.invalid.map(|mark| instant(mark.seen_at)),
        })
    }

    /// The same for the cache, which keeps what was observed of the offers only.
    pub(crate) fn of_offers(product: &Product) -> Option<Self> {
        Self::of(&Product {
            invalid: None,
            ..product.clone()
        })
    }
}

/// The columns that basic information fills; images are a JSON list in one of them.
#[derive(Serialize)]
pub(crate) struct InfoRow<'a> {
    pub(crate) asin: Asin,
    title: Option<&'a str>,
    description: Option<&'a str>,
    brand: Option<&'a str>,
    category: Option<&'a str>,
    images: Option<String>,
    basic_info_updated_at: String,
}

impl<'a> InfoRow<'a> {
    pub(crate) fn of(asin: Asin, info: &'a Seen<BasicInfo>) -> Self {
        let value = &info.value;
        let images = value.images.as_ref();
        Self {
            asin,
            title: value.title.as_deref(),
            description: value.description.as_deref(),
            brand: value.brand.as_deref(),
            category: value.category.as_deref(),
            images: images.map(|images| serde_json::Value::from(images.as_slice()).to_string()),
            basic_info_updated_at: instant(info.at),
        }
    }
}

/// Reads the columns of basic information; `None` where it was never read.
pub(crate) fn read_info(row: &StoredRow) -> Result<Option<Seen<BasicInfo>>, StoreError> {
    let Some(at) = row.maybe_at("basic_info_updated_at")? else {
        return Ok(None);
    };
    let value = BasicInfo {
        title: row.maybe_string("title")?,
        description: row.maybe_string("description")?,
        brand: row.maybe_string("brand")?,
        category: row.maybe_string("category")?,
        images: row.maybe_word("images", |images| serde_json::from_str(images).ok())?,
    };
    Ok(Some(Seen { value, at }))
}

fn word(stock: Stock) -> &'static str {
    match stock {
        Stock::In => "in",
        Stock::NoOffer => "no_offer",
        Stock::FilteredOut { .. } => "filtered_out",
    }
}

/// Reads the columns of a product that are about its offers.
pub(crate) fn read_product(row: &StoredRow) -> Result<Product, StoreError> {
    let price = |name, at| -> Result<Option<Seen<Yen>>, StoreError> {
        let seen = row.maybe_small(name)?.zip(row.maybe_at(at)?);
        Ok(seen.map(|(price, at)| Seen {
            value: Yen(price),
            at,
        }))
    };
    let stocked_at = row.maybe_at("stock_updated_at")?;
    let stock = read_stock(row)?;
    Ok(Product {
        asin: row.asin()?,
        price: price("price_yen", "price_updated_at")?,
        doubted: price("doubted_price_yen", "doubted_at")?,
        stock: stock.zip(stocked_at).map(|(value, at)| Seen { value, at }),
        invalid: None,
    })
}

/// As [`read_product`], with the mark of an ASIN that Amazon called invalid. A mark of a program before
/// migration 27 has its first instant only.
pub(crate) fn read_marked(row: &StoredRow) -> Result<Product, StoreError> {
    let since = row.maybe_at("invalid_since")?;
    let seen_at = row.maybe_at("invalid_seen_at")?;
    Ok(Product {
        invalid: since.map(|since| InvalidMark {
            since,
            seen_at: seen_at.unwrap_or(since),
        }),
        ..read_product(row)?
    })
}

fn read_stock(row: &StoredRow) -> Result<Option<Stock>, StoreError> {
    let Some(stock) = row.maybe_text("stock")? else {
        return Ok(None);
    };
    match stock {
        "in" => Ok(Some(Stock::In)),
        "no_offer" => Ok(Some(Stock::NoOffer)),
        "filtered_out" => Ok(Some(Stock::FilteredOut {
            times: row.small("filtered_times")?,
            why: row.word("filtered_why", rejection)?,
        })),
        other => Err(damaged("stock", other)),
    }
}

fn rejection(word: &str) -> Option<Rejection> {
    let word: StrDeserializer<Error> = word.into_deserializer();
    Rejection::deserialize(word).ok()
}
