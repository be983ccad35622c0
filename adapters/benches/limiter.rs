//! How much of a quota the limiter over Redis uses. Run with `cargo bench -p adapters --bench limiter`;
//! takes four minutes and prints, for processes with a connection each and 16 callers each: the used
//! share of the quota, refusals, and calls of Redis for each grant. `MISEBAN_BENCH_SECONDS` sets
//! another length of each measurement than 20 s; `-- four` leaves out all but four processes at 2 s.
//!
//! The vendor is a bucket of one token behind a path of 55 ms and a jitter about 3 ms, as
//! `docs/limiter.md` assumes.

#![expect(clippy::unwrap_used, reason = "a bench that fails may panic")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "../tests/redis_fixture/mod.rs"]
mod redis_fixture;

use adapters::clock::SystemClock;
use adapters::limiter::{Rates, RedisLimiter};
use redis_fixture::TestRedis;
use shared::domain::lane::{Lane, Priority};
use shared::domain::quota::WindowQuota;
use shared::domain::rate::{Feedback, Micros};
use shared::ports::limiter::{Grant, Limiter, Permit};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const CALLERS: usize = 16;
const ONE_WAY: Micros = 55_000;
/// Twenty equally likely delays on the way, log-normal about 3 ms.
const JITTER: [Micros; 20] = [
    930, 1_260, 1_500, 1_720, 1_900, 2_090, 2_290, 2_480, 2_680, 2_890, 3_110, 3_360, 3_640, 3_930,
    4_300, 4_730, 5_240, 5_980, 7_120, 9_730,
];

/// How long each measurement lasts.
fn measured() -> Duration {
    let told = std::env::var("MISEBAN_BENCH_SECONDS").ok();
    Duration::from_secs(told.map_or(20, |told| told.parse().unwrap()))
}

/// Accepts what arrives a period after the last that was accepted.
struct Vendor {
    period: Mutex<Duration>,
    dice: AtomicU64,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    last: Option<Instant>,
    accepted: u32,
    refused: u32,
    longest: Duration,
}

impl Vendor {
    fn new(period: Duration) -> Arc<Self> {
        Arc::new(Self {
            period: Mutex::new(period),
            dice: AtomicU64::new(7),
            book: Mutex::default(),
        })
    }

