//! `searchCatalogItems` by ASIN: its address, and what its answer contains.
//!
//! Source: Selling Partner API model `catalogItems_2022-04-01` (2026-08-05). Every field except the ASIN
//! is optional there, and the attributes are free JSON by product type: a field that is missing, null or
//! of another type counts as absent and does not affect the others.

use super::config::SpApiConfig;
use crate::http::excerpt;
use crate::http::lenient::Object;
use crate::http::repair::{ItemList, legible};
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::basic_info::BasicInfo;
use shared::ports::marketplace::{InfoPage, MarketplaceError};
use std::collections::HashSet;

const PATH: &str = "/catalog/2022-04-01/items";
/// The sets that are requested; none of them has prices.
const SETS: &str = "summaries,images,attributes";
/// The default is 10: half of a batch would need a second request.
const PAGE_SIZE: &str = "20";
/// Japanese for the marketplace of Japan, even for an account whose language is English.
const LOCALES: [(&str, &str); 1] = [(SpApiConfig::JAPAN, "ja_JP")];

/// The address of the request for `batch`, or for a further `page` of its answer; `None` if
/// `base_url` is not an address.
pub(super) fn url(
    base_url: &str,
    marketplace_id: &str,
    batch: &AsinBatch,
    page: Option<&str>,
) -> Option<Url> {
    let asins: Vec<&str> = batch.asins().iter().map(Asin::as_str).collect();
    let asins = asins.join(",");
    let mut query = vec![
        ("marketplaceIds", marketplace_id),
        ("identifiersType", "ASIN"),
        ("identifiers", asins.as_str()),
        ("includedData", SETS),
        ("pageSize", PAGE_SIZE),
    ];
    let locale = LOCALES.iter().find(|(place, _)| *place == marketplace_id);
    query.extend(locale.map(|(_, locale)| ("locale", *locale)));
    query.extend(page.map(|page| ("pageToken", page)));
    Url::parse_with_params(&format!("{base_url}{PATH}"), query).ok()
}

/// The information in `bytes` about the requested ASINs.
///
/// An item belongs to the ASIN that it names, whatever its position; the first item for an ASIN counts.
/// An item that names none of the requested ASINs is ignored.
///
/// # Errors
///
/// [`MarketplaceError::Malformed`] if there is no readable list of items.
pub fn items(
    bytes: &[u8],
    requested: &[Asin],
    marketplace_id: &str,
) -> Result<InfoPage, MarketplaceError> {
    let answer = read(bytes)?;
    let mut page = InfoPage {
        items: Vec::new(),
        next: text(&answer.pagination["nextToken"]),
    };
    let mut read: HashSet<Asin> = HashSet::new();
    for item in &answer.items {
        let asin = item["asin"]
            .as_str()
            .and_then(|asin| Asin::parse(asin).ok());
        match asin.filter(|asin| requested.contains(asin)) {
            Some(asin) if read.insert(asin) => {
                page.items.push((asin, basic_info(item, marketplace_id)));
            }
            Some(_) => {}
            None => tracing::warn!("ignored an item in an answer: it names no requested ASIN"),
        }
    }
    Ok(page)
}

#[derive(Deserialize)]
struct CatalogPage {
    items: Vec<Value>,
    #[serde(default)]
    pagination: Value,
}

/// The same, whose parts are not read yet.
#[derive(Deserialize)]
struct RawCatalogPage<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
    #[serde(borrow)]
    pagination: Option<&'a RawValue>,
}

/// Only an item has an ASIN beside its sets.
const ITEMS: ItemList = ItemList {
    name: "items",
    is_entry: |value| value["asin"].is_string(),
    stub: |_| "null".to_owned(),
};

/// Reads the whole answer, or else item by item, so that a fault affects only its own item.
fn read(bytes: &[u8]) -> Result<CatalogPage, MarketplaceError> {
    if let Ok(Object(page)) = serde_json::from_slice(bytes) {
        return Ok(page);
    }
    let text = legible(bytes, &ITEMS);
    let Object(page): Object<RawCatalogPage<'_>> = serde_json::from_str(&text)
        .map_err(|error| MarketplaceError::Malformed(excerpt(&error.to_string(), 200)))?;
    let part = |raw: &RawValue| serde_json::from_str(raw.get()).unwrap_or_default();
    Ok(CatalogPage {
        items: page.items.into_iter().map(part).collect(),
        pagination: page.pagination.map(part).unwrap_or_default(),
    })
}

fn basic_info(item: &Value, marketplace_id: &str) -> BasicInfo {
    let summary = for_marketplace(&item["summaries"], marketplace_id);
    let attributes = &item["attributes"];
    let description = attribute_text(&attributes["product_description"], marketplace_id)
        .or_else(|| attribute_text(&attributes["bullet_point"], marketplace_id));
    BasicInfo {
        title: text(&summary["itemName"])
            .or_else(|| attribute_text(&attributes["item_name"], marketplace_id)),
        description,
        brand: text(&summary["brand"])
            .or_else(|| attribute_text(&attributes["brand"], marketplace_id)),
        category: text(&summary["browseClassification"]["displayName"])
            .or_else(|| text(&summary["websiteDisplayGroupName"])),
        images: images(&for_marketplace(&item["images"], marketplace_id)["images"]),
    }
}

/// The entry of a set for this marketplace; else the first entry that names no marketplace.
fn for_marketplace<'a>(set: &'a Value, marketplace_id: &str) -> &'a Value {
    const NOTHING: &Value = &Value::Null;
    let entries = set.as_array().map(Vec::as_slice).unwrap_or_default();
    let of_this = |entry: &&Value| entry["marketplaceId"].as_str() == Some(marketplace_id);
    let of_none = |entry: &&Value| entry["marketplaceId"].as_str().is_none();
    entries
        .iter()
        .find(of_this)
        .or_else(|| entries.iter().find(of_none))
        .unwrap_or(NOTHING)
}

/// The values of an attribute, one per line, without those of other marketplaces.
fn attribute_text(attribute: &Value, marketplace_id: &str) -> Option<String> {
    let entries = attribute.as_array()?.iter();
    let here = |entry: &&Value| {
        let place = entry["marketplace_id"].as_str();
        place.is_none_or(|place| place == marketplace_id)
    };
    let lines: Vec<String> = entries
        .filter(here)
        .filter_map(|entry| text(&entry["value"]))
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The largest image of each variant: the main one first, the others by name.
fn images(list: &Value) -> Option<Vec<String>> {
    let mut largest: Vec<(&str, i64, String)> = Vec::new();
    for image in list.as_array()? {
        let Some(link) = text(&image["link"]) else {
            continue;
        };
        let variant = image["variant"].as_str().unwrap_or_default();
        let height = image["height"].as_i64().unwrap_or_default();
        match largest.iter_mut().find(|(known, ..)| *known == variant) {
            Some(known) if height > known.1 => *known = (variant, height, link),
            Some(_) => {}
            None => largest.push((variant, height, link)),
        }
    }
    largest.sort_by_key(|(variant, ..)| (*variant != "MAIN", *variant));
    let links: Vec<String> = largest.into_iter().map(|(.., link)| link).collect();
    (!links.is_empty()).then_some(links)
}

/// A text that is not blank.
fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
