//! BASE: OAuth with rotating refresh tokens, and the items of a shop.
//!
//! Source: BASE API documentation (of 2019, and the newer site). Every error has HTTP status 400.

mod error;
mod item_form;
mod item_json;
mod items_edit;
mod oauth;
mod read;

use crate::faults::CallFaults;
use crate::http::{HttpRequest, HttpResponse};
use crate::operation::Operation;
use crate::quota::ShopLimit;
use crate::state::World;

/// Answers a call to BASE.
pub fn answer(world: &mut World, operation: Operation, request: &HttpRequest) -> HttpResponse {
    if world.faults.expires_tokens(operation, request) {
        world.base_tokens.expire_access();
    }
    match operation {
        Operation::BaseAuthorize => oauth::authorize(world, request),
        Operation::BaseToken => oauth::token(world, request),
        _ => shop_call(world, operation, request),
    }
}

/// Answers a call that needs the access token of a shop.
fn shop_call(world: &mut World, operation: Operation, request: &HttpRequest) -> HttpResponse {
    let bearer = request
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let now = world.clock.elapsed_nanos();
    let Some(grant) = bearer.and_then(|token| world.base_tokens.of_access(token, now)) else {
        return error::bad_token();
    };
    let shop = grant.shop;
    let allowed = scope_of(operation).is_none_or(|scope| grant.allows(scope));
    let id = world.shops[shop].id.clone();
    if let Err(limit) = count_call(world, shop) {
        return error::limit(limit).refused().for_caller(&id);
    }
    let faults = world.faults.for_call(operation, request, &id);
    let response = match error::fault_response(&faults) {
        Some(response) => response,
        None if !allowed => error::missing_scope(),
        None => serve_with(&faults, world, request, (operation, shop)),
    };
    faults.apply(response).for_caller(&id)
}

/// Executes the call. Faults may replace its response.
fn serve_with(
    faults: &CallFaults,
    world: &mut World,
    request: &HttpRequest,
    (operation, shop): (Operation, usize),
) -> HttpResponse {
    let is_edit = operation == Operation::ItemsEdit;
    let wrong_item = items_edit::wrong_item(world, request, shop, faults).filter(|_| is_edit);
    let response = serve(world, operation, request, shop);
    if response.status != 200 {
        return response;
    }
    let replaced = error::late_response(faults).or(wrong_item);
    let note = response.note.clone();
    replaced.map_or(response, |late| HttpResponse { note, ..late })
}

/// The scope that a call needs.
fn scope_of(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::UsersMe => Some("read_users"),
        Operation::Items | Operation::ItemsDetail => Some("read_items"),
        Operation::ItemsEdit => Some("write_items"),
        _ => None,
    }
}

fn count_call(world: &mut World, shop: usize) -> Result<(), ShopLimit> {
    let now = world.clock.now();
    match world.quotas.base() {
        Some(limits) => world.shops[shop].calls.count(limits, now),
        None => Ok(()),
    }
}

fn serve(
    world: &mut World,
    operation: Operation,
    request: &HttpRequest,
    shop: usize,
) -> HttpResponse {
    if operation == Operation::ItemsEdit && !request.is_post() {
        return error::response("not_post_method", "POSTメソッドでアクセスしてください。");
    }
    match operation {
        Operation::UsersMe => read::me(world, shop),
        Operation::Items => read::list(world, request, shop),
        Operation::ItemsDetail => read::detail(world, request, shop),
        Operation::ItemsEdit => items_edit::edit(world, request, shop),
        _ => error::response("invalid_request", "不正なリクエストです。"),
    }
}