    async fn way(&self) {
        let step = |dice: u64| Some(dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        let dice = self
            .dice
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        let face = usize::try_from((dice.unwrap() >> 33) % 20).unwrap();
        tokio::time::sleep(micros(ONE_WAY + JITTER[face])).await;
    }

    fn period(&self) -> Duration {
        *self.period.lock().unwrap()
    }

    /// Grants another rate from now on.
    fn grant(&self, period: Duration) {
        *self.period.lock().unwrap() = period;
    }

    /// As Amazon answers: the rate stands in a header of what is not refused.
    async fn request(&self) -> Feedback {
        self.way().await;
        let period = self.period();
        let refused = self.book.lock().unwrap().arrive(period);
        self.way().await;
        Feedback {
            refused,
            rate_header: (!refused).then(|| 1.0 / period.as_secs_f64()),
            ..Feedback::default()
        }
    }
}

impl Book {
    fn arrive(&mut self, period: Duration) -> bool {
        let now = Instant::now();
        let since = self.last.map(|last| now - last);
        if since.is_some_and(|since| since < period) {
            self.refused += 1;
            return true;
        }
        self.longest = self.longest.max(since.unwrap_or_default());
        self.last = Some(now);
        self.accepted += 1;
        false
    }
}

fn main() {
    let runtime = Runtime::new().unwrap();
    println!("processes  period  used    refused  redis calls/grant");
    let only_four = std::env::args().any(|word| word == "four");
    for seconds in [1, 2] {
        for processes in [1, 4, 16] {
            if !only_four || (seconds, processes) == (2, 4) {
                runtime.block_on(utilisation(processes, Duration::from_secs(seconds)));
            }
        }
    }
    runtime.block_on(moving_rate(Duration::from_secs(2)));
    killed_holders(&runtime);
    runtime.block_on(urgent_behind_64());
}

async fn process(redis: &TestRedis, period: Duration) -> Arc<RedisLimiter> {
    let rates = Rates {
        item_offers: Some(Micros::try_from(period.as_micros()).unwrap()),
        catalog_items: None,
        base: WindowQuota::default(),
    };
    let link = redis.link().await;
    Arc::new(RedisLimiter::new(&link, rates, Arc::new(SystemClock)))
}

fn offers() -> Lane {
    Lane::ItemOffers("app".to_owned())
}

/// Waits for a permit; whoever is sent away comes back as it was told.
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

/// A caller that never rests.
async fn work(limiter: Arc<RedisLimiter>, vendor: Arc<Vendor>) {
    while let Some(permit) = permit(&limiter, Priority::Normal).await {
        let feedback = vendor.request().await;
        limiter
            .feedback(&offers(), permit.granted_at, feedback)
            .await;
    }
}

async fn saturate(
    redis: &TestRedis,
    processes: usize,
    vendor: &Arc<Vendor>,
) -> Vec<Arc<RedisLimiter>> {
    let mut limiters = Vec::new();
    for _ in 0..processes {
        let limiter = process(redis, vendor.period()).await;
        for _ in 0..CALLERS {
            tokio::spawn(work(Arc::clone(&limiter), Arc::clone(vendor)));
        }
        limiters.push(limiter);
    }
    limiters
}

async fn script_calls(redis: &TestRedis) -> u32 {
    let stats = redis.run(&["INFO", "commandstats"]).await;
    let stats: String = redis::from_redis_value(stats).unwrap();
    let line = stats
        .lines()
        .find_map(|line| line.strip_prefix("cmdstat_evalsha:calls="));
    line.map_or(0, |line| line.split(',').next().unwrap().parse().unwrap())
}

async fn utilisation(processes: usize, period: Duration) {
    let redis = TestRedis::own().await;
    let vendor = Vendor::new(period);
    let limiters = saturate(&redis, processes, &vendor).await;
    // The first grant comes after a period, since nothing is known.
    tokio::time::sleep(period * 2).await;
    *vendor.book.lock().unwrap() = Book::default();
    let (begun, calls) = (Instant::now(), script_calls(&redis).await);
    tokio::time::sleep(measured()).await;
    let (lasted, calls) = (begun.elapsed(), script_calls(&redis).await - calls);
    {
        let book = vendor.book.lock().unwrap();
        let used = f64::from(book.accepted) * period.as_secs_f64() / lasted.as_secs_f64();
        println!(
            "{processes:9}  {period:>6?}  {:5.1} %  {:2} of {:2}  {:.1}",
            used * 100.0,
            book.refused,
            book.accepted + book.refused,
            f64::from(calls) / f64::from(book.accepted + book.refused),
        );
    }
    end(limiters).await;
}

async fn end(limiters: Vec<Arc<RedisLimiter>>) {
    for limiter in limiters {
        limiter.end().await;
    }
}

/// Four processes that never rest, while the rate is halved for a third of the time and then doubled.
async fn moving_rate(period: Duration) {
    let redis = TestRedis::own().await;
    let vendor = Vendor::new(period);
    let limiters = saturate(&redis, 4, &vendor).await;
    tokio::time::sleep(period * 2).await;
    *vendor.book.lock().unwrap() = Book::default();
    let mut quota = 0.0;
    for granted in [period, period * 2, period] {
        vendor.grant(granted);
        let begun = Instant::now();
        tokio::time::sleep(measured() / 3).await;
        quota += begun.elapsed().as_secs_f64() / granted.as_secs_f64();
    }
    {
        let book = vendor.book.lock().unwrap();
        let used = f64::from(book.accepted) / quota * 100.0;
        println!(
            "rate halved and doubled at a period of {period:?}: {used:.1} % used, {} refused",
            book.refused
        );
    }
    end(limiters).await;
}

/// Four processes that never rest; two are killed while they wait. The longest time between two requests.
fn killed_holders(here: &Runtime) {
    let period = Duration::from_secs(2);
    let vendor = Vendor::new(period);
    let there = Runtime::new().unwrap();
    let (redis, lives) = here.block_on(async {
        let redis = TestRedis::own().await;
        let lives = saturate(&redis, 2, &vendor).await;
        (redis, lives)
    });
    let killed = there.block_on(saturate(&redis, 2, &vendor));
    here.block_on(rest(period * 6));
    let before = std::mem::take(&mut *vendor.book.lock().unwrap()).longest;
    there.shutdown_background();
    here.block_on(async {
        tokio::time::sleep(period * 6).await;
        let after = vendor.book.lock().unwrap().longest;
        println!("two of four are killed at a period of {period:?}: longest gap {before:.2?} before, {after:.2?} after");
        end(lives).await;
    });
    std::mem::forget(killed);
}

/// Four processes with 16 callers each that never rest, and an urgent call now and then.
async fn urgent_behind_64() {
    let period = Duration::from_secs(2);
    let redis = TestRedis::own().await;
    let vendor = Vendor::new(period);
    let limiters = saturate(&redis, 4, &vendor).await;
    let mut waits = Vec::new();
    let mut urgent = JoinSet::new();
    for turn in 0..12_usize {
        tokio::time::sleep(Duration::from_millis(3_460)).await;
        let limiter = Arc::clone(&limiters[turn % 4]);
        urgent.spawn(async move { permit(&limiter, Priority::Urgent).await.unwrap().waited });
    }
    while let Some(waited) = urgent.join_next().await {
        waits.push(waited.unwrap());
    }
    waits.sort_unstable();
    let mean = waits.iter().sum::<Duration>() / 12;
    println!(
        "urgent behind 64 at a period of {period:?}: mean {mean:.2?}, longest {:.2?}",
        waits[11]
    );
    end(limiters).await;
}

/// A sleep that begins within the runtime.
async fn rest(span: Duration) {
    tokio::time::sleep(span).await;
}

fn micros(span: Micros) -> Duration {
    Duration::from_micros(u64::try_from(span).unwrap())
}
