//! The calls of BASE that read: `users/me`, `items`, `items/detail`.

use serde_json::json;

use super::error;
use super::item_json::{ItemJson, ItemsResponseJson};
use crate::http::{HttpRequest, HttpResponse};
use crate::state::{SimulatedItem, World};

/// Answers `GET /1/users/me`.
pub fn me(world: &World, shop: usize) -> HttpResponse {
    let shop = &world.shops[shop];
    let user = json!({
        "shop_id": shop.id,
        "shop_name": shop.name,
        "shop_introduction": "",
        "shop_url": format!("https://{}.thebase.in", shop.id),
        "background": null,
        "logo": null,
    });
    HttpResponse::json(200, &json!({"user": user}))
}

/// Answers `GET /1/items`.
pub fn list(world: &World, request: &HttpRequest, shop: usize) -> HttpResponse {
    let (Some(limit), Some(offset)) = (
        number_param(request, "limit", 20).filter(|limit| (1..=100).contains(limit)),
        number_param(request, "offset", 0),
    ) else {
        return error::response("bad_params", "不正なパラメータです。");
    };
    let mut items: Vec<&SimulatedItem> = world.shops[shop].items.values().collect();
    if let Some(visible) = request.query("visible") {
        items.retain(|item| item.visible == (visible == "1"));
    }
    match request.query("order") {
        Some("modified") => items.sort_by_key(|item| (item.modified, item.id)),
        Some("created") => items.sort_by_key(|item| item.id),
        _ => items.sort_by_key(|item| (item.list_order, item.id)),
    }
    if request.query("sort") == Some("desc") {
        items.reverse();
    }
    page(&items, limit, offset)
}

/// Answers `GET /1/items/detail/{item_id}`. An id in the query is refused.
pub fn detail(world: &World, request: &HttpRequest, shop: usize) -> HttpResponse {
    let id = request.path.strip_prefix("/1/items/detail/");
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        return error::no_item_id();
    };
    let id = id.parse::<u64>().ok();
    match id.and_then(|id| world.shops[shop].items.get(&id)) {
        Some(item) => one(item),
        None => error::response("no_item", "商品が存在しません。"),
    }
}

/// The response with one whole item.
pub fn one(item: &SimulatedItem) -> HttpResponse {
    let mut response = HttpResponse::json(200, &json!({"item": ItemJson::from(item)}));
    response.note.touched = vec![item.id.to_string()];
    response
}

fn page(items: &[&SimulatedItem], limit: usize, offset: usize) -> HttpResponse {
    let page = items.iter().skip(offset).take(limit);
    let items = page.map(|item| ItemJson::from(*item)).collect();
    HttpResponse::json(200, &ItemsResponseJson { items })
}

fn number_param(request: &HttpRequest, name: &str, default: usize) -> Option<usize> {
    match request.query(name) {
        None => Some(default),
        Some(text) => text.parse().ok(),
    }
}
