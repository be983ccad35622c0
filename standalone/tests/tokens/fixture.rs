//! Four workers with four concurrent jobs each, two shops, and prices that change in every run.

use crate::TIMEOUT;
use crate::process::{Environment, Process};
use crate::servers::{Postgres, Redis, program};
use crate::vendors;
use adapters::clock::SystemClock;
use adapters::store::SqlStore;
use chrono::{TimeDelta, Utc};
use shared::domain::report::Report;
use shared::domain::run::{RunId, RunState};
use shared::ports::clock::Clock as _;
use shared::ports::store::{AccountStore as _, ReportStore as _, RunQueries as _, TokenStore as _};
use simulator::{Config, Fault, FaultKind, MarketSet, Quotas, Simulator};
use sqlx::{AnyConnection, Connection as _, Executor as _, Row as _};
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

pub const EDIT: &str = "items/edit";
pub const SHOPS: [&str; 2] = ["shop-1", "shop-2"];
pub const LISTINGS: usize = 300;
const WORKERS: usize = 4;
/// Duration of an edit at BASE, long enough that all jobs are running when a token expires.
const EDIT_TAKES_MS: u64 = 100;
/// Amazon's price in the first run, and how much it rises with each: every item is edited in every
/// run.
const FIRST_PRICE: i64 = 30_000;
const RISES_BY: i64 = 3_000;
/// After this many runs the prices start again, since the shops accept at most 100,000 yen.
const PRICES: i64 = 15;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The app with its servers and vendors.
pub struct Fixture {
    pub simulator: Simulator,
    workers: Vec<Process>,
    store: SqlStore,
    environment: Environment,
    runs: AtomicI64,
    postgres: Postgres,
    _redis: Redis,
    _folder: tempfile::TempDir,
}

/// A row of `tokens` that others cannot write while this exists.
pub struct LockedRow {
    connection: AnyConnection,
    since: chrono::DateTime<Utc>,
}

impl LockedRow {
    pub async fn release(mut self) {
        self.connection.execute("ROLLBACK").await.expect("released");
    }
}

impl Fixture {
    /// Running programs; access tokens live `base_access_seconds`.
    pub async fn open(base_access_seconds: u32) -> Self {
        let simulator = Simulator::start(Config {
            catalog: LISTINGS,
            accounts: SHOPS.len(),
            quotas: Quotas::Off,
            base_access_seconds,
            ..Config::default()
        });
        let simulator = simulator.await.expect("the simulator starts");
        let slow = Fault {
            millis: Some(EDIT_TAKES_MS),
            ..Fault::new(EDIT, FaultKind::Slow)
        };
        simulator.add_fault(slow).expect("a fault");
        let (redis, postgres) = (Redis::start().await, Postgres::start().await);
        let folder = vendors::folder(&simulator);
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut environment = vec![
            ("DATABASE_URL", postgres.direct.clone()),
            ("REDIS_URL", redis.url()),
            ("ACCOUNTS_FILE", path("accounts.toml")),
            ("SP_API_ITEM_OFFERS_RATE", "unlimited".to_owned()),
        ];
        environment.extend(vendors::settings(&simulator));
        run_to_its_end(
            &environment,
            &["miseban", "import", "listings", &path("listings.csv")],
        );
        let mut database = connect(&postgres).await;
        let mut workers = Vec::new();
        for no in 1..=WORKERS {
            let name = format!("worker_{no}");
            workers.push(start_worker(&name, &environment, &mut database, folder.path()).await);
        }
        let store = SqlStore::open_existing(&postgres.direct).await;
        Self {
            simulator,
            workers,
            store: store.expect("the database"),
            environment,
            runs: AtomicI64::new(0),
            postgres,
            _redis: redis,
            _folder: folder,
        }
    }

    /// The status of each token request of a shop.
    pub fn renewals(&self, shop: &str) -> Vec<u16> {
        let ledger = self.simulator.detailed_ledger();
        let lines = ledger.detail.into_iter().flatten();
        lines
            .filter(|line| line.operation == "baseToken" && line.who.as_deref() == Some(shop))
            .map(|line| line.status)
            .collect()
    }

    /// Edits that BASE rejected.
    pub fn refused_edits(&self) -> u64 {
        let ledger = self.simulator.ledger();
        ledger.operations[EDIT].failed
    }

    /// Listings of a shop.
    pub fn listed(&self, shop: &str) -> u64 {
        self.simulator.shop(shop).expect("a shop").items.len() as u64
    }

    /// A run that changes each price, without a failure.
    pub async fn edits_everything(&self) {
        let report = self.whole_run().await;

        let all: u64 = SHOPS.iter().map(|shop| self.listed(shop)).sum();
        assert_eq!((report.updates.applied, report.updates.failed), (all, 0));
        for shop in SHOPS {
            self.shows_the_price(shop);
        }
    }

    pub async fn whole_run(&self) -> Report {
        let run = self.start_run().await;
        self.ended(run).await
    }

    /// Changes each price at Amazon, and starts a run.
    pub async fn start_run(&self) -> RunId {
        let price = price(self.runs.fetch_add(1, Ordering::Relaxed));
        let set = |number| MarketSet {
            asin: self.simulator.asin(number),
            price: Some(price),
            in_stock: Some(true),
            ..MarketSet::default()
        };
        let all = (0..LISTINGS).map(set).collect();
        self.simulator.set_market(all).expect("the market");
        let environment = self.environment.clone();
        let start = move || run_to_its_end(&environment, &["producer", "run", "price-stock"]);
        tokio::task::spawn_blocking(start).await.expect("started");
        let runs = self.store.runs(false, 1).await.expect("runs");
        runs.first().expect("the run").id
    }

