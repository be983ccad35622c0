//! The programs take over what an earlier release left behind: an open run, parked updates, a held
//! run, and the messages in Redis. `old_data/README.md` says how the data was made.

use crate::servers::{Redis, new_database};
use crate::world::{World, until};
use serde_json::Value;
use simulator::{Config, MarketSet, Quotas, Simulator};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const SQLITE: &str = include_str!("old_data/sqlite.sql");
const POSTGRES: &str = include_str!("old_data/postgres.sql");
const REDIS: &str = include_str!("old_data/redis.jsonl");
/// ASINs of `shop-1` that the held run hides, and ASINs of `shop-2` with a parked update.
const HIDDEN: usize = 30;
const PARKED: usize = 10;
/// Batches of the open run that were not done.
const BATCHES_LEFT: u64 = 2;
/// 5,000 yen at Amazon, times 1.3.
const NEW_PRICE: i64 = 6_500;

/// The exit codes that a command may have: the last run is long ago, so the status may call one overdue.
fn accepted(arguments: &[&str]) -> &'static [i32] {
    match arguments {
        ["status", ..] => &[0, 1],
        _ => &[0],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_finishes_what_an_earlier_release_left_in_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("miseban.db");
    let url = format!("sqlite://{}", file.display());
    load(&format!("{url}?mode=rwc"), SQLITE).await;
    let world = World::over(Redis::planned(&[]), url, vendors().await);
    let miseban = async |arguments: &[&str]| {
        let mut command = world.command("miseban", arguments);
        command.env_remove("REDIS_URL");
        let program = world.start(command);
        program.ends_with_one_of(accepted(arguments)).await
    };

    miseban(&["migrate"]).await;
    assert_eq!(
        open_runs(&json(&miseban(&["status", "--json"]).await)),
        ["basic-info running", "price-stock held"]
    );
    let resumed = json(&miseban(&["run", "basic-info", "--resume", "--json"]).await);
    let held = held_run(&json(&miseban(&["status", "--json"]).await));
    miseban(&["release", &held]).await;
    // The parked updates are due again with the next run.
    miseban(&["run", "price-stock", "--json"]).await;

    assert_eq!(
        (&resumed["state"], &resumed["asins"]),
        (&"done".into(), &80.into())
    );
    assert_eq!(catalogue_requests(&world), BATCHES_LEFT);
    assert_shops_are_up_to_date(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_finish_what_an_earlier_release_left_in_postgresql_and_redis() {
    let mut redis = Redis::planned(&[]);
    redis.start_again();
    replay(&redis, REDIS);
    let database = new_database().await;
    load(&database, POSTGRES).await;
    let world = World::over(redis, database, vendors().await);
    let miseban = async |arguments: &[&str]| {
        let program = world.start(world.command("miseban", arguments));
        program.ends_with_one_of(accepted(arguments)).await
    };
    let runs = async || open_runs(&json(&miseban(&["status", "--json"]).await));

    miseban(&["migrate"]).await;
    assert_eq!(runs().await, ["basic-info running", "price-stock held"]);
    let _worker = world.worker();
    let only_the_held_one = async || runs().await == ["price-stock held"];
    until(|| "the open run to be done".to_owned(), only_the_held_one).await;
    let held = held_run(&json(&miseban(&["status", "--json"]).await));
    miseban(&["release", &held]).await;
    until(
        || "the held run to be done".to_owned(),
        async || runs().await.is_empty(),
    )
    .await;

    assert_eq!(catalogue_requests(&world), BATCHES_LEFT);
    assert_shops_are_up_to_date(&world);
}

/// The vendors as they were when the earlier release was killed. Tokens that BASE gave out then are
/// unknown to it, as they would be after a month.
async fn vendors() -> Simulator {
    let simulator = Simulator::start(Config {
        catalog: 80,
        accounts: 2,
        seed: 7,
        quotas: Quotas::Off,
        ..Config::default()
    });
    let simulator = simulator.await.expect("the simulator starts");
    let sold_out = asins(&simulator, "shop-1").into_iter().take(HIDDEN);
    let dearer = asins(&simulator, "shop-2").into_iter().take(PARKED);
    let sold_out = sold_out.map(|asin| MarketSet {
        asin,
        in_stock: Some(false),
        ..MarketSet::default()
    });
    let dearer = dearer.map(|asin| MarketSet {
        asin,
        price: Some(5_000),
        ..MarketSet::default()
    });
    let market = sold_out.chain(dearer).collect();
    simulator.set_market(market).expect("the market");
    simulator
}

/// The ASINs that a shop lists, in the order of the import.
fn asins(simulator: &Simulator, shop: &str) -> Vec<String> {
    let csv = simulator.listings_csv();
    let rows = csv.lines().skip(1).map(|line| line.split(',').collect());
    let rows = rows.filter(|row: &Vec<&str>| row[0] == shop);
    rows.map(|row| row[1].to_owned()).collect()
}

/// Runs a dump on an empty database. The tokens in it are not the simulator's: a shop begins with the
/// token of the accounts file.
async fn load(url: &str, dump: &str) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.expect("a connection");
    for script in [dump, "DELETE FROM tokens"] {
        let ran = sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection);
        ran.await.expect("the dump is loaded");
    }
    connection.close().await.expect("closed");
}

