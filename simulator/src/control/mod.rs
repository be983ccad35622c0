//! The controls under `/_sim/`, by which a test or a person inspects and changes the simulator.
//!
//! Quotas, faults and ledger do not apply to them. `in_process` offers the same as methods.

mod shop_change;
mod snapshot;

pub use shop_change::{ItemEdit, NewItem, ShopChange, change_shop};
pub use snapshot::{AsinSnapshot, ClockSnapshot, ItemSnapshot, ShopSnapshot};

use std::time::Duration;

use axum::http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::faults::{Fault, FaultList};
use crate::http::{HttpRequest, HttpResponse};
use crate::ledger::{Ledger, LedgerReport};
use crate::quota::QuotaChange;
use crate::state::{MarketChange, World};

/// The longest jump of the clock in seconds: ten years.
const MAX_ADVANCE_SECONDS: f64 = 3.2e8;
const MIN_PRICE: i64 = 1;
const MAX_PRICE: i64 = 100_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: f64,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ResetRequest {
    ledger_only: bool,
}

/// Answers a call to a control. A wrong call is answered with status 400 and `{"error": "why"}`.
pub fn answer(world: &mut World, request: &HttpRequest) -> HttpResponse {
    let path = request.path.trim_start_matches("/_sim");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (&request.method, parts.as_slice()) {
        (&Method::GET, ["ledger"]) => {
            let detailed = request.query("detail").is_some_and(|detail| detail == "1");
            HttpResponse::json(200, &ledger(world, detailed))
        }
        (&Method::GET, ["shop", account]) => match ShopSnapshot::of(world, account) {
            Some(snapshot) => HttpResponse::json(200, &snapshot),
            None => refuse(404, "no such account"),
        },
        (&Method::POST, ["shop", account]) => with(request, |change: ShopChange| {
            let new_ids = change_shop(world, account, change)?;
            let body = json!({"ok": true, "made": new_ids});
            Ok(HttpResponse::json(200, &body))
        }),
        (&Method::GET, ["market"]) => market(world, request.query("asins").unwrap_or_default()),
        (&Method::GET, ["market", asin]) => HttpResponse::json(200, &AsinSnapshot::of(world, asin)),
        (&Method::POST, ["market"]) => with(request, |change| {
            let touched = change_market(world, change)?;
            let body = json!({"ok": true, "touched": touched});
            Ok(HttpResponse::json(200, &body))
        }),
        (&Method::GET, ["faults"]) => HttpResponse::json(200, &world.faults.list()),
        (&Method::POST, ["faults"]) => with(request, |faults: FaultList| {
            add_faults(world, faults.into())
        }),
        (&Method::DELETE, ["faults"]) => {
            world.faults.clear();
            done()
        }
        (&Method::POST, ["quotas"]) => with(request, |change| change_quotas(world, &change)),
        (&Method::GET, ["clock"]) => HttpResponse::json(200, &ClockSnapshot::of(world)),
        (&Method::POST, ["clock"]) => with(request, |change: ClockChange| {
            advance(world, change.advance_seconds).map(|()| done())
        }),
        (&Method::POST, ["reset"]) if request.body.is_empty() => {
            reset(world, false);
            done()
        }
        (&Method::POST, ["reset"]) => with(request, |reset_request: ResetRequest| {
            reset(world, reset_request.ledger_only);
            Ok(done())
        }),
        (&Method::GET, ["messages"]) => HttpResponse::json(200, &world.chatwork.messages()),
        (&Method::GET, ["webhook"]) => HttpResponse::json(200, &world.webhook.texts()),
        _ => refuse(404, "no such control"),
    }
}

fn done() -> HttpResponse {
    HttpResponse::json(200, &json!({"ok": true}))
}

fn refuse(status: u16, why: &str) -> HttpResponse {
    HttpResponse::json(status, &json!({"error": why}))
}

/// Reads the body as JSON and passes it to `act`.
fn with<T: DeserializeOwned>(
    request: &HttpRequest,
    act: impl FnOnce(T) -> Result<HttpResponse, String>,
) -> HttpResponse {
    match serde_json::from_slice(&request.body) {
        Ok(body) => act(body).unwrap_or_else(|why| refuse(400, &why)),
        Err(error) => refuse(400, &error.to_string()),
    }
}

fn market(world: &World, asins: &str) -> HttpResponse {
    let asins = asins.split(',').filter(|asin| !asin.is_empty());
    let market: Vec<AsinSnapshot> = asins.map(|asin| AsinSnapshot::of(world, asin)).collect();
    // The hours are those for which the market has drifted.
    let (hours, catalog) = (world.market.hours(), world.market.asins().count());
    let body = json!({"hours": hours, "catalog": catalog, "market": market});
    HttpResponse::json(200, &body)
}

pub(crate) fn ledger(world: &World, detailed: bool) -> LedgerReport {
    if detailed {
        world.ledger.detailed_report()
    } else {
        world.ledger.report()
    }
}

/// Sets ASINs, then lets hours pass. If one value is impossible, nothing changes. Returns how many
/// ASINs changed.
pub(crate) fn change_market(world: &mut World, change: MarketChange) -> Result<usize, String> {
    let possible = |price: i64| (MIN_PRICE..=MAX_PRICE).contains(&price);
    for set in &change.set {
        if set.asin.is_empty() {
            return Err("an ASIN is missing".to_owned());
        }
        let asin = &set.asin;
        if set.price.is_some_and(|price| !possible(price)) {
            return Err(format!("{asin}: a price must be from 1 to 100,000,000 yen"));
        }
        let offers = set.offers.iter().flatten();
        let mut amounts = offers.flat_map(|offer| [offer.price, offer.shipping, offer.points]);
        if amounts.any(|amount| amount.unsigned_abs() > MAX_PRICE.unsigned_abs()) {
            return Err(format!("{asin}: an amount must be at most 100,000,000 yen"));
        }
    }
    let mut touched = change.set.len();
    for set in change.set {
        world.market.set(set);
    }
    if let Some(moved) = change.moved {
        touched += world.market.drift(moved.hours);
    }
    Ok(touched)
}

fn add_faults(world: &mut World, faults: Vec<Fault>) -> Result<HttpResponse, String> {
    if let Some(problem) = faults.iter().find_map(Fault::problem) {
        return Err(problem);
    }
    for fault in faults {
        world.faults.add(fault);
    }
    Ok(HttpResponse::json(200, &world.faults.list()))
}

fn change_quotas(world: &mut World, change: &QuotaChange) -> Result<HttpResponse, String> {
    let now = world.clock.elapsed_nanos();
    let changed = world.quotas.change(change, now);
    changed.map(|()| done()).map_err(|error| error.to_string())
}

pub(crate) fn advance(world: &mut World, seconds: f64) -> Result<(), String> {
    if !(0.0..=MAX_ADVANCE_SECONDS).contains(&seconds) {
        return Err("the clock can only move ahead, by at most ten years".to_owned());
    }
    world.advance(Duration::from_secs_f64(seconds));
    Ok(())
}

pub(crate) fn reset(world: &mut World, ledger_only: bool) {
    if ledger_only {
        world.ledger = Ledger::default();
    } else {
        world.reset();
    }
}
