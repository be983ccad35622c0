//! The programs, their servers and the simulated vendors.

use crate::night::WorldClock;
use crate::process::{Environment, Process};
use crate::servers::{self, Postgres, Redis};
use crate::vendor_faults::VendorFaults;
use crate::vendors;
use adapters::store::SqlStore;
use simulator::{Config, QuotaChange, Quotas, ShopSnapshot, Simulator};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

pub const OFFERS: &str = "getItemOffersBatch";
pub const LISTINGS: usize = 300;
pub const ACCOUNTS: usize = 3;
const WORKERS: usize = 4;
/// Requests per second that Amazon grants, in the simulator and in the settings.
const RATE: f64 = 1.0;

/// The programs, their servers and simulated vendors.
pub struct Installation {
    pub redis: Redis,
    pub postgres: Postgres,
    pub simulator: Arc<Simulator>,
    pub world: WorldClock,
    pub vendor_faults: VendorFaults,
    pub programs: Programs,
    pub workers: Vec<Process>,
    pub producers: Vec<Process>,
    folder: tempfile::TempDir,
}

/// How to start a program.
#[derive(Clone)]
pub struct Programs(Environment);

impl Programs {
    /// A program with all its settings.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(servers::program(name));
        command.env_clear().envs(self.0.iter().cloned());
        command
    }
}

impl Installation {
    /// Everything runs, and the listings are imported.
    pub async fn open() -> Self {
        let simulator = simulator().await;
        let world = WorldClock::right();
        let redis = Redis::start_in(world.environment()).await;
        let postgres = Postgres::start_in(&world.environment()).await;
        let folder = vendors::folder(&simulator);
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut environment = vec![
            ("DATABASE_URL", postgres.url()),
            ("REDIS_URL", redis.url()),
            ("ACCOUNTS_FILE", path("accounts.toml")),
            ("SP_API_ITEM_OFFERS_RATE", RATE.to_string()),
        ];
        environment.extend(vendors::settings(&simulator));
        environment.extend(world.environment());
        let mut installation = Self {
            redis,
            postgres,
            simulator,
            world,
            vendor_faults: VendorFaults::default(),
            programs: Programs(environment),
            workers: Vec::new(),
            producers: Vec::new(),
            folder,
        };
        installation.import();
        installation.start_processes();
        installation
    }

    fn import(&self) {
        let csv = self.folder.path().join("listings.csv");
        let mut import = self.programs.command("miseban");
        let imported = import.args(["import", "listings"]).arg(csv).output();
        let imported = imported.expect("the program starts");
        assert!(imported.status.success(), "{imported:?}");
    }

    fn start_processes(&mut self) {
        let at = self.folder.path();
        let process = |name: String, words: &[&'static str]| {
            Process::start(&name, words, &self.programs.0, at)
        };
        self.workers = (1..=WORKERS)
            .map(|no| process(format!("worker-{no}"), &["worker"]))
            .collect();
        self.producers = (1..=2)
            .map(|no| process(format!("producer-{no}"), &["producer", "serve"]))
            .collect();
    }

    /// The database, without the proxy.
    pub async fn store(&self) -> SqlStore {
        SqlStore::open_existing(&self.postgres.direct)
            .await
            .expect("the database")
    }

    /// The shops as buyers see them.
    pub fn shops(&self) -> Vec<ShopSnapshot> {
        (1..=ACCOUNTS)
            .filter_map(|no| self.simulator.shop(&format!("shop-{no}")))
            .collect()
    }

    /// All processes.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        self.workers.iter().chain(&self.producers)
    }

    /// Starts what has ended, as docker would.
    pub fn restart_stopped(&mut self) {
        for process in self.workers.iter_mut().chain(&mut self.producers) {
            process.run();
        }
    }

    /// Stops all of them.
    pub async fn all_stop_on_sigterm(&self) {
        self.processes().for_each(|process| process.signal("TERM"));
        for process in self.processes() {
            assert!(
                process.ends_within(Duration::from_secs(40)).await,
                "does not stop: {}",
                process.log_tail()
            );
        }
    }
}

async fn simulator() -> Arc<Simulator> {
    let simulator = Simulator::start(Config {
        catalog: LISTINGS,
        accounts: ACCOUNTS,
        seed: 3,
        quotas: Quotas::Published,
        ..Config::default()
    });
    let simulator = simulator.await.expect("the simulator starts");
    let quota = serde_json::json!({"operation": OFFERS, "rate": RATE, "burst": 1});
    let quota: QuotaChange = serde_json::from_value(quota).expect("a quota");
    simulator.set_quota(&quota).expect("a quota");
    Arc::new(simulator)
}
