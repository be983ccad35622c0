//! One item of the catalogue in the JSON of Catalog Items 2022-04-01.

use serde_json::{Map, Value, json};

use super::marketplace::MARKETPLACE;
use crate::catalog::CatalogProduct;
use crate::state::World;

pub fn item(world: &World, asin: &str, sets: &[String]) -> Value {
    let number = world.market.asins().number_of(asin).unwrap_or(usize::MAX);
    let product = CatalogProduct::of(world.config.seed, number);
    let mut item = Map::new();
    item.insert("asin".to_owned(), json!(asin));
    for set in sets {
        let value = match set.as_str() {
            "summaries" => summaries(&product),
            "images" => images(asin, &product),
            "identifiers" => json!([{"marketplaceId": MARKETPLACE,
                "identifiers": [{"identifierType": "JAN", "identifier": product.jan}]}]),
            "productTypes" => {
                json!([{"marketplaceId": MARKETPLACE, "productType": "HOME"}])
            }
            "salesRanks" => json!([{"marketplaceId": MARKETPLACE, "displayGroupRanks":
                [{"websiteDisplayGroup": product.category_id, "title": product.category,
                  "rank": product.rank}]}]),
            "attributes" => attributes(&product),
            _ => continue,
        };
        item.insert(set.clone(), value);
    }
    Value::Object(item)
}

/// The same data sets without content: each text is null, each list of values is empty.
pub fn without_texts(mut item: Value) -> Value {
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

fn summaries(product: &CatalogProduct) -> Value {
    json!([{
        "marketplaceId": MARKETPLACE,
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

fn images(asin: &str, product: &CatalogProduct) -> Value {
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
    json!([{"marketplaceId": MARKETPLACE, "images": images}])
}

fn attributes(product: &CatalogProduct) -> Value {
    let text = |value: &str| json!([{"value": value, "language_tag": "ja_JP", "marketplace_id": MARKETPLACE}]);
    json!({
        "item_name": text(&product.title),
        "brand": text(product.brand),
        "bullet_point": text(&format!("{}の正規品です。", product.brand)),
        "product_description": text(&format!("{}。毎日の暮らしに。", product.title)),
    })
}
