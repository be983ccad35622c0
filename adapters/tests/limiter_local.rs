//! The limiter for one process, on paused time.

use adapters::limiter::{LocalLimiter, Rates};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::AccountId;
use shared::domain::lane::{Lane, Priority, ShopLane};
use shared::domain::platform::Platform;
use shared::domain::quota::Window;
use shared::domain::rate::{Feedback, margin};
use shared::ports::clock::Clock;
use shared::ports::limiter::{Grant, Limiter, Permit};
use shared::ports::store::{LaneMemory, LaneRefusals, LaneStore, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

const T: i64 = 2_000_000;

/// A clock that follows tokio's paused time.
struct PausedClock {
    start: DateTime<Utc>,
    since: Instant,
}

impl PausedClock {
    fn at(text: &str) -> Arc<Self> {
        let start = text.parse().expect("an instant");
        Arc::new(Self {
            start,
            since: Instant::now(),
        })
    }
}

impl Clock for PausedClock {
    fn now(&self) -> DateTime<Utc> {
        self.start + TimeDelta::from_std(self.since.elapsed()).expect("a short time")
    }
}

#[derive(Default)]
struct Memory(Mutex<HashMap<String, LaneMemory>>);

#[async_trait]
impl LaneStore for Memory {
    async fn lanes(&self) -> Result<Vec<(String, LaneMemory)>, StoreError> {
        let lanes = self.0.lock().expect("not poisoned");
        Ok(lanes
            .iter()
            .map(|(lane, memory)| (lane.clone(), *memory))
            .collect())
    }

    async fn save_lane(&self, lane: &str, memory: &LaneMemory) -> Result<(), StoreError> {
        self.0
            .lock()
            .expect("not poisoned")
            .entry(lane.to_owned())
            .and_modify(|kept| {
                *kept = LaneMemory {
                    refusals: kept.refusals,
                    ..*memory
                };
            })
            .or_insert(*memory);
        Ok(())
    }

    async fn save_refusals(
        &self,
        lane: &str,
        refusals: Option<LaneRefusals>,
    ) -> Result<(), StoreError> {
        let mut lanes = self.0.lock().expect("not poisoned");
        lanes.entry(lane.to_owned()).or_default().refusals = refusals;
        Ok(())
    }
}

struct FullDisk;

#[async_trait]
impl LaneStore for FullDisk {
    async fn lanes(&self) -> Result<Vec<(String, LaneMemory)>, StoreError> {
        Ok(Vec::new())
    }

    async fn save_lane(&self, _: &str, _: &LaneMemory) -> Result<(), StoreError> {
        Err(StoreError::Unusable("the disk is full".to_owned()))
    }

    async fn save_refusals(&self, _: &str, _: Option<LaneRefusals>) -> Result<(), StoreError> {
        Err(StoreError::Unusable("the disk is full".to_owned()))
    }
}

fn rates() -> Rates {
    Rates {
        item_offers: Some(T.into()),
        catalog_items: None,
    }
}

async fn limiter(clock: &Arc<PausedClock>, store: Arc<dyn LaneStore>) -> LocalLimiter {
    let clock: Arc<dyn Clock> = clock.clone();
    LocalLimiter::new(rates(), clock, store)
        .await
        .expect("a limiter")
}

fn offers() -> Lane {
    Lane::ItemOffers("app".to_owned())
}

fn shop() -> Lane {
    Lane::Shop(ShopLane {
        platform: Platform::default(),
        account: AccountId::parse("shop-1").expect("an id"),
        quota: adapters::base::quota(Some(120), Some(1_000)),
    })
}

async fn permit(limiter: &LocalLimiter, priority: Priority) -> Permit {
    match limiter
        .acquire(&offers(), priority)
        .await
        .expect("the limiter answers")
    {
        Grant::Go(permit) => permit,
        other => panic!("no permit: {other:?}"),
    }
}

fn micros(from: Instant) -> i64 {
    i64::try_from(from.elapsed().as_micros()).expect("a short time")
}

#[tokio::test(start_paused = true)]
async fn the_first_permit_of_a_new_database_is_immediate_and_the_others_a_period_apart() {
    let clock = PausedClock::at("2026-11-21T00:00:00Z");
    let limiter = limiter(&clock, Arc::new(Memory::default())).await;
    let start = Instant::now();

    for _ in 0..5 {
        permit(&limiter, Priority::Normal).await;
    }

    let expected = 4 * (T + margin(T));
    assert!(
        (expected..expected + 20_000).contains(&micros(start)),
        "{}",
        micros(start)
    );
}

#[tokio::test(start_paused = true)]
async fn many_callers_share_one_lane() {
    let clock = PausedClock::at("2026-11-21T00:00:00Z");
    let limiter = Arc::new(limiter(&clock, Arc::new(Memory::default())).await);
    let start = Instant::now();

    let callers = (0..16).map(|_| {
        let limiter = Arc::clone(&limiter);
        tokio::spawn(async move { permit(&limiter, Priority::Normal).await.granted_at })
    });
    let mut granted = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        granted.push(caller.await.expect("a permit"));
    }

    granted.sort_unstable();
    assert!(
        granted
            .windows(2)
            .all(|pair| pair[1] - pair[0] >= T + margin(T))
    );
    assert!(
        micros(start) < 15 * (T + margin(T)) + 100_000,
        "{}",
        micros(start)
    );
}

