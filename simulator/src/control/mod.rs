//! The controls under `/_sim/`: what a test or a person asks of the simulator itself.
//!
//! They pass no quota, no fault and no ledger. The same acts can be done in process, see `handle`.

mod shop_change;
mod snapshot;

pub use shop_change::{HandEdit, HandMade, ShopTending, tend};
pub use snapshot::{ClockView, MarketView, ShopItem, ShopView};

use std::time::Duration;

use axum::http::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::faults::{Fault, FaultList};
use crate::http::{Incoming, Reply};
use crate::ledger::{Ledger, LedgerReport};
use crate::quota::QuotaChange;
use crate::state::{MarketChange, World};

/// The longest jump of the clock: ten years.
const FARTHEST: f64 = 3.2e8;
const LEAST_PRICE: i64 = 1;
const GREATEST_PRICE: i64 = 100_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: f64,
}

#[derive(Serialize)]
struct MarketPage {
    /// Hours by which the market has drifted.
    hours: u64,
    catalog: usize,
    market: Vec<MarketView>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ResetRequest {
    ledger_only: bool,
}

/// Answers a call to a control. A wrong call gives 400 and `{"error": "why"}`.
pub fn answer(world: &mut World, incoming: &Incoming) -> Reply {
    let path = incoming.path.trim_start_matches("/_sim");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (&incoming.method, parts.as_slice()) {
        (&Method::GET, ["ledger"]) => {
            let detailed = incoming.query("detail").is_some_and(|detail| detail == "1");
            Reply::json(200, &ledger(world, detailed))
        }
        (&Method::GET, ["shop", account]) => match ShopView::of(world, account) {
            Some(view) => Reply::json(200, &view),
            None => refuse(404, "no such account"),
        },
        (&Method::POST, ["shop", account]) => with(incoming, |work: ShopTending| {
            let made = tend(world, account, work)?;
            Ok(Reply::json(200, &json!({"ok": true, "made": made})))
        }),
        (&Method::GET, ["market"]) => market(world, incoming.query("asins").unwrap_or_default()),
        (&Method::GET, ["market", asin]) => Reply::json(200, &MarketView::of(world, asin)),
        (&Method::POST, ["market"]) => with(incoming, |change| set_market(world, change)),
        (&Method::GET, ["faults"]) => Reply::json(200, &world.faults.list()),
        (&Method::POST, ["faults"]) => with(incoming, |faults: FaultList| {
            add_faults(world, faults.into())
        }),
        (&Method::DELETE, ["faults"]) => {
            world.faults.clear();
            done()
        }
        (&Method::POST, ["quotas"]) => with(incoming, |change| change_quotas(world, &change)),
        (&Method::GET, ["clock"]) => Reply::json(200, &ClockView::of(world)),
        (&Method::POST, ["clock"]) => with(incoming, |change: ClockChange| {
            advance(world, change.advance_seconds).map(|()| done())
        }),
        (&Method::POST, ["reset"]) if incoming.body.is_empty() => {
            reset(world, false);
            done()
        }
        (&Method::POST, ["reset"]) => with(incoming, |request: ResetRequest| {
            reset(world, request.ledger_only);
            Ok(done())
        }),
        (&Method::GET, ["messages"]) => Reply::json(200, &world.rooms.messages()),
        (&Method::GET, ["webhook"]) => Reply::json(200, &world.hook.texts()),
        _ => refuse(404, "no such control"),
    }
}

fn done() -> Reply {
    Reply::json(200, &json!({"ok": true}))
}

fn refuse(status: u16, why: &str) -> Reply {
    Reply::json(status, &json!({"error": why}))
}

fn with<T: DeserializeOwned>(
    incoming: &Incoming,
    act: impl FnOnce(T) -> Result<Reply, String>,
) -> Reply {
    match serde_json::from_slice(&incoming.body) {
        Ok(request) => act(request).unwrap_or_else(|why| refuse(400, &why)),
        Err(error) => refuse(400, &error.to_string()),
    }
}

fn market(world: &World, asins: &str) -> Reply {
    let asins = asins.split(',').filter(|asin| !asin.is_empty());
    let views: Vec<MarketView> = asins.map(|asin| MarketView::of(world, asin)).collect();
    let (hours, catalog) = (world.market.hours(), world.market.asins().count());
    Reply::json(
        200,
        &MarketPage {
            hours,
            catalog,
            market: views,
        },
    )
}

pub(crate) fn ledger(world: &World, detailed: bool) -> LedgerReport {
    if detailed {
        world.ledger.detailed_report()
    } else {
        world.ledger.report()
    }
}

fn set_market(world: &mut World, change: MarketChange) -> Result<Reply, String> {
    let touched = change_market(world, change)?;
    Ok(Reply::json(200, &json!({"ok": true, "touched": touched})))
}

/// Sets ASINs, then lets time pass; nothing at all where one value is impossible.
pub(crate) fn change_market(world: &mut World, change: MarketChange) -> Result<usize, String> {
    let possible = |price: i64| (LEAST_PRICE..=GREATEST_PRICE).contains(&price);
    for set in &change.set {
        if set.asin.is_empty() {
            return Err("asin is missing".to_owned());
        }
        if set.price.is_some_and(|price| !possible(price)) {
            return Err(format!("{}: a price is 1 to 100,000,000 yen", set.asin));
        }
        let offers = set.offers.iter().flatten();
        let mut amounts = offers.flat_map(|offer| [offer.price, offer.shipping, offer.points]);
        if amounts.any(|amount| amount.unsigned_abs() > GREATEST_PRICE.unsigned_abs()) {
            return Err(format!("{}: an amount is beyond 100,000,000 yen", set.asin));
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

fn add_faults(world: &mut World, faults: Vec<Fault>) -> Result<Reply, String> {
    if let Some(complaint) = faults.iter().find_map(Fault::complaint) {
        return Err(complaint);
    }
    for fault in faults {
        world.faults.add(fault);
    }
    Ok(Reply::json(200, &world.faults.list()))
}

fn change_quotas(world: &mut World, change: &QuotaChange) -> Result<Reply, String> {
    let now = world.clock.elapsed_nanos();
    world
        .quotas
        .change(change, now)
        .map_err(|error| error.to_string())?;
    Ok(done())
}

pub(crate) fn advance(world: &mut World, seconds: f64) -> Result<(), String> {
    if !(0.0..=FARTHEST).contains(&seconds) {
        return Err("the clock moves ahead only, ten years at most".to_owned());
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
