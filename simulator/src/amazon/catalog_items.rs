//! `searchCatalogItems` by ASIN (Catalog Items 2022-04-01).

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::error;
use crate::catalog::{Product, is_well_formed};
use crate::faults::{FaultKind, Struck};
use crate::http::{Incoming, Reply};
use crate::world::World;

const UNREADABLE: &str = "Request has missing or invalid parameters and cannot be parsed.";

#[derive(Serialize)]
struct SearchAnswer {
    #[serde(rename = "numberOfResults")]
    number_of_results: usize,
    pagination: Value,
    items: Vec<Value>,
}

/// Answers `GET /catalog/2022-04-01/items`.
pub fn search(world: &World, incoming: &Incoming, struck: &Struck) -> Reply {
    if incoming.query("marketplaceIds") != Some(super::MARKETPLACE) {
        return error::reply(400, "400", UNREADABLE);
    }
    let page_size: usize = match incoming.query("pageSize").unwrap_or("10").parse() {
        Ok(size @ 1..=20) => size,
        _ => return error::invalid_input("Invalid 'pageSize' provided."),
    };
    let from: usize = match incoming.query("pageToken").map(str::parse) {
        None => 0,
        Some(Ok(from)) => from,
        Some(Err(_)) => return error::invalid_input("Invalid 'pageToken' provided."),
    };
    let found = match matches(world, incoming) {
        Ok(found) => found,
        Err(reply) => return *reply,
    };
    let end = from.saturating_add(page_size).min(found.len());
    let pagination = if end < found.len() {
        json!({"nextToken": end.to_string()})
    } else {
        json!({})
    };
    let sets = included(incoming);
    let page = found.get(from..end).unwrap_or_default();
    let left_out = |place: usize, asin: &str| {
        let fault = struck.hits(FaultKind::MissingItems, place, asin);
        fault.is_some()
    };
    let mut items: Vec<Value> = page
        .iter()
        .enumerate()
        .filter(|(place, asin)| !left_out(*place, asin))
        .map(|(place, asin)| {
            let item = item(world, asin, &sets);
            match struck.hits(FaultKind::NoTexts, place, asin) {
                Some(_) => without_texts(item),
                None => item,
            }
        })
        .collect();
    if struck.has(FaultKind::Shuffle) {
        items.reverse();
    }
    let answer = SearchAnswer {
        number_of_results: found.len(),
        pagination,
        items,
    };
    let mut reply = Reply::json(200, &answer);
    reply.note.touched = csv(incoming.query("identifiers"));
    reply
}

/// The known ASINs that a search asks for.
fn matches(world: &World, incoming: &Incoming) -> Result<Vec<String>, Box<Reply>> {
    let asins = csv(incoming.query("identifiers"));
    let refusal = if incoming.query("identifiers").is_none() || !(1..=20).contains(&asins.len()) {
        error::reply(400, "400", UNREADABLE)
    } else if incoming.query("identifiersType") != Some("ASIN") {
        error::invalid_input("Invalid 'identifiersType' provided.")
    } else if !asins.iter().all(|asin| is_well_formed(asin)) {
        error::invalid_input("Invalid 'asin' provided.")
    } else {
        let known = |asin: &String| world.market.state(asin).known;
        return Ok(asins.into_iter().filter(known).collect());
    };
    Err(Box::new(refusal))
}

fn csv(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or_default().split(',').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

fn included(incoming: &Incoming) -> Vec<String> {
    match csv(incoming.query("includedData")) {
        sets if sets.is_empty() => vec!["summaries".to_owned()],
        sets => sets,
    }
}

fn item(world: &World, asin: &str, sets: &[String]) -> Value {
    let number = world.market.asins().number_of(asin).unwrap_or(usize::MAX);
    let product = Product::of(world.config.seed, number);
    let mut item = Map::new();
    item.insert("asin".to_owned(), json!(asin));
    for set in sets {
        let value = match set.as_str() {
            "summaries" => summaries(&product),
            "images" => images(asin, &product),
            "identifiers" => json!([{"marketplaceId": super::MARKETPLACE,
                "identifiers": [{"identifierType": "JAN", "identifier": product.jan}]}]),
            "productTypes" => {
                json!([{"marketplaceId": super::MARKETPLACE, "productType": "HOME"}])
            }
            "salesRanks" => json!([{"marketplaceId": super::MARKETPLACE, "displayGroupRanks":
                [{"websiteDisplayGroup": product.category_id, "title": product.category,
                  "rank": product.rank}]}]),
            "attributes" => attributes(&product),
            _ => continue,
        };
        item.insert(set.clone(), value);
    }
    Value::Object(item)
}

/// The same sets with nothing in them: each text null, each list of values empty.
fn without_texts(mut item: Value) -> Value {
    for (name, set) in item.as_object_mut().into_iter().flatten() {
        let entries = set.as_array_mut().into_iter().flatten();
        for field in entries.filter_map(Value::as_object_mut).flatten() {
            if field.0 != "marketplaceId" {
                *field.1 = Value::Null;
            }
        }
        if name == "attributes" {
            *set = json!({});
        }
    }
    item
}

fn summaries(product: &Product) -> Value {
    json!([{
        "marketplaceId": super::MARKETPLACE,
        "itemName": product.title,
        "brand": product.brand,
        "manufacturer": product.brand,
        "modelNumber": product.model_number,
        "itemClassification": "BASE_PRODUCT",
        "browseClassification": {
            "displayName": product.category,
            "classificationId": product.rank.to_string(),
        },
        "websiteDisplayGroup": product.category_id,
        "websiteDisplayGroupName": product.category,
        "adultProduct": false,
    }])
}

fn images(asin: &str, product: &Product) -> Value {
    let images: Vec<Value> = (0..product.images)
        .map(|place| {
            let variant = if place == 0 {
                "MAIN".to_owned()
            } else {
                format!("PT{place:02}")
            };
            json!({"variant": variant, "height": 500, "width": 500,
                "link": format!("https://m.media-amazon.com/images/I/{asin}-{place}.jpg")})
        })
        .collect();
    json!([{"marketplaceId": super::MARKETPLACE, "images": images}])
}

fn attributes(product: &Product) -> Value {
    let text = |value: &str| json!([{"value": value, "language_tag": "ja_JP", "marketplace_id": super::MARKETPLACE}]);
    json!({
        "item_name": text(&product.title),
        "brand": text(product.brand),
        "bullet_point": text(&format!("{}の正規品です。", product.brand)),
        "product_description": text(&format!("{}。毎日の暮らしに。", product.title)),
    })
}