#[tokio::test(start_paused = true)]
async fn a_restarted_process_keeps_the_distance_to_the_last_request() {
    let clock = PausedClock::at("2026-11-21T00:00:00Z");
    let memory: Arc<Memory> = Arc::default();
    let killed = limiter(&clock, memory.clone()).await;
    permit(&killed, Priority::Normal).await;
    drop(killed);
    let start = Instant::now();

    let next = limiter(&clock, memory).await;
    permit(&next, Priority::Normal).await;

    assert!(micros(start) >= T, "{}", micros(start));
}

#[tokio::test(start_paused = true)]
async fn an_urgent_caller_goes_before_earlier_callers() {
    let clock = PausedClock::at("2026-11-21T00:00:00Z");
    let limiter = Arc::new(limiter(&clock, Arc::new(Memory::default())).await);
    permit(&limiter, Priority::Normal).await;
    let normal = {
        let limiter = Arc::clone(&limiter);
        tokio::spawn(async move { permit(&limiter, Priority::Normal).await.granted_at })
    };
    tokio::time::sleep(Duration::from_millis(100)).await;

    let urgent = permit(&limiter, Priority::Urgent).await.granted_at;

    assert!(urgent < normal.await.expect("a permit"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_pauses_the_lane_for_one_period() {
    let clock = PausedClock::at("2026-11-21T00:00:00Z");
    let limiter = limiter(&clock, Arc::new(Memory::default())).await;
    let first = permit(&limiter, Priority::Normal).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let refused = Feedback {
        refused: true,
        ..Feedback::default()
    };
    let start = Instant::now();

    limiter.feedback(&offers(), first.granted_at, refused).await;
    permit(&limiter, Priority::Normal).await;

    assert!(
        (T..T + 100_000).contains(&micros(start)),
        "{}",
        micros(start)
    );
}

#[tokio::test(start_paused = true)]
async fn a_doubled_rate_wakes_waiting_callers() {
    let clock = PausedClock::at("2026-11-21T00:00:00Z");
    let limiter = Arc::new(limiter(&clock, Arc::new(Memory::default())).await);
    let first = permit(&limiter, Priority::Normal).await;
    let waiting = {
        let limiter = Arc::clone(&limiter);
        tokio::spawn(async move { permit(&limiter, Priority::Normal).await.granted_at })
    };
    tokio::time::sleep(Duration::from_millis(100)).await;
    let doubled = Feedback {
        rate_header: Some(1.0),
        ..Feedback::default()
    };

    limiter.feedback(&offers(), first.granted_at, doubled).await;

    let gap = waiting.await.expect("a permit") - first.granted_at;
    assert!((1_000_000..1_100_000).contains(&gap), "{gap}");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_caller_leaves_the_queue() {
    let clock = PausedClock::at("2026-11-21T00:00:00Z");
    let limiter = limiter(&clock, Arc::new(Memory::default())).await;
    permit(&limiter, Priority::Normal).await;
    let start = Instant::now();

    let lane = offers();
    let impatient = limiter.acquire(&lane, Priority::Urgent);
    let cancelled = tokio::time::timeout(Duration::from_millis(10), impatient).await;
    permit(&limiter, Priority::Normal).await;

    assert!(cancelled.is_err());
    assert!(micros(start) < T + margin(T) + 20_000, "{}", micros(start));
}

#[tokio::test(start_paused = true)]
async fn a_closing_limiter_refuses_waiting_callers() {
    let clock = PausedClock::at("2026-11-21T00:00:00Z");
    let limiter = Arc::new(limiter(&clock, Arc::new(Memory::default())).await);
    permit(&limiter, Priority::Normal).await;
    let waiting = {
        let limiter = Arc::clone(&limiter);
        tokio::spawn(async move { limiter.acquire(&offers(), Priority::Normal).await })
    };
    tokio::time::sleep(Duration::from_millis(10)).await;

    limiter.refuse_waiting();

    let answer = waiting
        .await
        .expect("no panic")
        .expect("the limiter answers");
    assert_eq!(answer, Grant::Later(Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_the_grant_cannot_be_stored() {
    let clock = PausedClock::at("2026-11-21T00:00:00Z");
    let limiter = limiter(&clock, Arc::new(FullDisk)).await;

    assert!(limiter.acquire(&offers(), Priority::Normal).await.is_err());
    assert!(limiter.acquire(&shop(), Priority::Normal).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_account_gets_its_hourly_quota_and_waits_for_minute_zero() {
    let clock = PausedClock::at("2026-11-21T00:40:00Z");
    let limiter = limiter(&clock, Arc::new(Memory::default())).await;
    for _ in 0..120 {
        let grant = limiter
            .acquire(&shop(), Priority::Normal)
            .await
            .expect("an answer");
        assert!(matches!(grant, Grant::Go(_)));
    }

    let next = limiter
        .acquire(&shop(), Priority::Normal)
        .await
        .expect("an answer");

    let reset: DateTime<Utc> = "2026-11-21T01:00:00Z".parse().expect("an instant");
    assert_eq!(next, Grant::Closed(reset));
    tokio::time::sleep(Duration::from_secs(20 * 60)).await;
    let after = limiter
        .acquire(&shop(), Priority::Normal)
        .await
        .expect("an answer");
    assert!(matches!(after, Grant::Go(_)));
}

#[tokio::test(start_paused = true)]
async fn a_killed_process_never_counts_too_few_calls() {
    let clock = PausedClock::at("2026-11-21T00:10:00Z");
    let memory: Arc<Memory> = Arc::default();
    let mut sent = 0;
    for _ in 0..20 {
        let limiter = limiter(&clock, memory.clone()).await;
        limiter.store_in_blocks();
        for _ in 0..7 {
            let grant = limiter
                .acquire(&shop(), Priority::Normal)
                .await
                .expect("an answer");
            sent += u32::from(matches!(grant, Grant::Go(_)));
        }
    }

    assert!(sent <= 120, "{sent} calls in an hour of 120");
}

#[tokio::test(start_paused = true)]
async fn a_command_counts_what_it_sent_however_it_ends() {
    let clock = PausedClock::at("2026-11-21T00:10:00Z");
    let memory: Arc<Memory> = Arc::default();
    let mut sent = 0;
    for _ in 0..70 {
        let limiter = limiter(&clock, memory.clone()).await;
        for _ in 0..2 {
            let grant = limiter.acquire(&shop(), Priority::Normal).await;
            sent += u32::from(matches!(grant, Ok(Grant::Go(_))));
        }
    }

    assert_eq!(sent, 120, "calls in an hour of 120");
}

#[tokio::test(start_paused = true)]
async fn a_clean_end_returns_reserved_calls() {
    let clock = PausedClock::at("2026-11-21T00:10:00Z");
    let memory: Arc<Memory> = Arc::default();
    let mut sent = 0;
    for _ in 0..20 {
        let limiter = limiter(&clock, memory.clone()).await;
        limiter.store_in_blocks();
        for _ in 0..7 {
            let grant = limiter
                .acquire(&shop(), Priority::Normal)
                .await
                .expect("an answer");
            sent += u32::from(matches!(grant, Grant::Go(_)));
        }
        limiter.store_exact_use().await;
    }

    assert_eq!(sent, 120);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_by_the_shop_closes_the_account_also_for_the_next_process() {
    let clock = PausedClock::at("2026-11-21T00:40:00Z");
    let memory: Arc<Memory> = Arc::default();
    let first = limiter(&clock, memory.clone()).await;
    first
        .acquire(&shop(), Priority::Normal)
        .await
        .expect("an answer");
    let until = first.close(&shop(), Window::Short).await;
    drop(first);

    let next = limiter(&clock, memory).await;
    let answer = next
        .acquire(&shop(), Priority::Normal)
        .await
        .expect("an answer");

    assert_eq!(answer, Grant::Closed(until));
}

/// Reports a response to no grant in particular.
async fn responded(limiter: &LocalLimiter, refused: bool, rate_header: Option<f64>) {
    let feedback = Feedback {
        refused,
        rate_header,
        late: 0,
    };
    limiter.feedback(&offers(), 0, feedback).await;
}

#[tokio::test(start_paused = true)]
async fn refusals_are_told_while_they_last() {
    let clock = PausedClock::at("2026-11-22T00:00:00Z");
    let store = Arc::new(Memory::default());
    let limiter = limiter(&clock, store.clone()).await;
    let reported = async || {
        let lanes = store.lanes().await.expect("lanes");
        let refusals = lanes.first().and_then(|(_, memory)| memory.refusals);
        refusals.is_some_and(|refusals| refusals.are_told(clock.now()))
    };

    responded(&limiter, true, None).await;
    assert!(!reported().await, "one refusal is no news");
    tokio::time::advance(Duration::from_secs(60)).await;
    responded(&limiter, true, None).await;
    assert!(reported().await);
    let since = limiter.refused_since(&offers()).await;
    assert_eq!(
        since.map(|since| (clock.now() - since).num_seconds()),
        Some(60)
    );
    responded(&limiter, false, None).await;

    assert!(!reported().await);
    assert_eq!(limiter.refused_since(&offers()).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_pace_that_a_header_demands_is_stored_for_people() {
    let clock = PausedClock::at("2026-11-22T00:00:00Z");
    let store = Arc::new(Memory::default());
    let first = limiter(&clock, store.clone()).await;
    let pace = async || store.lanes().await.expect("lanes")[0].1.pace;

    responded(&first, false, Some(20.0)).await;
    assert_eq!(pace().await.period, 50_000);
    responded(&first, true, None).await;
    responded(&first, true, None).await;
    let back = pace().await;
    assert_eq!(back.period, T);
    assert!(back.default_until > 0);

    // The next process does not try it within the hour either.
    let second = limiter(&clock, store.clone()).await;
    responded(&second, false, Some(20.0)).await;
    assert_eq!(pace().await.period, T);
}
