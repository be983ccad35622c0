//! A producer and workers over given servers and simulated vendors, and what holds after each fault.

use crate::process::{Environment, Process};
use crate::{servers, vendors};
use adapters::clock::SystemClock;
use adapters::store::SqlStore;
use shared::domain::report::Report;
use shared::domain::run::RunId;
use shared::ports::clock::Clock as _;
use shared::ports::store::{ReportStore as _, RunQueries as _};
use simulator::{Config, QuotaChange, Quotas, Simulator};
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Batches of a run: enough that a fault meets one that is not over.
const LISTINGS: usize = 200;
/// Requests per second that Amazon grants, in the simulator and in the settings.
const RATE: f64 = 2.0;
/// An undisturbed run takes 10 s.
const RUN_ENDS_WITHIN: Duration = Duration::from_secs(90);

/// The programs and the simulated vendors. All end with the value.
pub struct Installation {
    pub simulator: Simulator,
    pub producer: Process,
    pub workers: Vec<Process>,
    /// The database, by a way that no fault disturbs.
    pub store: SqlStore,
    environment: Environment,
    health: Vec<u16>,
    _folder: tempfile::TempDir,
}

impl Installation {
    /// Imports listings and starts the programs. `direct` is the URL of the same database, by a way that
    /// no fault disturbs.
    pub async fn start(database: &str, redis: &str, direct: &str, workers: usize) -> Self {
        Self::start_with(database, redis, direct, workers, &[]).await
    }

    /// The same with further settings.
    pub async fn start_with(
        database: &str,
        redis: &str,
        direct: &str,
        workers: usize,
        settings: &[(&'static str, &str)],
    ) -> Self {
        let simulator = start_simulator().await;
        let folder = vendors::folder(&simulator);
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut environment = vec![
            ("DATABASE_URL", database.to_owned()),
            ("REDIS_URL", redis.to_owned()),
            ("ACCOUNTS_FILE", path("accounts.toml")),
            ("SP_API_ITEM_OFFERS_RATE", RATE.to_string()),
        ];
        environment.extend(vendors::settings(&simulator));
        environment.extend(
            settings
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let mut import = command(&environment, "miseban");
        let imported = import
            .args(["import", "listings", &path("listings.csv")])
            .output();
        let imported = imported.expect("the program starts");
        assert!(imported.status.success(), "{imported:?}");

        let mut health = Vec::new();
        let mut process = |name: &str, words: &[&'static str]| {
            let port = free_port();
            health.push(port);
            let mut environment = environment.clone();
            environment.push(("HEALTH_LISTEN", format!("127.0.0.1:{port}")));
            Process::start(name, words, &environment, folder.path())
        };
        let producer = process("producer", &["producer", "serve"]);
        let workers = (1..=workers)
            .map(|no| process(&format!("worker-{no}"), &["worker"]))
            .collect();
        let store = SqlStore::open_existing(direct).await.expect("the database");
        Self {
            simulator,
            producer,
            workers,
            store,
            environment,
            health,
            _folder: folder,
        }
    }

    /// A program with the settings of the others.
    pub fn command(&self, name: &str) -> Command {
        command(&self.environment, name)
    }

    /// Starts a run of prices and stock.
    pub async fn start_run(&self) -> RunId {
        let mut start = self.command("producer");
        start.args(["run", "price-stock"]);
        let started = tokio::task::spawn_blocking(move || start.output()).await;
        let started = started.expect("no panic").expect("the program starts");
        let runs = self.store.runs(false, 1).await.expect("runs");
        runs.first().unwrap_or_else(|| panic!("{started:?}")).id
    }

    /// Waits until the run has ended: then every ASIN has one outcome, every backfill was tried once,
    /// and Amazon and the shops have refused nothing.
    pub async fn until_complete(&self, run: RunId) -> Report {
        let begun = Instant::now();
        while self
            .store
            .run(run)
            .await
            .expect("a row")
            .is_none_or(|row| row.state.is_open())
        {
            assert!(
                begun.elapsed() < RUN_ENDS_WITHIN,
                "run {run} hangs: {}",
                self.logs()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let report = self.store.report(run, SystemClock.now()).await;
        let report = report.expect("the database").expect("a report");
        let printed = serde_json::to_string(&report).expect("JSON");
        assert_eq!(report.state.as_str(), "done", "{printed} {}", self.logs());
        assert_eq!(report.outcomes.total(), report.asins, "{printed}");
        let backfilled = report.backfill.success + report.backfill.failed;
        assert_eq!(backfilled, report.backfill.asins, "{printed}");
        for (name, tally) in &self.simulator.ledger().operations {
            assert_eq!(tally.refused, 0, "{name} of {} requests", tally.requests);
        }
        report
    }

    /// The answers of all programs to `/readyz`, the producer's first: status and text. Without an
    /// answer the status is 0.
    pub async fn readiness(&self) -> Vec<(u16, String)> {
        futures::future::join_all(self.health.iter().map(ready_page)).await
    }

    /// Waits until every program is ready.
    pub async fn until_ready(&self) {
        self.until_all("ready", 200, Duration::from_secs(30)).await;
    }

    /// Waits until the page of every program has this status.
    pub async fn until_all(&self, what: &str, status: u16, within: Duration) {
        let begun = Instant::now();
        loop {
            let pages = self.readiness().await;
            if pages.iter().all(|(found, _)| *found == status) {
                return;
            }
            assert!(
                begun.elapsed() < within,
                "not {what}: {pages:?} {}",
                self.logs()
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The ends of all logs, for failure messages.
    pub fn logs(&self) -> String {
        let all = std::iter::once(&self.producer).chain(&self.workers);
        all.map(Process::log_tail).collect()
    }
}

async fn ready_page(port: &u16) -> (u16, String) {
    let asked = async {
        let mut line = TcpStream::connect(("127.0.0.1", *port)).await?;
        let request = b"GET /readyz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
        line.write_all(request).await?;
        let mut answer = String::new();
        line.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = tokio::time::timeout(Duration::from_secs(5), asked).await;
    let answer = answer.unwrap_or_else(|late| Err(late.into()));
    let answer = answer.unwrap_or_else(|error| error.to_string());
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or(("", &answer));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (status.unwrap_or(0), body.to_owned())
}

async fn start_simulator() -> Simulator {
    let simulator = Simulator::start(Config {
        catalog: LISTINGS,
        accounts: 1,
        seed: 3,
        quotas: Quotas::Published,
        ..Config::default()
    });
    let simulator = simulator.await.expect("the simulator starts");
    let quota = serde_json::json!({"operation": "getItemOffersBatch", "rate": RATE, "burst": 1});
    let quota: QuotaChange = serde_json::from_value(quota).expect("a quota");
    simulator.set_quota(&quota).expect("a quota");
    simulator
}

fn command(environment: &Environment, name: &str) -> Command {
    let mut command = Command::new(servers::program(name));
    command.env_clear().envs(environment.iter().cloned());
    command
}

/// A port that nothing listens on.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}
