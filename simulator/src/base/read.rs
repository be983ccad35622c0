//! The calls of BASE that only read: the shop, its items, one item.

use serde_json::json;

use super::error;
use super::item_json::{ItemAnswer, ItemJson, ItemsAnswer};
use crate::http::{Incoming, Reply};
use crate::state::{Item, World};

/// Answers `GET /1/users/me`.
pub fn me(world: &World, shop: usize) -> Reply {
    let shop = &world.shops[shop];
    Reply::json(
        200,
        &json!({"user": {
            "shop_id": shop.id,
            "shop_name": shop.name,
            "shop_introduction": "",
            "shop_url": format!("https://{}.thebase.in", shop.id),
            "background": null,
            "logo": null,
        }}),
    )
}

/// Answers `GET /1/items`.
pub fn list(world: &World, incoming: &Incoming, shop: usize) -> Reply {
    let (Some(limit), Some(offset)) = (
        window(incoming, "limit", 20).filter(|limit| (1..=100).contains(limit)),
        window(incoming, "offset", 0),
    ) else {
        return error::reply("bad_params", "不正なパラメータです。");
    };
    let mut items: Vec<&Item> = world.shops[shop].items.values().collect();
    if let Some(visible) = incoming.query("visible") {
        items.retain(|item| item.visible == (visible == "1"));
    }
    match incoming.query("order") {
        Some("modified") => items.sort_by_key(|item| (item.modified, item.id)),
        Some("created") => items.sort_by_key(|item| item.id),
        _ => items.sort_by_key(|item| (item.list_order, item.id)),
    }
    if incoming.query("sort") == Some("desc") {
        items.reverse();
    }
    page(&items, limit, offset)
}

/// Answers `GET /1/items/detail/{item_id}`; the id in the query is refused.
pub fn detail(world: &World, incoming: &Incoming, shop: usize) -> Reply {
    let Some(id) = incoming
        .path
        .strip_prefix("/1/items/detail/")
        .filter(|id| !id.is_empty())
    else {
        return error::no_item_id();
    };
    let item = id
        .parse::<u64>()
        .ok()
        .and_then(|id| world.shops[shop].items.get(&id));
    match item {
        Some(item) => one(item),
        None => error::reply("no_item", "商品が存在しません。"),
    }
}

/// The answer with one item in full.
pub fn one(item: &Item) -> Reply {
    let mut reply = Reply::json(
        200,
        &ItemAnswer {
            item: ItemJson::from(item),
        },
    );
    reply.note.touched = vec![item.id.to_string()];
    reply
}

fn page(items: &[&Item], limit: usize, offset: usize) -> Reply {
    let page = items
        .iter()
        .skip(offset)
        .take(limit)
        .map(|item| ItemJson::from(*item));
    Reply::json(
        200,
        &ItemsAnswer {
            items: page.collect(),
        },
    )
}

fn window(incoming: &Incoming, name: &str, default: usize) -> Option<usize> {
    match incoming.query(name) {
        None => Some(default),
        Some(text) => text.parse().ok(),
    }
}
