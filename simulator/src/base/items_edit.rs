//! `items/edit`: changes an item.

use super::error;
use super::item_form::{InvalidValue, ItemForm};
use super::read::one;
use crate::faults::{CallFaults, FaultKind};
use crate::http::{HttpRequest, HttpResponse};
use crate::state::{ItemVariation, SimulatedItem, World};

/// BASE documents no lowest price; published clients assume this one.
const MIN_PRICE: i64 = 50;

/// Why an edit is refused.
enum InvalidEdit {
    Value,
    Variation,
}

impl From<InvalidValue> for InvalidEdit {
    fn from(_: InvalidValue) -> Self {
        Self::Value
    }
}

/// Answers `POST /1/items/edit`. Fields that the form does not name keep their values; an edit that
/// is refused changes nothing.
pub fn edit(world: &mut World, request: &HttpRequest, shop: usize) -> HttpResponse {
    let form = ItemForm::parse(&request.body);
    let Some(id) = form.item_id() else {
        return error::no_item_id();
    };
    let now = world.clock.now().timestamp();
    let Some(item) = world.shops[shop].items.get_mut(&id) else {
        return error::bad_item();
    };
    if item.digital {
        return error::response(
            "invalid_request",
            "デジタルコンテンツの商品は編集できません。",
        );
    }
    let mut edited = item.clone();
    let result = set_fields(&mut edited, &form)
        .and_then(|()| set_variations(&mut edited, &form, &mut world.next_id));
    match result {
        Err(InvalidEdit::Value) => return error::validation(),
        Err(InvalidEdit::Variation) => {
            return error::response("bad_variation_id", "不正なvariation_idです。");
        }
        Ok(()) => {}
    }
    edited.sum_variation_stock();
    edited.modified = now;
    edited.edits += 1;
    *item = edited;
    one(item)
}

/// The response of a fault that answers an edit with the item as it was before, or with another item.
pub fn wrong_item(
    world: &World,
    request: &HttpRequest,
    shop: usize,
    faults: &CallFaults,
) -> Option<HttpResponse> {
    let id = ItemForm::parse(&request.body).item_id()?;
    let items = &world.shops[shop].items;
    if faults.has(FaultKind::OldValues) {
        return items.get(&id).map(one);
    }
    let other = items.values().find(|item| item.id != id);
    other.filter(|_| faults.has(FaultKind::OtherItem)).map(one)
}

fn set_fields(item: &mut SimulatedItem, form: &ItemForm) -> Result<(), InvalidEdit> {
    if let Some(title) = form.plain("title")? {
        if title.is_empty() {
            return Err(InvalidEdit::Value);
        }
        title.clone_into(&mut item.title);
    }
    if let Some(detail) = form.plain("detail")? {
        detail.clone_into(&mut item.detail);
    }
    if let Some(price) = form.number_from("price", MIN_PRICE)? {
        item.price = price;
    }
    if let Some(tax) = form.number_from("item_tax_type", 1)? {
        let tax = u8::try_from(tax).ok().filter(|tax| *tax <= 2);
        item.tax_type = tax.ok_or(InvalidEdit::Value)?;
    }
    if let Some(stock) = form.number_from("stock", 0)? {
        item.stock = stock;
    }
    if let Some(visible) = form.flag("visible")? {
        item.visible = visible;
    }
    if let Some(order) = form.number_from("list_order", 0)? {
        item.list_order = order.unsigned_abs();
    }
    if let Some(identifier) = form.plain("identifier")? {
        if identifier.contains(char::is_whitespace) {
            return Err(InvalidEdit::Value);
        }
        item.identifier = (!identifier.is_empty()).then(|| identifier.to_owned());
    }
    Ok(())
}

/// Variations are sent as parallel arrays. An entry without an id adds a variation; variations that
/// are not named keep their values.
fn set_variations(
    item: &mut SimulatedItem,
    form: &ItemForm,
    next_id: &mut u64,
) -> Result<(), InvalidEdit> {
    for number in 0..form.variations() {
        let id = form.at("variation_id", number).unwrap_or_default();
        if id.is_empty() {
            let Some(name) = form.at("variation", number) else {
                continue;
            };
            *next_id += 1;
            item.variations.push(ItemVariation {
                id: *next_id,
                name: name.to_owned(),
                stock: 0,
                identifier: None,
            });
        }
        let variation = match id {
            "" => item.variations.last_mut(),
            id => {
                let mut variations = item.variations.iter_mut();
                variations.find(|known| known.id.to_string() == id)
            }
        };
        let variation = variation.ok_or(InvalidEdit::Variation)?;
        if let Some(name) = form.at("variation", number) {
            name.clone_into(&mut variation.name);
        }
        if let Some(stock) = form.at("variation_stock", number) {
            let stock = stock.trim().parse().ok().filter(|stock| *stock >= 0);
            variation.stock = stock.ok_or(InvalidEdit::Value)?;
        }
        if let Some(identifier) = form.at("variation_identifier", number) {
            variation.identifier = (!identifier.is_empty()).then(|| identifier.to_owned());
        }
    }
    Ok(())
}