/// Sends each line, a JSON array of words, as a command.
fn replay(redis: &Redis, commands: &str) {
    let address = redis.url().replace("redis://", "");
    let mut connection = TcpStream::connect(address).expect("a connection");
    let mut answers = 0;
    for line in commands.lines() {
        let words: Vec<String> = serde_json::from_str(line).expect("words");
        let mut command = format!("*{}\r\n", words.len());
        for word in words {
            write!(command, "${}\r\n{word}\r\n", word.len()).expect("written");
        }
        connection.write_all(command.as_bytes()).expect("sent");
        answers += 1;
    }
    connection
        .shutdown(std::net::Shutdown::Write)
        .expect("the end");
    let mut output = String::new();
    connection.read_to_string(&mut output).expect("the answers");
    assert!(!output.contains('-'), "{output}");
    assert_eq!(output.lines().count(), answers);
}

fn json(text: &str) -> Value {
    let line = text.lines().find(|line| line.starts_with('{'));
    serde_json::from_str(line.expect("an object")).expect("JSON")
}

/// Kind and state of each open run.
fn open_runs(status: &Value) -> Vec<String> {
    let word = |run: &Value, name: &str| run[name].as_str().expect("a word").to_owned();
    let runs = status["open_runs"].as_array().expect("a list").iter();
    let mut runs: Vec<String> = runs
        .map(|run| format!("{} {}", word(run, "kind"), word(run, "state")))
        .collect();
    runs.sort();
    runs
}

fn held_run(status: &Value) -> String {
    let mut runs = status["open_runs"].as_array().expect("a list").iter();
    let held = runs.find(|run| run["state"] == "held");
    held.expect("a held run")["run_id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

fn catalogue_requests(world: &World) -> u64 {
    world.simulator.ledger().operations["searchCatalogItems"].accepted
}

fn assert_shops_are_up_to_date(world: &World) {
    let hidden = asins(&world.simulator, "shop-1");
    let dearer = asins(&world.simulator, "shop-2");
    let items = |shop: &str| world.simulator.shop(shop).expect("a shop").items;
    for item in items("shop-1") {
        let sold_out = hidden[..HIDDEN].contains(&item.asin);
        assert_eq!(item.visible, !sold_out, "{item:?}");
    }
    for item in items("shop-2") {
        let dearer = dearer[..PARKED].contains(&item.asin);
        assert_eq!(item.price == NEW_PRICE, dearer, "{item:?}");
    }
}
