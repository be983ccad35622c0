//! How soon a product that ran out is hidden, while thousands of price changes wait for the same shop. Run
//! with `cargo bench -p worker --bench hide`; one shop whose lane is free and that takes 50 ms a call.
//! Prints the time from Amazon's answer to the shop's answer, for hides and for other edits.

#![expect(clippy::unwrap_used, reason = "a bench that fails may panic")]
#![expect(clippy::expect_used, reason = "a bench that fails may panic")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[expect(dead_code, reason = "the stories need more of it")]
#[path = "../tests/story/fixture.rs"]
mod fixture;

use adapters::clock::SystemClock;
use chrono::{DateTime, Utc};
use fixture::{Fixture, world};
use shared::domain::run::RunKind;
use shared::ports::clock::Clock as _;
use simulator::{Fault, FaultKind, MarketSet};
use sqlx::{Connection as _, Row as _};

const LISTINGS: usize = 6_500;
/// Of the listings that are on display, every so many runs out: less than the guard holds.
const ONE_IN: usize = 50;
const CALL_TAKES: u64 = 50;
/// Prices rise by half, so that each is worth an edit.
const DEARER: (i64, i64) = (3, 2);

#[tokio::main]
async fn main() {
    let app = Fixture::open(world(LISTINGS, 1)).await;
    app.run(RunKind::PriceStock).await;
    app.run(RunKind::PriceStock).await;
    let sold_out = move_market(&app);
    let slow = Fault {
        millis: Some(CALL_TAKES),
        ..Fault::new("items/edit", FaultKind::Slow)
    };
    app.simulator.add_fault(slow).unwrap();

    let begun = SystemClock.now();
    let report = app.run(RunKind::PriceStock).await;

    let (hides, prices) = latencies(&app, begun).await;
    println!(
        "{} edits applied in {:.1} s, {sold_out} products ran out",
        report.updates.applied, report.seconds
    );
    print_stats("hides", hides);
    print_stats("price changes", prices);
}

/// Everything becomes dearer, and some of it runs out.
fn move_market(app: &Fixture) -> usize {
    let shop = app.simulator.shop("shop-1").expect("the shop");
    let shown = shop.items.into_iter().filter(|item| item.visible);
    let mut sold_out = 0;
    let changes = shown.enumerate().map(|(place, item)| {
        let runs_out = place % ONE_IN == 0;
        sold_out += usize::from(runs_out);
        MarketSet {
            in_stock: runs_out.then_some(false),
            price: (!runs_out).then_some(item.price * DEARER.0 / DEARER.1),
            asin: item.asin,
            ..MarketSet::default()
        }
    });
    let changes = changes.collect();
    app.simulator.set_market(changes).unwrap();
    sold_out
}

/// Milliseconds from the answer that showed the change to the shop's answer: of hides, and of other edits.
async fn latencies(app: &Fixture, begun: DateTime<Utc>) -> (Vec<i64>, Vec<i64>) {
    let url = format!("sqlite://{}", app.database().display());
    let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
    let changed = "SELECT a.visible, a.applied_at, o.first_seen_at
        FROM applied_states AS a
        JOIN listings AS l ON l.id = a.listing_id
        JOIN observations AS o ON o.asin = l.asin
        WHERE a.applied_at > $1 AND o.first_seen_at > $1";
    let since = begun.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let rows = sqlx::query(changed)
        .bind(since)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let (mut hides, mut rest) = (Vec::new(), Vec::new());
    for row in rows {
        let at = |column: &str| -> DateTime<Utc> { row.get::<String, _>(column).parse().unwrap() };
        let took = (at("applied_at") - at("first_seen_at")).num_milliseconds();
        if row.get::<i64, _>("visible") == 0 {
            hides.push(took);
        } else {
            rest.push(took);
        }
    }
    (hides, rest)
}

fn print_stats(what: &str, mut took: Vec<i64>) {
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    println!(
        "{what}: {} of them, p50 {} ms, p99 {} ms, longest {} ms",
        took.len(),
        at(50),
        at(99),
        at(100)
    );
}
