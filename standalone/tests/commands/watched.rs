//! A watcher outside that gets a request after each run, and runs without credentials of Amazon.

use crate::accounts::{SimulatedShops, err, out};
use adapters::clock::SystemClock;
use chrono::{TimeDelta, Timelike as _};
use serde_json::{Value, json};
use shared::ports::clock::Clock as _;
use simulator::{Fault, FaultKind, MarketSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

/// A server that keeps the first line of each request, and answers 200.
#[derive(Clone, Default)]
struct Watcher(Arc<Mutex<Vec<String>>>);

impl Watcher {
    /// Its address, in which `secret` is a secret.
    fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = self.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut line = String::new();
                BufReader::new(&stream).read_line(&mut line).unwrap();
                seen.0.lock().unwrap().push(line.trim().to_owned());
                let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nOK";
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        format!("http://{address}/ping/secret")
    }

    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// The shops with their listings, and a command that the watcher watches.
async fn watched(watcher: &Watcher) -> (SimulatedShops, String) {
    let shops = SimulatedShops::open("").await;
    let listings = shops.simulator.listings_csv();
    let first = listings.lines().filter(|line| !line.starts_with("shop-2"));
    let first = first.collect::<Vec<_>>().join("\n");
    std::fs::write(shops.path("listings.csv"), first).unwrap();
    let imported = shops.run(&["import", "listings", "listings.csv"]).await;
    assert_eq!(imported.status.code(), Some(0), "{}", err(&imported));
    (shops, watcher.start())
}

fn with_credentials(command: &mut Command, shops: &SimulatedShops) {
    command
        .env("SP_API_BASE_URL", shops.simulator.url())
        .env("LWA_BASE_URL", shops.simulator.url())
        .env("LWA_APP_ID", "amzn1.application-oa2-client.example")
        .env("LWA_CLIENT_SECRET", "amzn1.oa2-cs.v1.example")
        .env("REFRESH_TOKEN", "Atzr|example");
}

async fn output(mut command: Command) -> Output {
    let work = tokio::task::spawn_blocking(move || command.output());
    work.await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_outside_is_told_how_each_run_ended_and_the_address_is_shown_nowhere() {
    let watcher = Watcher::default();
    let (shops, url) = watched(&watcher).await;
    let run = async |address: &str| {
        let mut command = shops.command(&["run", "price-stock"]);
        with_credentials(&mut command, &shops);
        command.env("HEARTBEAT_URL", address);
        let ended = output(command).await;
        let shown = format!("{}{}", out(&ended), err(&ended));
        assert!(!shown.contains("/ping/secret"), "{shown}");
        ended.status.code()
    };

    assert_eq!(run(&url).await, Some(0));
    assert_eq!(watcher.seen(), ["GET /ping/secret HTTP/1.1"]);
    let refused = Fault::new("getItemOffersBatch", FaultKind::Forbidden);
    shops.simulator.add_fault(refused).unwrap();
    assert_eq!(run(&url).await, Some(1));
    assert_eq!(watcher.seen(), ["GET /ping/secret/fail HTTP/1.1"]);

    // A watcher that cannot be reached changes nothing.
    shops.simulator.clear_faults();
    assert_eq!(run("http://127.0.0.1:9/ping/secret").await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_outside_of_its_hours_is_a_success_and_a_dry_run_has_no_hours() {
    let watcher = Watcher::default();
    let (shops, url) = watched(&watcher).await;
    let hour = (SystemClock.now() + TimeDelta::hours(9)).hour();
    let later = (hour + 6) % 24;
    let closed = format!("{later}-{}", later + 1);
    let everything_costs = |yen| {
        let set = |number| MarketSet {
            asin: shops.simulator.asin(number),
            price: Some(yen),
            in_stock: Some(true),
            ..MarketSet::default()
        };
        let all = (0..20).map(set).collect();
        shops.simulator.set_market(all).unwrap();
    };
    let run_in = async |hours: &str, arguments: &[&str]| {
        let mut command = shops.command(arguments);
        with_credentials(&mut command, &shops);
        command.env("HEARTBEAT_URL", &url);
        command.env("RUN_HOURS", hours);
        let ended = output(command).await;
        (ended.status.code(), out(&ended))
    };
    let run = async |arguments: &[&str]| run_in(&closed, arguments).await;
    everything_costs(2_000);
    let day = run_in("0-24", &["run", "price-stock"]).await;
    assert_eq!((day.0, watcher.seen().len()), (Some(0), 1), "{}", day.1);
    // The shop asks 2,600 yen, which is no loss.
    everything_costs(2_200);
    let dry = run(&["run", "price-stock", "--dry-run", "--json"]).await;
    let live = run(&["run", "price-stock", "--json"]).await;
    let report = run(&["report"]).await.1;

    let counts = |text: &str| serde_json::from_str::<Value>(text).unwrap()["updates"].clone();
    let (would, done) = (counts(&dry.1), counts(&live.1));
    assert_eq!((dry.0, live.0), (Some(0), Some(0)), "{report}");
    assert_eq!(
        (&would["parked"], &would["for_hours"]),
        (&json!(0), &json!(0))
    );
    let waits = done["for_hours"].as_u64().unwrap();
    let applied = done["applied"].as_u64().unwrap();
    assert!(waits > 0, "{done}");
    assert_eq!(would["applied"], waits + applied);
    assert!(report.contains("for RUN_HOURS, as it is set"), "{report}");
    assert_eq!(watcher.seen(), ["GET /ping/secret HTTP/1.1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_visibility_goes_on_and_the_other_kinds_name_what_is_missing() {
    let watcher = Watcher::default();
    let (shops, _) = watched(&watcher).await;
    let mut first = shops.command(&["run", "price-stock"]);
    with_credentials(&mut first, &shops);
    assert_eq!(output(first).await.status.code(), Some(0));

    let visibility = shops.run(&["run", "visibility"]).await;
    let dry = shops.run(&["run", "visibility", "--dry-run"]).await;
    let price = shops.run(&["run", "price-stock"]).await;

    assert_eq!(visibility.status.code(), Some(0), "{}", err(&visibility));
    assert!(
        out(&visibility).contains("cache hits"),
        "{}",
        out(&visibility)
    );
    assert_eq!(dry.status.code(), Some(0), "{}", err(&dry));
    assert_eq!(price.status.code(), Some(2));
    assert!(err(&price).contains("REFRESH_TOKEN"), "{}", err(&price));
}
