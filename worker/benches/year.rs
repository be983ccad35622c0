//! A year of use in fast motion: 1,000 listings, a run every three hours, a market that moves between
//! them, history thinned as `serve` does it. Run with `cargo bench -p worker --bench year`, for another
//! time with `MISEBAN_YEAR_DAYS=90`; prints, for every 30 days, what the database holds and what a run
//! takes, and fails when either grows after the history is full.

#![expect(clippy::unwrap_used, reason = "a bench that fails may panic")]
#![expect(clippy::expect_used, reason = "a bench that fails may panic")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[expect(dead_code, reason = "the stories need more of it")]
#[path = "../tests/story/fixture.rs"]
mod fixture;

use adapters::clock::SystemClock;
use chrono::{DateTime, TimeDelta, Utc};
use fixture::{Fixture, no_limit, world};
use producer::RetentionCleanup;
use shared::domain::run::{RunKind, RunState};
use shared::ports::clock::Clock;
use sqlx::{Connection as _, Row as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

const LISTINGS: usize = 1_000;
const RUNS_A_DAY: u32 = 8;
const HOURS: i64 = 3;
const DAY: i64 = 86_400;
/// As long as history is kept.
const MONTH: u32 = 30;
/// From one month to a later one, when the history is full: more is growth.
const MOST_GROWTH: f64 = 1.25;

/// The system's time so many seconds ago: the database obeys no instant that is in its future.
struct Ago(AtomicI64);

impl Clock for Ago {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() - TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

/// What one month left behind.
struct Month {
    no: u32,
    run: Duration,
    slowest: Duration,
    applied: u64,
    held: u32,
    used: u64,
    file: u64,
    rows: Vec<(&'static str, i64)>,
}

#[tokio::main]
async fn main() {
    let days: u32 = std::env::var("MISEBAN_YEAR_DAYS").map_or(365, |days| days.parse().unwrap());
    let clock = Arc::new(Ago(AtomicI64::new(i64::from(days) * DAY)));
    let app = Fixture::open_at(world(LISTINGS, 2), no_limit(), clock.clone()).await;
    let mut cleanup = RetentionCleanup::new(app.ctx.clone());
    let mut months: Vec<Month> = Vec::new();
    let mut left = days;
    println!("{days} days, {RUNS_A_DAY} runs a day, {LISTINGS} listings");
    while left > 0 {
        let days = left.min(MONTH);
        left -= days;
        let no = u32::try_from(months.len()).unwrap() + 1;
        let month = live(&app, &clock, &mut cleanup, no, days).await;
        print_stats(&month);
        months.push(month);
    }
    judge(&months);
}

async fn live(
    app: &Fixture,
    clock: &Ago,
    cleanup: &mut RetentionCleanup,
    no: u32,
    days: u32,
) -> Month {
    let (mut took, mut applied, mut held) = (Vec::new(), 0, 0);
    for _ in 0..days * RUNS_A_DAY {
        let begun = Instant::now();
        let report = app.run(RunKind::PriceStock).await;
        took.push(begun.elapsed());
        applied += report.updates.applied;
        if report.state == RunState::Held {
            // What the shop keeper would do, who looks and finds that it is so.
            let released = app.ctx.store.release_run(report.run_id, app.now()).await;
            released.unwrap().unwrap();
            let mut lost = producer::LostMessages::new(app.ctx.clone());
            lost.send_again().await.unwrap();
            app.finish(report.run_id).await;
            held += 1;
        }
        while cleanup.delete_some().await.unwrap() > 0 {}
        app.simulator.reset_ledger();
        app.simulator.move_market(HOURS.unsigned_abs());
        clock.0.fetch_sub(HOURS * 3_600, Ordering::SeqCst);
        let seconds = f64::from(i32::try_from(HOURS * 3_600).unwrap());
        app.simulator.advance(seconds).unwrap();
    }
    let (used, file, rows) = size(app).await;
    Month {
        no,
        run: took.iter().sum::<Duration>() / u32::try_from(took.len()).unwrap(),
        slowest: took.into_iter().max().unwrap(),
        applied,
        held,
        used,
        file,
        rows,
    }
}

/// Bytes in use, bytes of the file, and rows of what grows.
async fn size(app: &Fixture) -> (u64, u64, Vec<(&'static str, i64)>) {
    let url = format!("sqlite://{}", app.database().display());
    let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
    let ask = async |connection: &mut sqlx::AnyConnection, query: &'static str| -> i64 {
        let row = sqlx::query(query).fetch_one(connection).await.unwrap();
        row.get(0)
    };
    let page = ask(&mut connection, "PRAGMA page_size").await;
    let all = ask(&mut connection, "PRAGMA page_count").await;
    let free = ask(&mut connection, "PRAGMA freelist_count").await;
    let rows = vec![
        (
            "runs",
            ask(&mut connection, "SELECT count(*) FROM runs").await,
        ),
        (
            "outcomes",
            ask(&mut connection, "SELECT count(*) FROM outcomes").await,
        ),
        (
            "misses",
            ask(&mut connection, "SELECT count(*) FROM misses").await,
        ),
        (
            "updates",
            ask(&mut connection, "SELECT count(*) FROM updates").await,
        ),
        (
            "observations",
            ask(&mut connection, "SELECT count(*) FROM observations").await,
        ),
    ];
    connection.close().await.unwrap();
    let bytes = |pages: i64| (pages * page).unsigned_abs();
    (bytes(all - free), bytes(all), rows)
}

fn print_stats(month: &Month) {
    let megabytes = |bytes: u64| format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10);
    let rows: Vec<String> = month
        .rows
        .iter()
        .map(|(name, rows)| format!("{name} {rows}"))
        .collect();
    println!(
        "month {:2}: a run {:4} ms, slowest {:5} ms; {} updates applied, {} runs held; {} in use, file {}; {}",
        month.no,
        month.run.as_millis(),
        month.slowest.as_millis(),
        month.applied,
        month.held,
        megabytes(month.used),
        megabytes(month.file),
        rows.join(", "),
    );
}

/// The first month has no history, and at the end of the second everything is as full as it gets.
fn judge(months: &[Month]) {
    let [_, full, .., last] = months else {
        println!("too short to say whether anything grows");
        return;
    };
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
    let size = last.used as f64 / full.used as f64;
    let time = last.run.as_secs_f64() / full.run.as_secs_f64();
    println!("last month against the second: {size:.2} of its size, {time:.2} of its time a run");
    assert!(size < MOST_GROWTH, "the database grows");
    assert!(time < 2.0 * MOST_GROWTH, "runs become slower");
}
