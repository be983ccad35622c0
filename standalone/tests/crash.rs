//! `kill -9` in the middle of a run, again and again: what was stored stays, one backfill, and in the
//! end the same totals as undisturbed. Real processes; the vendors are simulated in this one.

#[path = "../../worker/tests/vendors/mod.rs"]
mod vendors;

use adapters::store::SqlStore;
use serde_json::Value;
use shared::ports::store::RunStore as _;
use simulator::{Config, Quotas, Simulator};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const LISTINGS: usize = 2_000;
/// Runs that are killed once, at instants spread over the run's length. `MISEBAN_KILLS` sets another
/// number for a longer look.
const KILLS: u32 = 20;
/// Times that one and the same run is killed before it may end.
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
        // BASE takes a refresh token once: a kill between its answer and the row costs a person's visit,
        // and nothing here could tell that from a fault. So the tokens are there before the kills begin.
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

    fn start(&self) -> Child {
        let run = self
            .miseban(&["run", "price-stock", "--resume", "--json"])
            .spawn();
        run.expect("the run starts")
    }

    /// Goes on with what is open, to the end, and gives the report.
    async fn finish(&self) -> Value {
        self.report_of(&["run", "price-stock", "--resume", "--json"])
            .await
    }

    /// As [`Shop::finish`], unless the run had ended before it could be killed.
    async fn finish_after(&self, run: &mut Child) -> Value {
        // A process that has ended cannot be killed any more, and that is no failure.
        let _ = run.kill();
        run.wait().expect("the process has ended");
        if self.run_has_ended().await {
            self.report_of(&["report", "--json"]).await
        } else {
            self.finish().await
        }
    }

    /// A process may be killed between the end of its run and its own.
    async fn run_has_ended(&self) -> bool {
        let url = format!("sqlite://{}", self.database().display());
        let store = SqlStore::open_existing(&url)
            .await
            .expect("the database is sound");
        let runs = store.runs(false, 1).await.expect("runs");
        runs.first().is_some_and(|run| !run.state.is_open())
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

/// What must not depend on where a run was killed.
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
    // A request whose answer the killed process did not record is made again.
    kept["backfill"]
        .as_object_mut()
        .expect("an object")
        .remove("requests");
    // An edit that was sent but not recorded is sent again, or found to be there already.
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
async fn a_run_that_is_killed_anywhere_ends_with_the_same_totals() {
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
        let mut run = shop.start();
        tokio::time::sleep(length * kill / (kills + 1)).await;

        let report = shop.finish_after(&mut run).await;

        assert_eq!(totals(&report), expected, "killed at {kill}/{}", kills + 1);
        one_run_and_one_backfill(&shop.database()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_again_and_again_gets_through() {
    let undisturbed = Shop::open().await;
    let expected = totals(&undisturbed.finish().await);
    let shop = Shop::open().await;

    let mut run = shop.start();
    for kill in 1..=KILLS_IN_A_ROW {
        tokio::time::sleep(Duration::from_millis(u64::from(60 + 35 * kill))).await;
        if run.try_wait().expect("a process").is_some() {
            break;
        }
        run.kill().expect("the process can be killed");
        run.wait().expect("the process has ended");
        // Whoever goes on with a run that has ended begins another.
        if shop.run_has_ended().await {
            break;
        }
        run = shop.start();
    }
    let report = shop.finish_after(&mut run).await;

    assert_eq!(totals(&report), expected);
    one_run_and_one_backfill(&shop.database()).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_polite_stop_keeps_the_work_and_says_so_in_the_exit_code() {
    let shop = Shop::open().await;
    let mut run = shop.start();
    tokio::time::sleep(Duration::from_millis(400)).await;
    let stopped = Command::new("kill")
        .arg("-TERM")
        .arg(run.id().to_string())
        .status();
    assert!(stopped.expect("kill runs").success());

    let ended = tokio::task::spawn_blocking(move || run.wait()).await;
    let code = ended.expect("no panic").expect("the process ends").code();

    assert!(matches!(code, Some(143 | 0)), "{code:?}");
    let again = ["run", "price-stock", "--resume", "--json"];
    let rest = if code == Some(0) {
        &["report", "--json"][..]
    } else {
        &again
    };
    let report = shop.report_of(rest).await;
    assert_eq!(report["outcomes"]["api_error"], 0);
    assert_eq!(report["asins"], LISTINGS);
}
