//! BASE: OAuth with rotating refresh tokens, and the items of a shop.
//!
//! Source: BASE API documents (2019) and the newer documents site; every error is HTTP 400.

mod error;
mod item_form;
mod item_json;
mod items_edit;
mod oauth;
mod read;

use crate::http::{Incoming, Reply};
use crate::operation::Operation;
use crate::quota::Refusal;
use crate::state::World;

/// Answers a call to BASE.
pub fn answer(world: &mut World, operation: Operation, incoming: &Incoming) -> Reply {
    if world.faults.expire_tokens(operation, incoming) {
        world.base_tokens.expire_access();
    }
    match operation {
        Operation::BaseAuthorize => oauth::authorize(world, incoming),
        Operation::BaseToken => oauth::token(world, incoming),
        _ => call(world, operation, incoming),
    }
}

fn call(world: &mut World, operation: Operation, incoming: &Incoming) -> Reply {
    let bearer = incoming
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let now = world.clock.elapsed_nanos();
    let Some(shop) = bearer.and_then(|token| world.base_tokens.shop_of(token, now)) else {
        return error::bad_token();
    };
    let id = world.shops[shop].id.clone();
    if let Err(refusal) = count(world, shop) {
        return named(error::limit(refusal).refused(), &id);
    }
    let struck = world.faults.strike(operation, incoming, &id);
    let reply = match error::instead(&struck) {
        Some(reply) => reply,
        None => serve(world, operation, incoming, shop),
    };
    named(struck.deliver(reply), &id)
}

fn count(world: &mut World, shop: usize) -> Result<(), Refusal> {
    let now = world.clock.now();
    match world.quotas.base() {
        Some(limits) => world.shops[shop].hours.count(limits, now),
        None => Ok(()),
    }
}

fn named(mut reply: Reply, id: &str) -> Reply {
    reply.note.who = Some(id.to_owned());
    reply
}

fn serve(world: &mut World, operation: Operation, incoming: &Incoming, shop: usize) -> Reply {
    if operation == Operation::ItemsEdit && !incoming.is_post() {
        return error::reply("not_post_method", "POSTメソッドでアクセスしてください。");
    }
    match operation {
        Operation::UsersMe => read::me(world, shop),
        Operation::Items => read::list(world, incoming, shop),
        Operation::ItemsDetail => read::detail(world, incoming, shop),
        Operation::ItemsEdit => items_edit::edit(world, incoming, shop),
        _ => error::reply("invalid_request", "不正なリクエストです。"),
    }
}
