//! An item in the JSON of BASE.

use serde::Serialize;

use crate::state::{ItemVariation, SimulatedItem};

#[derive(Serialize)]
pub struct ItemsResponseJson<'a> {
    pub items: Vec<ItemJson<'a>>,
}

#[derive(Serialize)]
pub struct ItemJson<'a> {
    item_id: u64,
    title: &'a str,
    detail: &'a str,
    price: i64,
    proper_price: Option<i64>,
    item_tax_type: u8,
    stock: i64,
    visible: u8,
    list_order: u64,
    identifier: Option<&'a str>,
    modified: i64,
    img1_origin: Option<String>,
    img1_300: Option<String>,
    img2_origin: Option<&'a str>,
    variations: Vec<VariationJson<'a>>,
}

#[derive(Serialize)]
struct VariationJson<'a> {
    variation_id: u64,
    variation: &'a str,
    variation_stock: i64,
    variation_identifier: Option<&'a str>,
    barcode: Option<&'a str>,
}

impl<'a> From<&'a SimulatedItem> for ItemJson<'a> {
    fn from(item: &'a SimulatedItem) -> Self {
        let id = item.id;
        let image = |size| Some(format!("https://baseec-img-mng.example/{size}/{id}.jpg"));
        Self {
            item_id: id,
            title: &item.title,
            detail: &item.detail,
            price: item.asked_price(),
            proper_price: item.sale_price.map(|_| item.price),
            item_tax_type: item.tax_type,
            stock: item.stock,
            visible: u8::from(item.visible),
            list_order: item.list_order,
            identifier: item.identifier.as_deref(),
            modified: item.modified,
            img1_origin: image("origin"),
            img1_300: image("300"),
            img2_origin: None,
            variations: item.variations.iter().map(VariationJson::from).collect(),
        }
    }
}

impl<'a> From<&'a ItemVariation> for VariationJson<'a> {
    fn from(variation: &'a ItemVariation) -> Self {
        Self {
            variation_id: variation.id,
            variation: &variation.name,
            variation_stock: variation.stock,
            variation_identifier: variation.identifier.as_deref(),
            barcode: None,
        }
    }
}
