//! Programs on machines whose clocks are wrong: they say so, work by the clock of the database, and do
//! not work at all when it is off by more than a minute.

use crate::shifted_clock::ShiftedClock;
use crate::world::{Program, World};
use adapters::store::SqlStore;
use chrono::TimeDelta;
use shared::domain::asin::Asin;
use shared::ports::store::{
    AccountStore as _, BatchStore as _, LeaseStore as _, RunQueries as _, UpdateStore as _,
};
use simulator::MarketSet;

const DAY: i64 = 24 * 3_600;

/// A program on a machine whose clock is so many seconds ahead.
fn start_ahead(world: &World, seconds: i64, name: &str, words: &[&str]) -> (Program, ShiftedClock) {
    let clock = ShiftedClock::right(world.folder(), &format!("{name}-clock"));
    clock.set_ahead(seconds);
    let mut command = world.command(name, words);
    command.envs(clock.environment());
    (world.start(command), clock)
}

async fn store(world: &World) -> SqlStore {
    SqlStore::open_existing(&world.database)
        .await
        .expect("the database")
}

/// Sells out the first `sold_out` products, of which all others are in stock.
fn sell_out(world: &World, listings: usize, sold_out: usize) -> Vec<String> {
    let set = (0..listings).map(|no| MarketSet {
        asin: world.simulator.asin(no),
        price: (no >= sold_out).then_some(1_000),
        in_stock: Some(no >= sold_out),
        ..MarketSet::default()
    });
    world.simulator.set_market(set.collect()).expect("a market");
    (0..sold_out).map(|no| world.simulator.asin(no)).collect()
}

fn shown(world: &World, asins: &[String]) -> usize {
    let shops = ["shop-1", "shop-2"].map(|shop| world.simulator.shop(shop).expect("a shop"));
    let items = shops.iter().flat_map(|shop| &shop.items);
    items
        .filter(|item| item.visible && asins.contains(&item.asin))
        .count()
}

