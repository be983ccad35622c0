//! Stdout and stderr that are closed, full or not read: they never end or block the work.

#![cfg(target_os = "linux")]

use crate::vendors;
use simulator::{Config, Quotas, Simulator};
use std::fs::OpenOptions;
use std::io::PipeReader;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// A stream that cannot be written.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// Its reader has gone.
    Closed,
    /// The disk below it is full.
    Full,
    /// Its reader stands still, and the pipe is full.
    Unread,
}

const TROUBLES: [Trouble; 3] = [Trouble::Closed, Trouble::Full, Trouble::Unread];

/// The stream, and what has to live as long as the program.
fn stream(trouble: Trouble) -> (Stdio, Option<PipeReader>) {
    match trouble {
        Trouble::Full => {
            let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
            (full.into(), None)
        }
        Trouble::Closed => (std::io::pipe().unwrap().1.into(), None),
        Trouble::Unread => {
            let (reader, writer) = std::io::pipe().unwrap();
            (writer.into(), Some(reader))
        }
    }
}

struct Shop {
    simulator: Simulator,
    folder: tempfile::TempDir,
}

impl Shop {
    async fn open() -> Self {
        let simulator = Simulator::start(Config {
            catalog: 200,
            accounts: 2,
            quotas: Quotas::Off,
            ..Config::default()
        });
        let simulator = simulator.await.unwrap();
        let folder = vendors::folder(&simulator);
        let shop = Self { simulator, folder };
        let import = shop.command(&["import", "listings", "listings.csv"]);
        assert!(shop.ends(import).await.success());
        shop
    }

    /// A command that logs all that it can.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(vendors::settings(&self.simulator))
            .env("SP_API_ITEM_OFFERS_RATE", "unlimited")
            .env("RUST_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    async fn ends(&self, mut command: Command) -> ExitStatus {
        ended(command.spawn().unwrap()).await
    }

    fn edits(&self) -> u64 {
        let edits = self
            .simulator
            .ledger()
            .operations
            .get("items/edit")
            .cloned();
        edits.map_or(0, |tally| tally.accepted)
    }
}

async fn ended(mut child: Child) -> ExitStatus {
    let given_up = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > given_up {
            let _ = child.kill();
            panic!("it does not end");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_run_ends_whatever_its_log_is_written_to() {
    let shop = Shop::open().await;

    for trouble in TROUBLES {
        let (stderr, _reader) = stream(trouble);
        let mut run = shop.command(&["run", "price-stock"]);
        run.stderr(stderr);

        let status = shop.ends(run).await;

        assert_eq!(status.code(), Some(0), "{trouble:?}");
    }
}

#[tokio::test]
async fn serve_goes_on_whatever_its_reports_and_its_log_are_written_to() {
    for trouble in TROUBLES {
        let shop = Shop::open().await;
        let (stderr, _log) = stream(trouble);
        let (stdout, _reports) = stream(trouble);
        let mut serve = shop.command(&["serve"]);
        let serving = serve.stdout(stdout).stderr(stderr).spawn().unwrap();
        until_reported(&shop).await;

        let number = serving.id().to_string();
        let alive = Path::new("/proc").join(&number).exists();
        let sent = Command::new("kill").args(["-s", "TERM", &number]).status();
        assert!(alive && sent.unwrap().success(), "{trouble:?}");
        let status = ended(serving).await;

        assert_eq!(status.code(), Some(143), "{trouble:?}");
        assert!(shop.edits() > 0, "{trouble:?}");
    }
}

/// Waits until the first run is done and a little longer, in which its report is printed.
async fn until_reported(shop: &Shop) {
    let given_up = Instant::now() + PATIENCE;
    loop {
        let mut status = shop.command(&["status", "--json"]);
        let output = status.stdout(Stdio::piped()).output().unwrap();
        let view: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let last = view["last_runs"].as_array().unwrap();
        if last.iter().any(|run| run["state"] == "done") {
            break;
        }
        assert!(Instant::now() < given_up, "no run ends: {view}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
}

#[tokio::test]
async fn a_closed_stdout_does_not_change_the_exit_code() {
    let shop = Shop::open().await;
    let mut check = shop.command(&["doctor"]);
    check.env("LWA_CLIENT_SECRET", "");
    check.stdout(stream(Trouble::Closed).0);
    let mut full = shop.command(&["status"]);
    full.stdout(stream(Trouble::Full).0);
    let mut quiet = shop.command(&["status"]);
    quiet.stdout(stream(Trouble::Closed).0);

    let failed = shop.ends(check).await;
    let full = shop.ends(full).await;
    let quiet = shop.ends(quiet).await;

    assert_eq!(failed.code(), Some(1));
    assert_eq!(full.code(), Some(1));
    assert_eq!(quiet.code(), Some(0));
}
