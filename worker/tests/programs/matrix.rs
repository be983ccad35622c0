//! Every command in every mode: one process on `SQLite`, and many over `PostgreSQL` and Redis, each
//! with dry and real runs. The same shops and the same market give the same results.

use crate::world::{Program, World};
use serde_json::{Map, Value};
use simulator::MarketSet;
use std::process::{Output, Stdio};

const LISTINGS: usize = 60;

/// A mode of working, with shops of its own that are equal to those of the others.
struct Mode {
    name: &'static str,
    world: World,
    /// Works for `miseban` where processes share a queue.
    worker: Option<Program>,
}

impl Mode {
    async fn one_process() -> Self {
        let mode = Self {
            name: "SQLite",
            world: World::open(LISTINGS).await,
            worker: None,
        };
        let imported = mode.runs(&["import", "listings", "listings.csv"]).await;
        assert_eq!(imported.status.code(), Some(0));
        mode
    }

    async fn many_processes() -> Self {
        let world = World::open(LISTINGS).await;
        let worker = world.worker();
        worker.until_page("/readyz", 200).await;
        Self {
            name: "PostgreSQL and Redis",
            world,
            worker: Some(worker),
        }
    }

    async fn runs(&self, arguments: &[&str]) -> Output {
        let mut command = self.world.command("miseban", arguments);
        if self.worker.is_none() {
            command
                .env("DATABASE_URL", "sqlite://miseban.db")
                .env_remove("REDIS_URL");
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let run = tokio::task::spawn_blocking(move || command.output());
        run.await.expect("no panic").expect("the program starts")
    }

    /// The exit code, and the JSON without what differs by chance.
    async fn result(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.runs(arguments).await;
        let json = serde_json::from_slice(&output.stdout).ok();
        assert!(
            json.is_some() || !arguments.contains(&"--json"),
            "{}: {arguments:?}: {}",
            self.name,
            String::from_utf8_lossy(&output.stderr)
        );
        (output.status.code(), json.map_or(Value::Null, steady))
    }
}

/// Times, ids and measured durations differ from mode to mode.
fn steady(value: Value) -> Value {
    const BY_CHANCE: [&str; 13] = [
        "programs",
        "run_id",
        "run",
        "id_of_run",
        "seconds",
        "permit_wait_seconds",
        "quota_used",
        "lanes",
        "listing",
        "listing_id",
        "requests",
        "version",
        "lane",
    ];
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(name, value)| {
                let time = value
                    .as_str()
                    .is_some_and(|text| text.len() > 10 && text.starts_with("20"));
                !BY_CHANCE.contains(&name.as_str()) && !time
            });
            Value::Object(
                kept.map(|(name, value)| (name, steady(value)))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(values) => {
            let mut values: Vec<Value> = values.into_iter().map(steady).collect();
            // Lists follow the order of the work.
            values.sort_by_key(Value::to_string);
            Value::Array(values)
        }
        other => other,
    }
}

/// All commands that end by themselves, in an order in which each has something to do.
const COMMANDS: &[&[&str]] = &[
    &["import", "listings", "listings.csv", "--json"],
    &["migrate"],
    &["doctor"],
    &["accounts", "check", "--json"],
    &["accounts", "ls", "--json"],
    &["validate", "--json"],
    &["run", "price-stock", "--dry-run", "--json"],
    &["validate", "--json"],
    &["run", "price-stock", "--json"],
    &["validate", "--json"],
    &["run", "stale", "--dry-run", "--json"],
    &["run", "stale", "--json"],
    &["run", "visibility", "--dry-run", "--json"],
    &["run", "visibility", "--json"],
    &["run", "basic-info", "--dry-run", "--json"],
    &["run", "basic-info", "--json"],
    &["change the market"],
    &["run", "price-stock", "--dry-run", "--json"],
    &["run", "visibility", "--dry-run", "--json"],
    &["run", "price-stock", "--account", "shop-1", "--json"],
    &[
        "run",
        "price-stock",
        "--max-items",
        "20",
        "--dry-run",
        "--json",
    ],
    &["validate", "--json"],
    &["reconcile", "--json"],
    &["import", "shop", "--dry-run", "--json"],
    &["import", "shop", "--json"],
    &[
        "register",
        "new.txt",
        "--account",
        "shop-1",
        "--dry-run",
        "--json",
    ],
    &["register", "new.txt", "--account", "shop-1", "--json"],
    &["report", "--json"],
    &["changes", "--json"],
    &["explain", "EXAMPLE", "--json"],
    &["status", "--json"],
    &["notify"],
    &["release", "no-run"],
    &["cancel", "no-run"],
    &["accounts", "refresh", "shop-1"],
];

fn change_the_market(mode: &Mode) {
    let change = |number: usize, price: Option<i64>, in_stock: bool| MarketSet {
        asin: mode.world.simulator.asin(number),
        price,
        in_stock: Some(in_stock),
        ..MarketSet::default()
    };
    let changes = vec![change(1, Some(4_321), true), change(2, None, false)];
    mode.world.simulator.set_market(changes).expect("a change");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_gives_the_same_result_in_every_mode() {
    let modes = [Mode::one_process().await, Mode::many_processes().await];
    for mode in &modes {
        mode.world.write("new.txt", "B0NEWITEM1\nB0ZZZZZZZZ\n");
    }

    let mut differences = Vec::new();
    for command in COMMANDS {
        if command[0] == "change the market" {
            modes.iter().for_each(change_the_market);
            continue;
        }
        let mut results = Vec::new();
        for mode in &modes {
            let asin = mode.world.simulator.asin(1);
            let with_asin = |word: &&'static str| {
                if *word == "EXAMPLE" {
                    asin.clone()
                } else {
                    (*word).to_owned()
                }
            };
            let words: Vec<String> = command.iter().map(with_asin).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            results.push((mode.name, mode.result(&words).await));
        }
        let [(one, first), (other, second)] = &results[..] else {
            panic!("two modes");
        };

        if first != second {
            differences.push(format!(
                "{command:?}\n{one}: {first:?}\n{other}: {second:?}"
            ));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_changes_nothing_in_any_mode() {
    for mode in [Mode::one_process().await, Mode::many_processes().await] {
        let before = mode.world.simulator.shop("shop-1").expect("a shop").items;
        let (_, validated) = mode.result(&["validate", "--json"]).await;

        for kind in ["price-stock", "stale", "visibility", "basic-info"] {
            let (code, report) = mode.result(&["run", kind, "--dry-run", "--json"]).await;
            assert_eq!(code, Some(0), "{}: {kind}: {report}", mode.name);
        }

        let (_, after) = mode.result(&["validate", "--json"]).await;
        let items = mode.world.simulator.shop("shop-1").expect("a shop").items;
        assert_eq!(validated, after, "{}", mode.name);
        assert_eq!(before, items, "{}", mode.name);
        let (_, status) = mode.result(&["status", "--json"]).await;
        assert_eq!(
            status["last_runs"],
            Value::Array(Vec::new()),
            "{}",
            mode.name
        );
    }
}
