//! Fault injection: producers and workers over Redis and `PostgreSQL`, while everything that can
//! fail fails repeatedly. In the end nothing is lost, nothing is done twice and no quota is
//! exceeded.
//!
//! Takes two minutes; `MISEBAN_FAULT_SECONDS` sets another time, and `MISEBAN_FAULT_SEED` another
//! sequence of faults. Prints what happened.

#![expect(clippy::print_stdout, reason = "the figures are its result")]

mod faults;
mod oracle;
mod process;
mod servers;
#[path = "../../../worker/tests/shifted_clock/mod.rs"]
mod shifted_clock;
#[path = "../../../adapters/tests/tcp_proxy/mod.rs"]
mod tcp_proxy;
#[path = "../../../worker/tests/vendors/mod.rs"]
mod vendors;

use adapters::clock::SystemClock;
use adapters::store::SqlStore;
use process::{Environment, Process};
use servers::{Postgres, Redis};
use shared::domain::run::RunId;
use shared::ports::clock::Clock as _;
use shared::ports::store::{ReportStore as _, RunQueries as _, RunRow};
use simulator::{Config, QuotaChange, Quotas, Simulator};
use sqlx::{AnyConnection, Connection as _, Row as _};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

const OFFERS: &str = "getItemOffersBatch";
const LISTINGS: usize = 300;
const ACCOUNTS: usize = 3;
const WORKERS: usize = 4;
/// Requests per second that Amazon grants, in the simulator and in the settings.
const RATE: f64 = 1.0;
/// The longest time of a run during faults; an undisturbed run takes 20 s.
const RUN_ENDS_WITHIN: Duration = Duration::from_secs(180);

/// The programs, their servers and simulated vendors.
struct Installation {
    redis: Redis,
    postgres: Postgres,
    simulator: Arc<Simulator>,
    folder: tempfile::TempDir,
    environment: Environment,
    workers: Vec<Process>,
    producers: Vec<Process>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_faults_lose_nothing_and_do_nothing_twice() {
    let lasts = Duration::from_secs(setting("MISEBAN_FAULT_SECONDS", 120));
    let mut installation = Installation::open().await;
    let store = installation.store().await;

    let follow = Follow {
        store: &store,
        start: installation.command("producer"),
        simulator: Arc::clone(&installation.simulator),
    };
    let (printed, runs) = tokio::join!(
        installation.inject_faults(lasts, setting("MISEBAN_FAULT_SEED", 1)),
        follow.run_after_run(lasts)
    );
    println!("{printed:?}");
    // Offers that fail the rule hide a listing at the second observation.
    follow.one_more().await;
    let last = follow.one_more().await;

    let ledger = installation.simulator.ledger();
    for (name, tally) in &ledger.operations {
        println!(
            "{name}: {} requests, {} accepted, {} refused, {} faulted",
            tally.requests, tally.accepted, tally.refused, tally.faulted
        );
    }
    for run in store.runs(false, 1_000).await.expect("runs") {
        every_asin_has_one_outcome(&store, &run).await;
    }
    println!("{runs} runs during the faults");
    installation.shops_are_as_desired(last).await;
    installation.items_are_as_the_market_demands();
    installation.the_quota_is_kept();
    installation.all_stop_on_sigterm().await;
}

/// A number from the environment.
fn setting(name: &str, otherwise: u64) -> u64 {
    let printed = std::env::var(name).ok();
    printed.map_or(otherwise, |printed| {
        printed.parse().expect("a whole number")
    })
}

impl Installation {
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
        let mut installation = Self {
            redis,
            postgres,
            simulator,
            folder,
            environment,
            workers: Vec::new(),
            producers: Vec::new(),
        };
        installation.import();
        installation.start_processes();
        installation
    }

    fn import(&self) {
        let csv = self.folder.path().join("listings.csv");
        let mut import = self.command("miseban");
        let imported = import.args(["import", "listings"]).arg(csv).output();
        let imported = imported.expect("the program starts");
        assert!(imported.status.success(), "{imported:?}");
    }

    fn start_processes(&mut self) {
        let at = self.folder.path();
        let process = |name: String, words: &[&'static str]| {
            Process::start(&name, words, &self.environment, at)
        };
        self.workers = (1..=WORKERS)
            .map(|no| process(format!("worker-{no}"), &["worker"]))
            .collect();
        self.producers = (1..=2)
            .map(|no| process(format!("producer-{no}"), &["producer", "serve"]))
            .collect();
    }

    /// A program with all its settings.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(servers::program(name));
        command.env_clear().envs(self.environment.iter().cloned());
        command
    }

    /// The database, without the proxy.
    async fn store(&self) -> SqlStore {
        SqlStore::open_existing(&self.postgres.direct)
            .await
            .expect("the database")
    }

    fn restart_stopped(&mut self) {
        for process in self.workers.iter_mut().chain(&mut self.producers) {
            process.run();
        }
    }

    async fn all_stop_on_sigterm(&self) {
        let all = || self.workers.iter().chain(&self.producers);
        all().for_each(|process| process.signal("TERM"));
        for process in all() {
            assert!(
                process.ends_within(Duration::from_secs(40)).await,
                "does not stop: {}",
                process.log_tail()
            );
        }
    }

    /// No call to a shop is refused. One call in a hundred to Amazon may be: a process may be
    /// frozen between reading the clock and sending, and on a busy machine requests arrive closer
    /// together than they were sent.
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

    /// Each listing that is not held equals its desired state in the shop.
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
        println!("{} listings equal their desired state", rows.len());
    }
}

/// Starts runs and waits for their ends.
struct Follow<'a> {
    store: &'a SqlStore,
    start: Command,
    simulator: Arc<Simulator>,
}

impl Follow<'_> {
    /// Runs one after the other until `lasts` is over and the last run has ended; returns their
    /// number.
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

    /// A whole run without faults.
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
            // A failed start (Redis unavailable, or another run was faster) is retried.
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
            // An unavailable database says nothing about the run.
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
        .report(run.id, SystemClock.now())
        .await
        .expect("the database")
        .expect("a report");
    let printed = serde_json::to_string(&report).expect("JSON");
    println!("{printed}");
    assert_eq!(report.state.as_str(), "done", "{printed}");
    assert_eq!(report.outcomes.total(), report.asins, "{printed}");
    assert_eq!(
        report.backfill.success + report.backfill.failed,
        report.backfill.asins,
        "{printed}"
    );
}
