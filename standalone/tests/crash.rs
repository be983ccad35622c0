//! `kill -9` in the middle of a run, many times: stored results are kept, there is one backfill,
//! and the totals equal those of an undisturbed run. Real processes; vendors simulated in this
//! process.

#[path = "../../worker/tests/vendors/mod.rs"]
mod vendors;

use adapters::store::SqlStore;
use serde_json::Value;
use shared::ports::store::RunQueries as _;
use simulator::{Config, Quotas, Simulator};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const LISTINGS: usize = 2_000;
/// Runs that are killed once, at times spread over the length of a run. `MISEBAN_KILLS` sets
/// another number.
const KILLS: u32 = 20;
/// Times that one run is killed before it may end.
const KILLS_IN_A_ROW: u32 = 8;

struct Shop {
    simulator: Simulator,
    folder: tempfile::TempDir,
}

impl Shop {
    async fn open() -> Self {
        let simulator = Simulator::start(Config {
            catalog: LISTINGS,
            accounts: 2,
            seed: 11,
            quotas: Quotas::Off,
            ..Config::default()
        });
        let simulator = simulator.await.expect("the simulator starts");
        let folder = vendors::folder(&simulator);
        let shop = Self { simulator, folder };
        let imported = shop
            .miseban(&["import", "listings", "listings.csv"])
            .status();
        assert!(imported.expect("the import runs").success());
        // BASE accepts a refresh token once: a kill before the new one is stored requires a new
        // authorisation, which would look like a fault. So the tokens are fetched before the kills.
        let checked = shop.miseban(&["doctor"]).status();
        assert!(checked.expect("the check runs").success());
        shop
    }

    fn miseban(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(vendors::settings(&self.simulator))
            .env("SP_API_ITEM_OFFERS_RATE", "unlimited")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// What begins a run, or resumes the open one.
    async fn words(&self) -> &'static [&'static str] {
        if self.newest_is_open().await == Some(true) {
            return &["run", "price-stock", "--json", "--resume"];
        }
        &["run", "price-stock", "--json"]
    }

    async fn start(&self) -> Child {
        let run = self.miseban(self.words().await).spawn();
        run.expect("the run starts")
    }

    /// Begins a run or resumes the open one, waits for its end and returns the report.
    async fn finish(&self) -> Value {
        self.report_of(self.words().await).await
    }

    /// As [`Shop::finish`], unless the run ended before it was killed.
    async fn finish_after(&self, run: &mut Child) -> Value {
        // Killing a process that has already ended is not a failure.
        let _ = run.kill();
        run.wait().expect("the process has ended");
        if self.newest_is_open().await == Some(false) {
            self.report_of(&["report", "--json"]).await
        } else {
            self.finish().await
        }
    }

    /// Of the newest run, if there is one: a process may be killed before it begins one, or after its end.
    async fn newest_is_open(&self) -> Option<bool> {
        let url = format!("sqlite://{}", self.database().display());
        let store = SqlStore::open_existing(&url)
            .await
            .expect("the database is sound");
        let runs = store.runs(false, 1).await.expect("runs");
        runs.first().map(|run| run.state.is_open())
    }

    async fn report_of(&self, arguments: &[&str]) -> Value {
        let mut run = self.miseban(arguments);
        run.stdout(Stdio::piped());
        let child = run.spawn().expect("the program starts");
        let ended = tokio::task::spawn_blocking(move || child.wait_with_output()).await;
        let output = ended.expect("no panic").expect("the run ends");
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).expect("one JSON object")
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("miseban.db")
    }
}

/// The values that must not depend on the time of the kill.
fn totals(report: &Value) -> Value {
    let keep = [
        "asins",
        "batches",
        "outcomes",
        "backfill",
        "price_changes",
        "stock_changes",
    ];
    let kept = keep.map(|name| (name.to_owned(), report[name].clone()));
    let mut kept: serde_json::Map<String, Value> = kept.into_iter().collect();
    // A request whose answer was not recorded is repeated.
    kept["backfill"]
        .as_object_mut()
        .expect("an object")
        .remove("requests");
    // An edit that was sent but not recorded is repeated, or found to be applied already.
    let updates = &report["updates"];
    let count = |name: &str| updates[name].as_u64().expect("a count");
    let settled = count("applied") + count("equal");
    kept.insert("settled".to_owned(), settled.into());
    kept.insert("failed".to_owned(), updates["failed"].clone());
    Value::Object(kept)
}

async fn one_run_and_one_backfill(database: &Path) {
    let url = format!("sqlite://{}", database.display());
    let store = SqlStore::open_existing(&url)
        .await
        .expect("the database is sound");
    let runs = store.runs(false, 10).await.expect("runs");
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].state.as_str(), "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_time_ends_with_the_same_totals() {
    let undisturbed = Shop::open().await;
    let started = std::time::Instant::now();
    let expected = totals(&undisturbed.finish().await);
    let length = started.elapsed();
    let kills = std::env::var("MISEBAN_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok());
    let kills = kills.unwrap_or(KILLS);

    for kill in 1..=kills {
        let shop = Shop::open().await;
        let mut run = shop.start().await;
        tokio::time::sleep(length * kill / (kills + 1)).await;

        let report = shop.finish_after(&mut run).await;

        assert_eq!(totals(&report), expected, "killed at {kill}/{}", kills + 1);
        one_run_and_one_backfill(&shop.database()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_many_times_finishes() {
    let undisturbed = Shop::open().await;
    let expected = totals(&undisturbed.finish().await);
    let shop = Shop::open().await;

    let mut run = shop.start().await;
    for kill in 1..=KILLS_IN_A_ROW {
        tokio::time::sleep(Duration::from_millis(u64::from(60 + 35 * kill))).await;
        if run.try_wait().expect("a process").is_some() {
            break;
        }
        run.kill().expect("the process can be killed");
        run.wait().expect("the process has ended");
        // Resuming after the run has ended would start another run.
        if shop.newest_is_open().await == Some(false) {
            break;
        }
        run = shop.start().await;
    }
    let report = shop.finish_after(&mut run).await;

    assert_eq!(totals(&report), expected);
    one_run_and_one_backfill(&shop.database()).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn sigterm_keeps_the_finished_work_and_sets_the_exit_code() {
    let shop = Shop::open().await;
    let mut run = shop.start().await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    let stopped = Command::new("kill")
        .arg("-TERM")
        .arg(run.id().to_string())
        .status();
    assert!(stopped.expect("kill runs").success());

    let ended = tokio::task::spawn_blocking(move || run.wait()).await;
    let code = ended.expect("no panic").expect("the process ends").code();

    assert!(matches!(code, Some(143 | 0)), "{code:?}");
    let report = if code == Some(0) {
        shop.report_of(&["report", "--json"]).await
    } else {
        shop.finish().await
    };
    assert_eq!(report["outcomes"]["api_error"], 0);
    assert_eq!(report["asins"], LISTINGS);
}
