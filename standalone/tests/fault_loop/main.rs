//! A night of faults: producers and workers over Redis and `PostgreSQL`, and everything that can fail
//! does, again and again. In the end nothing is lost, nothing doubled, no quota exceeded.
//!
//! Lasts two minutes; `MISEBAN_FAULT_SECONDS` sets another time for a longer look, and
//! `MISEBAN_FAULT_SEED` another night. Prints what has happened.

#![expect(clippy::print_stdout, reason = "the figures are its result")]

mod crew;
mod servers;
mod street;
mod trouble;
#[path = "../../../worker/tests/vendors/mod.rs"]
mod vendors;

use adapters::store::SqlStore;
use crew::{Environment, Hand};
use servers::{Postgres, Redis};
use shared::domain::run::RunId;
use shared::ports::store::{RunRow, RunStore as _};
use simulator::{Config, QuotaChange, Quotas, Simulator};
use sqlx::{AnyConnection, Connection as _, Row as _};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

const OFFERS: &str = "getItemOffersBatch";
const LISTINGS: usize = 300;
const ACCOUNTS: usize = 3;
const WORKERS: usize = 4;
/// Requests a second that Amazon grants, here as there.
const RATE: f64 = 1.0;
/// The longest that one run may take in the midst of it all: it takes 20 s undisturbed.
const RUN_ENDS_WITHIN: Duration = Duration::from_secs(180);

/// The app, its servers and its vendors.
struct World {
    redis: Redis,
    postgres: Postgres,
    simulator: Arc<Simulator>,
    folder: tempfile::TempDir,
    environment: Environment,
    workers: Vec<Hand>,
    producers: Vec<Hand>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_night_of_faults_loses_nothing_and_doubles_nothing() {
    let lasts = Duration::from_secs(setting("MISEBAN_FAULT_SECONDS", 120));
    let mut world = World::open().await;
    let store = world.store().await;

    let follow = Follow {
        store: &store,
        start: world.command("producer"),
        simulator: Arc::clone(&world.simulator),
    };
    let (told, runs) = tokio::join!(
        world.trouble(lasts, setting("MISEBAN_FAULT_SEED", 1)),
        follow.run_after_run(lasts)
    );
    println!("{told:?}");
    let last = follow.one_more().await;

    let ledger = world.simulator.ledger();
    for (name, tally) in &ledger.operations {
        println!(
            "{name}: {} requests, {} accepted, {} refused, {} faulted",
            tally.requests, tally.accepted, tally.refused, tally.faulted
        );
    }
    for run in store.runs(false, 1_000).await.expect("runs") {
        every_asin_has_one_outcome(&store, &run).await;
    }
    println!("{runs} runs in the midst of it");
    world.shops_are_as_desired(last).await;
    world.the_quota_is_kept();
    world.everybody_ends().await;
}

/// A number of the environment.
fn setting(name: &str, otherwise: u64) -> u64 {
    let told = std::env::var(name).ok();
    told.map_or(otherwise, |told| told.parse().expect("a whole number"))
}

impl World {
    async fn open() -> Self {
        let simulator = Simulator::start(Config {
            catalog: LISTINGS,
            accounts: ACCOUNTS,
            seed: 3,
            quotas: Quotas::Published,
            ..Config::default()
        });
        let simulator = Arc::new(simulator.await.expect("the simulator starts"));
        let quota =
            serde_json::json!({"operation": "getItemOffersBatch", "rate": RATE, "burst": 1});
        let quota: QuotaChange = serde_json::from_value(quota).expect("a quota");
        simulator.set_quota(&quota).expect("a quota");
        let (redis, postgres) = (Redis::start().await, Postgres::start().await);
        let folder = vendors::folder(&simulator);
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut environment = vec![
            ("DATABASE_URL", postgres.url()),
            ("REDIS_URL", redis.url()),
            ("ACCOUNTS_FILE", path("accounts.toml")),
            ("SP_API_ITEM_OFFERS_RATE", RATE.to_string()),
        ];
        environment.extend(vendors::settings(&simulator));
        let mut world = Self {
            redis,
            postgres,
            simulator,
            folder,
            environment,
            workers: Vec::new(),
            producers: Vec::new(),
        };
        world.import();
        world.hire();
        world
    }

    fn import(&self) {
        let csv = self.folder.path().join("listings.csv");
        let mut import = self.command("miseban");
        let imported = import.args(["import", "listings"]).arg(csv).output();
        let imported = imported.expect("the program starts");
        assert!(imported.status.success(), "{imported:?}");
    }

    fn hire(&mut self) {
        let at = self.folder.path();
        let hand =
            |name: String, words: &[&'static str]| Hand::start(&name, words, &self.environment, at);
        self.workers = (1..=WORKERS)
            .map(|no| hand(format!("worker-{no}"), &["worker"]))
            .collect();
        self.producers = (1..=2)
            .map(|no| hand(format!("producer-{no}"), &["producer", "serve"]))
            .collect();
    }

    /// A program of the app with all its settings.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(servers::program(name));
        command.env_clear().envs(self.environment.iter().cloned());
        command
    }

    /// The database, past the street.
    async fn store(&self) -> SqlStore {
        SqlStore::open_existing(&self.postgres.direct)
            .await
            .expect("the database")
    }

    fn everybody_at_work(&mut self) {
        for hand in self.workers.iter_mut().chain(&mut self.producers) {
            hand.run();
        }
    }