async fn run_to_end(world: &World) {
    let run = world.start(world.command("miseban", &["run", "price-stock"]));
    run.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_program_whose_clock_is_off_by_more_than_a_minute_works() {
    let world = World::open(20).await;
    for (seconds, off) in [(DAY, "24 h 0 min ahead of"), (-300, "5 min 0 s behind")] {
        for (name, words) in [
            ("worker", &[][..]),
            ("producer", &["serve"]),
            ("producer", &["run", "price-stock"]),
            ("miseban", &["run", "price-stock"]),
        ] {
            let (program, _) = start_ahead(&world, seconds, name, words);
            let output = program.ends_with(1).await;

            let expected = format!("the clock of this machine is {off} that of PostgreSQL");
            assert!(output.contains(&expected), "{name}: {output}");
        }
    }
    let runs = store(&world).await.runs(false, 9).await.expect("runs");
    assert_eq!(runs.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_are_half_a_minute_off_say_so_and_hide_what_sells_out() {
    let world = World::open(60).await;
    let (ahead, _ahead) = start_ahead(&world, 40, "worker", &[]);
    sell_out(&world, 60, 0);
    run_to_end(&world).await;
    ahead.signal("TERM");
    assert!(
        ahead
            .ends_with(143)
            .await
            .contains("s ahead of that of PostgreSQL")
    );
    let sold_out = sell_out(&world, 60, 5);
    let before = shown(&world, &sold_out);
    let (behind, _behind) = start_ahead(&world, -50, "worker", &[]);

    run_to_end(&world).await;

    assert_eq!((before, shown(&world, &sold_out)), (5, 0));
    behind.signal("TERM");
    assert!(
        behind
            .ends_with(143)
            .await
            .contains("s behind that of PostgreSQL")
    );
    let store = store(&world).await;
    let asin = Asin::parse(&sold_out[0]).expect("an ASIN");
    let product = store.products(&[asin]).await.expect("an answer")[&asin].clone();
    let age = store.clock().now() - product.stock.expect("a stock").at;
    assert!(age.num_seconds().abs() < 20, "{age}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_whose_clock_jumps_while_it_works_ends() {
    let world = World::open(20).await;
    for (name, words, jump) in [("worker", &[][..], DAY), ("producer", &["serve"], -DAY)] {
        let (program, clock) = start_ahead(&world, 0, name, words);
        program.until_page("/readyz", 200).await;

        clock.set_ahead(jump);

        let output = program.ends_with(1).await;
        assert!(output.contains("that of PostgreSQL"), "{output}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_of_tomorrow_left_behind_stops_nobody() {
    let world = World::open(40).await;
    let _worker = world.worker();
    sell_out(&world, 40, 0);
    run_to_end(&world).await;
    let (store, day) = (store(&world).await, TimeDelta::days(1));
    let tomorrow = store.clock().now() + day;
    let soon = tomorrow + TimeDelta::seconds(10);
    let taken = store
        .take_lease("producer/lead", "dead", tomorrow, soon)
        .await;
    assert!(taken.expect("an answer"));
    let sold_out = sell_out(&world, 40, 4);
    for asin in &sold_out {
        let asin = Asin::parse(asin).expect("an ASIN");
        let rows = store.listings(&[asin], None).await.expect("rows");
        let listing = rows[0].listing.id;
        let begun = store.begin_update(listing, tomorrow, soon).await;
        assert!(matches!(begun, Ok(Some(Ok(_)))), "{begun:?}");
    }
    for account in store.accounts().await.expect("accounts") {
        let parked = store.park(&account.id, tomorrow + day / 4).await;
        assert!(parked.expect("an answer"));
    }

    // It leads, and the worker edits.
    let _producer = world.start(world.command("producer", &["serve"]));
    let leads = async || {
        let until = store.lease_until("producer/lead").await.expect("an answer");
        until.is_some_and(|until| until < tomorrow)
    };
    crate::world::until(|| "the producer leads".to_owned(), leads).await;
    run_to_end(&world).await;

    assert_eq!(shown(&world, &sold_out), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_compares_the_clocks_and_reports_redis() {
    let world = World::open(20).await;
    let worker = world.worker();
    crate::world::until(
        || worker.output(),
        async || worker.output().contains("running jobs"),
    )
    .await;
    let (well, _clock) = start_ahead(&world, 0, "miseban", &["doctor"]);
    let output = well.ends_with(0).await;
    assert!(
        output.contains("ok  clock: right (compared with PostgreSQL, Redis)"),
        "{output}"
    );
    assert!(output.contains("ok  Redis: version "), "{output}");
    assert!(
        output.contains("maxmemory-policy noeviction, appendonly no"),
        "{output}"
    );

    for seconds in [7, DAY] {
        let (ill, _clock) = start_ahead(&world, seconds, "miseban", &["doctor"]);
        let output = ill.ends_with(1).await;
        assert!(
            output.contains("NG  clock: the clock of this machine is "),
            "{output}"
        );
        assert!(output.contains("ok  Amazon"), "{output}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_deletes_keys_is_reported_at_the_start_and_by_the_doctor() {
    let world = World::open(20).await;
    for (policy, memory) in [("allkeys-lru", "0"), ("volatile-ttl", "200mb")] {
        let set = |name, value| world.redis.say(&format!("CONFIG SET {name} {value}"));
        assert_eq!(set("maxmemory-policy", policy), "+OK\r\n");
        assert_eq!(set("maxmemory", memory), "+OK\r\n");

        let doctor = world.start(world.command("miseban", &["doctor"]));
        let (worker, producer) = (
            world.worker(),
            world.start(world.command("producer", &["serve"])),
        );

        let expected = format!("maxmemory-policy of Redis is {policy}");
        worker.until_said(&expected).await;
        producer.until_said(&expected).await;
        let output = doctor.ends_with(1).await;
        assert!(output.contains("NG  Redis: version "), "{output}");
        assert!(output.contains(&expected), "{output}");
    }
    world.redis.say("CONFIG SET maxmemory 1mb");
    let full = world
        .start(world.command("miseban", &["doctor"]))
        .ends_with(1)
        .await;
    assert!(full.contains("is nearly full"), "{full}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_that_redis_is_away() {
    let mut world = World::open(20).await;
    world.redis.kill();

    let output = world
        .start(world.command("miseban", &["doctor"]))
        .ends_with(1)
        .await;

    assert!(output.contains("NG  Redis: "), "{output}");
    assert!(output.contains("cannot be reached"), "{output}");
}
