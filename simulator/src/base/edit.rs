//! The calls of BASE that change items: edit, add, delete, stock.

use super::error;
use super::form::{Form, Refused};
use super::read::one;
use crate::http::{Incoming, Reply};
use crate::quota::Refusal;
use crate::shop::{Item, Variation};
use crate::world::World;

/// The least price; BASE documents none, clients in the field clamp to this.
const LEAST_PRICE: i64 = 50;

/// Answers `POST /1/items/edit`: what is left out stays.
pub fn edit(world: &mut World, incoming: &Incoming, shop: usize) -> Reply {
    let form = Form::parse(&incoming.body);
    change(world, shop, &form, |item, next_id| {
        set_fields(item, &form)?;
        set_variations(item, &form, next_id)
    })
}

/// Answers `POST /1/items/edit_stock`: the stock of an item or of one of its variations.
pub fn edit_stock(world: &mut World, incoming: &Incoming, shop: usize) -> Reply {
    let form = Form::parse(&incoming.body);
    change(world, shop, &form, |item, _| {
        let Some(id) = form.number("variation_id")? else {
            item.stock = form.number_from("stock", 0)?.ok_or(Rejection::Value)?;
            return Ok(());
        };
        let stock = form
            .number_from("variation_stock", 0)?
            .ok_or(Rejection::Value)?;
        let known = item
            .variations
            .iter_mut()
            .find(|own| i64::try_from(own.id) == Ok(id));
        known.ok_or(Rejection::Variation)?.stock = stock;
        Ok(())
    })
}

/// Why a change was not made.
enum Rejection {
    Value,
    Variation,
}

impl From<Refused> for Rejection {
    fn from(_: Refused) -> Self {
        Self::Value
    }
}

/// Changes an item in whole or not at all, and answers with all of it.
fn change(
    world: &mut World,
    shop: usize,
    form: &Form,
    apply: impl FnOnce(&mut Item, &mut u64) -> Result<(), Rejection>,
) -> Reply {
    let Some(id) = form.item_id() else {
        return error::no_item_id();
    };
    let now = world.clock.now().timestamp();
    let Some(item) = world.shops[shop].items.get_mut(&id) else {
        return error::bad_item();
    };
    if item.digital {
        return error::reply(
            "invalid_request",
            "デジタルコンテンツの商品は編集できません。",
        );
    }
    let mut changed = item.clone();
    match apply(&mut changed, &mut world.next_id) {
        Err(Rejection::Value) => return error::validation(),
        Err(Rejection::Variation) => {
            return error::reply("bad_variation_id", "不正なvariation_idです。");
        }
        Ok(()) => {}
    }
    changed.settle_stock();
    changed.modified = now;
    changed.edits += 1;
    *item = changed;
    one(item)
}

fn set_fields(item: &mut Item, form: &Form) -> Result<(), Rejection> {
    if let Some(title) = form.plain("title")? {
        if title.is_empty() {
            return Err(Rejection::Value);
        }
        title.clone_into(&mut item.title);
    }
    if let Some(detail) = form.plain("detail")? {
        detail.clone_into(&mut item.detail);
    }
    if let Some(price) = form.number_from("price", LEAST_PRICE)? {
        item.price = price;
    }
    if let Some(tax) = form.number_from("item_tax_type", 1)? {
        item.tax_type = u8::try_from(tax)
            .ok()
            .filter(|tax| *tax <= 2)
            .ok_or(Rejection::Value)?;
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
            return Err(Rejection::Value);
        }
        item.identifier = (!identifier.is_empty()).then(|| identifier.to_owned());
    }
    Ok(())
}

/// Variations come as parallel arrays; an empty id adds one, those not named are kept.
fn set_variations(item: &mut Item, form: &Form, next_id: &mut u64) -> Result<(), Rejection> {
    for number in 0..form.variations() {
        let id = form.at("variation_id", number).unwrap_or_default();
        if id.is_empty() {
            let Some(name) = form.at("variation", number) else {
                continue;
            };
            *next_id += 1;
            item.variations.push(Variation {
                id: *next_id,
                name: name.to_owned(),
                stock: 0,
                identifier: None,
            });
        }
        let own = match id {
            "" => item.variations.last_mut(),
            id => item
                .variations
                .iter_mut()
                .find(|own| own.id.to_string() == id),
        };
        let own = own.ok_or(Rejection::Variation)?;
        if let Some(name) = form.at("variation", number) {
            name.clone_into(&mut own.name);
        }
        if let Some(stock) = form.at("variation_stock", number) {
            let stock: i64 = stock.trim().parse().map_err(|_| Rejection::Value)?;
            own.stock = if stock < 0 {
                return Err(Rejection::Value);
            } else {
                stock
            };
        }
        if let Some(identifier) = form.at("variation_identifier", number) {
            own.identifier = (!identifier.is_empty()).then(|| identifier.to_owned());
        }
    }
    Ok(())
}

/// Answers `POST /1/items/add`. Not idempotent: the same call twice makes two items.
pub fn add(world: &mut World, incoming: &Incoming, shop: usize) -> Reply {
    let form = Form::parse(&incoming.body);
    let complete = ["title", "price", "stock"]
        .iter()
        .all(|name| form.text(name).is_some());
    if !complete {
        return error::reply("bad_params", "必須パラメータが不足しています。");
    }
    let now = world.clock.now();
    let mut item = blank(world.next_id + 1, now.timestamp());
    item.list_order = world.shops[shop].items.len() as u64 + 1;
    let set = set_fields(&mut item, &form);
    world.next_id += 1;
    if set
        .and_then(|()| set_variations(&mut item, &form, &mut world.next_id))
        .is_err()
    {
        return error::validation();
    }
    let limits = world.quotas.base();
    let hours = &mut world.shops[shop].hours;
    if limits.is_some_and(|limits| hours.count_add(limits, now).is_err()) {
        return error::limit(Refusal::Add).refused();
    }
    item.settle_stock();
    item.asin = asin_in(item.identifier.as_deref().unwrap_or_default());
    let reply = one(&item);
    world.shops[shop].items.insert(item.id, item);
    reply
}

/// The ASIN in a product code such as `b-B0EXAMPLE1-20261102010203`, or the code itself.
fn asin_in(identifier: &str) -> String {
    let part = identifier
        .split('-')
        .find(|part| crate::catalog::is_well_formed(part));
    part.unwrap_or_default().to_owned()
}

fn blank(id: u64, modified: i64) -> Item {
    Item {
        id,
        asin: String::new(),
        title: String::new(),
        detail: String::new(),
        price: 0,
        tax_type: 1,
        stock: 0,
        visible: true,
        list_order: 0,
        identifier: None,
        modified,
        variations: Vec::new(),
        digital: false,
        edits: 0,
    }
}

/// Answers `POST /1/items/delete`.
pub fn delete(world: &mut World, incoming: &Incoming, shop: usize) -> Reply {
    let Some(id) = Form::parse(&incoming.body).item_id() else {
        return error::no_item_id();
    };
    if world.shops[shop].items.remove(&id).is_none() {
        return error::bad_item();
    }
    let mut reply = Reply::json(200, &serde_json::json!({"result": true}));
    reply.note.touched = vec![id.to_string()];
    reply
}
