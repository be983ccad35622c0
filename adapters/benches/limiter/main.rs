//! Measures how much of a quota the limiter over Redis uses: `cargo bench -p adapters --bench
//! limiter`. It takes four minutes and prints, for processes with 16 callers each: the used share
//! of the quota, refusals, and Redis calls per grant. `MISEBAN_BENCH_SECONDS` sets the length of
//! each measurement (20 s by default); `-- four` measures only four processes at 2 s.
//!
//! The processes are real: this program, started again. The vendor listens on a port.

#![expect(clippy::unwrap_used, reason = "a bench that fails may panic")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "../../tests/redis_fixture/mod.rs"]
mod redis_fixture;

mod caller;
mod vendor;

use adapters::clock::SystemClock;
use adapters::limiter::{Rates, RedisLimiter};
use adapters::redis::RedisLink;
use caller::{Caller, link};
use redis_fixture::TestRedis;
use shared::domain::lane::{Lane, Priority};
use shared::domain::rate::Micros;
use shared::ports::limiter::{Grant, Limiter as _, Permit};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use vendor::Vendor;

/// Callers of a process.
const CALLERS: usize = 16;

#[tokio::main]
async fn main() {
    caller::run_if_caller().await;
    println!("processes  period  used    refused  redis calls/grant");
    let only_four = std::env::args().any(|word| word == "four");
    for seconds in [1, 2] {
        for processes in [1, 4, 16] {
            if !only_four || (seconds, processes) == (2, 4) {
                utilisation(processes, Duration::from_secs(seconds)).await;
            }
        }
    }
    let period = Duration::from_secs(2);
    moving_rate(period).await;
    killed_holders(period).await;
    urgent_behind_64(period).await;
}

/// How long each measurement lasts.
fn measured() -> Duration {
    let seconds = std::env::var("MISEBAN_BENCH_SECONDS").ok();
    Duration::from_secs(seconds.map_or(20, |seconds| seconds.parse().unwrap()))
}

fn limiter(link: &RedisLink, period: Duration) -> Arc<RedisLimiter> {
    let rates = Rates {
        item_offers: Some(Micros::try_from(period.as_micros()).unwrap().into()),
        catalog_items: None,
    };
    Arc::new(RedisLimiter::new(link, rates, Arc::new(SystemClock)))
}

fn offers() -> Lane {
    Lane::ItemOffers("app".to_owned())
}

/// Waits for a permit; a refused caller comes back after the given time.
async fn permit(limiter: &RedisLimiter, priority: Priority) -> Option<Permit> {
    loop {
        match limiter.acquire(&offers(), priority).await.ok()? {
            Grant::Go(permit) => return Some(permit),
            Grant::Later(wait) if wait.is_zero() => return None,
            Grant::Later(wait) => tokio::time::sleep(wait).await,
            Grant::Closed(_) => return None,
        }
    }
}

/// Processes that always ask, their Redis and their vendor.
struct Crowd {
    redis: TestRedis,
    vendor: Arc<Vendor>,
    processes: Vec<Caller>,
}

impl Crowd {
    async fn of(processes: usize, period: Duration) -> Self {
        let (redis, vendor) = (TestRedis::own().await, Vendor::open(period).await);
        let start = |_| Caller::start(redis.url(), vendor.address(), period);
        let processes = (0..processes).map(start).collect();
        // The start takes a second, and the first grant of an unknown lane one period.
        tokio::time::sleep(Duration::from_secs(1) + period * 2).await;
        vendor.close_book();
        Self {
            redis,
            vendor,
            processes,
        }
    }

    async fn script_calls(&self) -> u32 {
        let stats = self.redis.run(&["INFO", "commandstats"]).await;
        let stats: String = redis::from_redis_value(stats).unwrap();
        let line = stats
            .lines()
            .find_map(|line| line.strip_prefix("cmdstat_evalsha:calls="));
        line.map_or(0, |line| line.split(',').next().unwrap().parse().unwrap())
    }
}

async fn utilisation(processes: usize, period: Duration) {
    let crowd = Crowd::of(processes, period).await;
    let (begun, calls) = (Instant::now(), crowd.script_calls().await);
    tokio::time::sleep(measured()).await;
    let (lasted, calls) = (begun.elapsed(), crowd.script_calls().await - calls);
    let book = crowd.vendor.close_book();
    let used = f64::from(book.accepted) * period.as_secs_f64() / lasted.as_secs_f64();
    println!(
        "{processes:9}  {period:>6?}  {:5.1} %  {:2} of {:2}  {:.1}",
        used * 100.0,
        book.refused,
        book.accepted + book.refused,
        f64::from(calls) / f64::from(book.accepted + book.refused),
    );
}

/// Halves the rate after a third of the time and doubles it after two thirds.
async fn moving_rate(period: Duration) {
    let crowd = Crowd::of(4, period).await;
    let mut quota = 0.0;
    for granted in [period, period * 2, period] {
        crowd.vendor.grant(granted);
        let begun = Instant::now();
        tokio::time::sleep(measured() / 3).await;
        quota += begun.elapsed().as_secs_f64() / granted.as_secs_f64();
    }
    let book = crowd.vendor.close_book();
    let used = f64::from(book.accepted) / quota * 100.0;
    println!(
        "rate halved and doubled at a period of {period:?}: {used:.1} % used, {} refused",
        book.refused
    );
}

/// Kills two of four processes while they wait, three times: the longest time between two requests.
async fn killed_holders(period: Duration) {
    let mut lines = Vec::new();
    for _ in 0..3 {
        let mut crowd = Crowd::of(4, period).await;
        tokio::time::sleep(period * 6).await;
        let before = crowd.vendor.close_book();
        crowd.processes.iter_mut().take(2).for_each(Caller::kill);
        tokio::time::sleep(period * 6).await;
        let after = crowd.vendor.close_book();
        lines.push(format!(
            "{:.2?} ({:.2?} before; {} refused)",
            after.longest,
            before.longest,
            before.refused + after.refused
        ));
    }
    println!(
        "two of four are killed at a period of {period:?}: longest gap {}",
        lines.join(", ")
    );
}

/// Four processes that always ask, and an urgent call of a fifth now and then.
async fn urgent_behind_64(period: Duration) {
    let crowd = Crowd::of(4, period).await;
    let limiter = limiter(&link(crowd.redis.url()).await, period);
    let mut urgent = JoinSet::new();
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_millis(3_460)).await;
        let limiter = Arc::clone(&limiter);
        urgent.spawn(async move { permit(&limiter, Priority::Urgent).await.unwrap().waited });
    }
    let mut waits = urgent.join_all().await;
    waits.sort_unstable();
    let mean = waits.iter().sum::<Duration>() / 12;
    println!(
        "urgent behind 64 at a period of {period:?}: mean {mean:.2?}, longest {:.2?}",
        waits[11]
    );
    limiter.end().await;
}
