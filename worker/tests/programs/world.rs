//! Everything around the programs, and the programs as children of the test.

use crate::servers::{Redis, new_database, signal};
use crate::vendors;
use adapters::http::{HttpSettings, client};
use simulator::{Config, Quotas, Simulator};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What is waited for comes by then, on a loaded machine, too.
pub const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Shops, Amazon, Redis and a database, with listings in it.
pub struct World {
    pub simulator: Simulator,
    pub redis: Redis,
    pub database: String,
    folder: TempDir,
}

impl World {
    /// One with this many listings in two shops.
    pub async fn open(listings: usize) -> Self {
        Self::open_over(Redis::start(&[]), listings).await
    }

    /// The same, backends at this Redis.
    pub async fn open_over(redis: Redis, listings: usize) -> Self {
        let simulator = Simulator::start(Config {
            catalog: listings,
            accounts: 2,
            quotas: Quotas::Off,
            ..Config::default()
        });
        let simulator = simulator.await.expect("the simulator starts");
        let world = Self::over(redis, new_database().await, simulator);
        let imported = world.command("miseban", &["import", "listings", "listings.csv"]);
        assert_eq!(world.start(imported).ends().await.code(), Some(0));
        world
    }

    /// One whose database and Redis hold something already.
    pub fn over(redis: Redis, database: String, simulator: Simulator) -> Self {
        let folder = vendors::folder(&simulator);
        Self {
            simulator,
            redis,
            database,
            folder,
        }
    }

    /// The folder in which the programs run.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A program with the settings of this world.
    pub fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program(name));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("MISEBAN_LANG", "en")
            .env("DATABASE_URL", &self.database)
            .env("REDIS_URL", self.redis.url())
            .env("HEALTH_LISTEN", "127.0.0.1:0")
            .envs(vendors::settings(&self.simulator))
            .env("SP_API_ITEM_OFFERS_RATE", "unlimited");
        command
    }

    /// Writes a file into the folder of the programs.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("written");
    }

    /// Starts `command`.
    pub fn start(&self, mut command: Command) -> Program {
        let log = tempfile::Builder::new().tempfile_in(self.folder.path());
        let (file, log) = log.expect("a log").keep().expect("a log");
        let out: File = file.try_clone().expect("a log");
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(file)
            .spawn();
        Program {
            child: child.expect("the program starts"),
            log,
        }
    }

    /// Starts a worker.
    pub fn worker(&self) -> Program {
        self.start(self.command("worker", &[]))
    }

    /// Starts a run; the workers do it.
    pub async fn start_run(&self) {
        let run = self.start(self.command("producer", &["run", "price-stock"]));
        run.ends_with(0).await;
    }

    /// Waits until Amazon was asked for offers.
    pub async fn until_asked(&self) {
        let offers = |operation: &str| operation == "getItemOffersBatch";
        let asked = async || {
            let ledger = self.simulator.ledger();
            ledger.operations.keys().any(|name| offers(name))
        };
        until(|| "a call to Amazon".to_owned(), asked).await;
    }
}

/// A child of the test, which ends with the value.
pub struct Program {
    child: Child,
    log: PathBuf,
}

impl Program {
    /// All of its output, on stdout and stderr.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log")
    }

    /// Waits until its output contains `words`.
    pub async fn until_said(&self, words: &str) {
        let what = || format!("{words:?} in:\n{}", self.output());
        until(what, async || self.output().contains(words)).await;
    }

    /// Its process number.
    pub fn number(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Waits for its end.
    pub async fn ends(mut self) -> ExitStatus {
        let given_up = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(
                Instant::now() < given_up,
                "it does not end:\n{}",
                self.output()
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until it ends with this code; returns its output.
    pub async fn ends_with(self, code: i32) -> String {
        self.ends_with_one_of(&[code]).await
    }

    /// The same for one that may end with each of these codes.
    pub async fn ends_with_one_of(self, codes: &[i32]) -> String {
        let log = self.log.clone();
        let code = self.ends().await.code();
        let output = std::fs::read_to_string(log).expect("the log");
        assert!(
            code.is_some_and(|code| codes.contains(&code)),
            "{code:?}: {output}"
        );
        output
    }

    /// The status and the body of its page at `path`; none while it does not answer.
    pub async fn page(&self, path: &str) -> Option<(u16, serde_json::Value)> {
        let output = self.output();
        let (_, rest) = output.split_once("health page at http://")?;
        let (address, _) = rest.split_once('/')?;
        let client = client(&HttpSettings::default()).expect("a client");
        let answer = client.get(format!("http://{address}{path}"));
        let answer = answer.send().await.ok()?;
        let status = answer.status().as_u16();
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let body = answer.text().await.ok()?;
        Some((status, serde_json::from_str(&body).expect("JSON")))
    }

    /// Waits until its page at `path` has this status; gives the body.
    pub async fn until_page(&self, path: &str, status: u16) -> serde_json::Value {
        let mut last = None;
        let given_up = Instant::now() + PATIENCE;
        while Instant::now() < given_up {
            last = self.page(path).await;
            if let Some((_, body)) = last.take_if(|(found, _)| *found == status) {
                return body;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("{path} is {last:?}, not {status}:\n{}", self.output());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended cannot be killed any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `come` is true; says `what` was waited for when it never is.
pub async fn until(what: impl Fn() -> String, mut come: impl AsyncFnMut() -> bool) {
    let given_up = Instant::now() + PATIENCE;
    while !come().await {
        assert!(Instant::now() < given_up, "still waiting for {}", what());
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The programs of the other rooms are built beside this one's; `scripts/test` does so.
fn program(name: &str) -> PathBuf {
    let beside = Path::new(env!("CARGO_BIN_EXE_worker")).with_file_name(name);
    assert!(
        beside.is_file(),
        "there is no {}: cargo build --workspace --bins",
        beside.display()
    );
    beside
}