    pub async fn ended(&self, run: RunId) -> Report {
        let begun = Instant::now();
        loop {
            let report = self.store.report(run, SystemClock.now()).await;
            let report = report.expect("the database").expect("a report");
            if !report.state.is_open() {
                let ended = [RunState::Done, RunState::Incomplete];
                assert!(ended.contains(&report.state), "{report:?}");
                return report;
            }
            let words = || {
                self.workers
                    .iter()
                    .map(Process::log_tail)
                    .collect::<String>()
            };
            assert!(begun.elapsed() < TIMEOUT, "{report:?}\n{}", words());
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// Each item of the shop is shown at the price of the last run.
    pub fn shows_the_price(&self, shop: &str) {
        let price = price(self.runs.load(Ordering::Relaxed) - 1) * 13 / 10;
        let items = self.simulator.shop(shop).expect("a shop").items;
        let wrong = items
            .iter()
            .find(|item| item.price != price || !item.visible);
        assert!(wrong.is_none(), "{shop} should ask for {price}: {wrong:?}");
    }

    /// Keeps others from writing the tokens of a shop.
    pub async fn lock_row(&self, shop: &str) -> LockedRow {
        let mut connection = connect(&self.postgres).await;
        connection.execute("BEGIN").await.expect("a transaction");
        let rows = sqlx::query("SELECT 1 FROM tokens WHERE owner = $1 FOR UPDATE");
        let rows = rows.bind(format!("base/{shop}")).fetch_all(&mut connection);
        assert_eq!(rows.await.expect("held").len(), 1);
        LockedRow {
            connection,
            since: SystemClock.now(),
        }
    }

    /// Waits until the next update of each shop will refresh its token.
    pub async fn tokens_are_due(&self) {
        let begun = Instant::now();
        loop {
            let ages = self.store.token_ages().await.expect("tokens");
            let soon = SystemClock.now() + TimeDelta::seconds(60);
            if ages.iter().all(|age| age.access_expires_at <= soon) {
                return;
            }
            assert!(begun.elapsed() < TIMEOUT, "{ages:?}");
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// The worker that waits to store the new token in `row`, after `other` has got its own new
    /// token.
    pub async fn waits_for(&self, row: &LockedRow, other: &str) -> String {
        let mut database = connect(&self.postgres).await;
        let waiting = "SELECT CAST(usename AS TEXT) FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO tokens%'";
        let begun = Instant::now();
        loop {
            let ages = self.store.token_ages().await.expect("tokens");
            let owner = format!("base/{other}");
            let is_new = ages
                .iter()
                .any(|age| age.owner == owner && age.refreshed_at > row.since);
            let found = sqlx::query(waiting).fetch_optional(&mut database).await;
            if let Some(found) = found.expect("an answer").filter(|_| is_new) {
                return found.get(0);
            }
            assert!(begun.elapsed() < TIMEOUT, "no worker waits for the row");
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// Kills a worker and its database sessions, since a statement that waits for a lock would
    /// still be executed.
    pub async fn kill(&mut self, worker: &str) {
        let no: usize = worker
            .trim_start_matches("worker_")
            .parse()
            .expect("a worker");
        let process = &self.workers[no - 1];
        process.signal("KILL");
        assert!(process.ends_within(TIMEOUT).await);
        let mut database = connect(&self.postgres).await;
        let left =
            "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = $1";
        let begun = Instant::now();
        loop {
            let left = sqlx::query(left)
                .bind(worker)
                .fetch_one(&mut database)
                .await;
            if left.expect("an answer").get::<i64, _>(0) == 0 {
                return;
            }
            assert!(begun.elapsed() < TIMEOUT, "{worker} is still connected");
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// Expires the lease of a shop.
    pub async fn lease_is_over(&self, shop: &str) {
        let mut database = connect(&self.postgres).await;
        let over = "UPDATE leases SET until = '1970-01-01T00:00:00.000Z' WHERE name = $1";
        let over = sqlx::query(over).bind(format!("base/{shop}"));
        let done = over.execute(&mut database).await.expect("written");
        assert_eq!(done.rows_affected(), 1, "the lease was not held");
    }

    /// The shops that must be authorised again.
    pub async fn reauthorise(&self) -> Vec<String> {
        let accounts = self.store.accounts().await.expect("accounts").into_iter();
        let marked = accounts.filter(|row| row.reauthorise_since.is_some());
        marked.map(|row| row.id.to_string()).collect()
    }
}

/// Amazon's price in the run of this number.
fn price(run: i64) -> i64 {
    FIRST_PRICE + RISES_BY * (run % PRICES)
}

/// A worker with its own database user.
async fn start_worker(
    name: &str,
    environment: &Environment,
    database: &mut AnyConnection,
    folder: &std::path::Path,
) -> Process {
    let create = format!("CREATE ROLE {name} LOGIN SUPERUSER");
    database
        .execute(sqlx::AssertSqlSafe(create))
        .await
        .expect("a role");
    let mut environment = environment.clone();
    for (key, value) in &mut environment {
        if *key == "DATABASE_URL" {
            let mut url = url::Url::parse(value).expect("a url");
            url.set_username(name).expect("a user");
            *value = url.to_string();
        }
    }
    Process::start(
        name,
        &["worker", "--concurrency", "4"],
        &environment,
        folder,
    )
}

async fn connect(postgres: &Postgres) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(&postgres.direct)
        .await
        .expect("the database")
}

fn run_to_its_end(environment: &Environment, words: &[&str]) {
    let mut command = Command::new(program(words[0]));
    command.args(&words[1..]).env_clear();
    let ended = command.envs(environment.iter().cloned()).output();
    let ended = ended.expect("the program starts");
    assert!(ended.status.success(), "{ended:?}");
}