    async fn everybody_ends(&self) {
        let all = || self.workers.iter().chain(&self.producers);
        all().for_each(|hand| hand.signal("TERM"));
        for hand in all() {
            assert!(
                hand.ends_within(Duration::from_secs(40)).await,
                "it hangs: {}",
                hand.last_words()
            );
        }
    }

    /// No call to a shop is refused. Of those to Amazon one in a hundred may be: a process that is
    /// frozen between its last look at the clock and the first byte sends when it thaws, and a machine
    /// that has more to do than it can lets requests come closer than they left.
    fn the_quota_is_kept(&self) {
        let ledger = self.simulator.detailed_ledger();
        let mut before = String::new();
        for line in ledger
            .detail
            .iter()
            .flatten()
            .filter(|line| line.operation == OFFERS)
        {
            if line.refused {
                println!("refused at {}, the one before came at {before}", line.at);
            }
            before.clone_from(&line.at);
        }
        for (name, tally) in &ledger.operations {
            let may_be = if name == OFFERS {
                tally.requests / 100
            } else {
                0
            };
            assert!(
                tally.refused <= may_be,
                "{name}: {} of {} refused",
                tally.refused,
                tally.requests
            );
        }
    }

    /// Each listing that is not held is in its shop what it should be.
    async fn shops_are_as_desired(&self, run: RunId) {
        let mut database = AnyConnection::connect(&self.postgres.direct)
            .await
            .expect("the database");
        let desired = "SELECT l.account_id, l.item_id, d.price_yen, d.visible, d.stock
            FROM listings AS l INNER JOIN desired_states AS d ON d.listing_id = l.id
            WHERE l.status = 'listed' AND d.hold_reason IS NULL";
        let rows = sqlx::query(desired)
            .fetch_all(&mut database)
            .await
            .expect("rows");
        assert!(rows.len() > LISTINGS / 2, "{} desired states", rows.len());
        let shops: Vec<_> = (1..=ACCOUNTS)
            .filter_map(|no| self.simulator.shop(&format!("shop-{no}")))
            .collect();
        let mut different = Vec::new();
        for row in &rows {
            let (account, item): (String, i64) = (row.get(0), row.get(1));
            let (price, visible, stock): (i64, i64, Option<i64>) =
                (row.get(2), row.get(3), row.get(4));
            let shop = shops
                .iter()
                .find(|shop| shop.account == account)
                .expect("a shop");
            let shown = shop
                .items
                .iter()
                .find(|shown| i64::try_from(shown.item_id) == Ok(item))
                .expect("an item");
            let right = shown.price == price
                && shown.visible == (visible == 1)
                && stock.is_none_or(|stock| stock == shown.stock);
            if !right {
                different.push(format!(
                    "{account} {item}: {price} {visible} {stock:?}, shown {shown:?}"
                ));
            }
        }
        assert!(
            different.is_empty(),
            "after run {run:?}: {}",
            different.join("\n")
        );
        println!(
            "{} listings are in their shops as they should be",
            rows.len()
        );
    }
}

/// Starts runs and waits for their ends.
struct Follow<'a> {
    store: &'a SqlStore,
    start: Command,
    simulator: Arc<Simulator>,
}

impl Follow<'_> {
    /// One run after the other until `lasts` is over and the last one has ended; returns how many.
    async fn run_after_run(&self, lasts: Duration) -> u32 {
        let begun = Instant::now();
        let mut runs = 0;
        while begun.elapsed() < lasts {
            self.simulator.move_market(6);
            let run = self.open_run().await;
            self.ended(run.id).await;
            runs += 1;
        }
        runs
    }

    /// A whole run without trouble.
    async fn one_more(&self) -> RunId {
        let run = self.open_run().await;
        self.ended(run.id).await;
        run.id
    }

    /// The run that is open, or a new one.
    async fn open_run(&self) -> RunRow {
        let begun = Instant::now();
        loop {
            let open = self.store.runs(true, 1).await.unwrap_or_default();
            if let Some(run) = open.into_iter().next() {
                return run;
            }
            assert!(begun.elapsed() < RUN_ENDS_WITHIN, "no run can be started");
            let mut start = Command::new(self.start.get_program());
            for (name, value) in self.start.get_envs() {
                start.env(name, value.unwrap_or_default());
            }
            start.args(["run", "price-stock"]);
            // What fails now, since Redis is away or somebody else was faster, is tried again.
            tokio::task::spawn_blocking(move || start.output())
                .await
                .expect("no panic")
                .expect("the program starts");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn ended(&self, run: RunId) {
        let begun = Instant::now();
        loop {
            // A database that is away says nothing about the run.
            if let Ok(Some(row)) = self.store.run(run).await
                && !row.state.is_open()
            {
                return;
            }
            assert!(
                begun.elapsed() < RUN_ENDS_WITHIN,
                "run {run} hangs: {:?}",
                self.store.run_view(run).await
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn every_asin_has_one_outcome(store: &SqlStore, run: &RunRow) {
    let report = store
        .report(run.id, chrono::Utc::now())
        .await
        .expect("the database")
        .expect("a report");
    let told = serde_json::to_string(&report).expect("JSON");
    println!("{told}");
    assert_eq!(report.state.as_str(), "done", "{told}");
    assert_eq!(report.outcomes.total(), report.asins, "{told}");
    assert_eq!(
        report.backfill.success + report.backfill.failed,
        report.backfill.asins,
        "{told}"
    );
}
