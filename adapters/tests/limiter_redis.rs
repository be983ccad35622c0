//! The limiter for many processes; each process is a limiter with a connection of its own.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

mod redis_fixture;
mod tcp_proxy;

use adapters::clock::SystemClock;
use adapters::limiter::redis::RateScript;
use adapters::limiter::{Rates, RedisLimiter};
use adapters::store::SqlStore;
use redis_fixture::TestRedis;
use shared::domain::account::AccountId;
use shared::domain::lane::{Lane, Priority, ShopLane};
use shared::domain::platform::Platform;
use shared::domain::quota::Window;
use shared::domain::rate::{Feedback, Micros, TicketLimits, margin};
use shared::ports::clock::Clock as _;
use shared::ports::limiter::{Grant, Limiter};
use shared::ports::store::{LaneMemory, LaneStore as _};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tcp_proxy::TcpProxy;
use tokio::task::JoinHandle;

const MS: Micros = 1_000;
const LIMITS: TicketLimits = TicketLimits {
    grace: 60 * MS,
    horizon: 60_000 * MS,
};
const REFUSED: Feedback = Feedback {
    refused: true,
    rate_header: None,
    late: 0,
};

async fn process(redis: &TestRedis, period: Micros) -> Arc<RedisLimiter> {
    process_with(redis, period, LIMITS).await
}

async fn process_with(
    redis: &TestRedis,
    period: Micros,
    limits: TicketLimits,
) -> Arc<RedisLimiter> {
    let rates = Rates {
        item_offers: Some(period.into()),
        catalog_items: None,
    };
    let link = redis.link().await;
    let limiter = RedisLimiter::with_limits(&link, rates, Arc::new(SystemClock), limits);
    Arc::new(limiter)
}

fn offers() -> Lane {
    Lane::ItemOffers("app".to_owned())
}

fn shop() -> Lane {
    Lane::Shop(ShopLane {
        platform: Platform::default(),
        account: AccountId::parse("shop-1").unwrap(),
        quota: adapters::base::quota(None, Some(10)),
    })
}

fn ask(limiter: &Arc<RedisLimiter>, priority: Priority) -> JoinHandle<Grant> {
    let limiter = Arc::clone(limiter);
    tokio::spawn(async move { limiter.acquire(&offers(), priority).await.unwrap() })
}

async fn granted(asking: JoinHandle<Grant>) -> Micros {
    match asking.await.unwrap() {
        Grant::Go(permit) => permit.granted_at,
        other => panic!("no permit: {other:?}"),
    }
}

async fn permit(limiter: &Arc<RedisLimiter>) -> Micros {
    granted(ask(limiter, Priority::Normal)).await
}

async fn number(redis: &TestRedis, words: &[&str]) -> i64 {
    redis::from_redis_value(redis.run(words).await).unwrap()
}

async fn redis_now(redis: &TestRedis) -> Micros {
    let time: (i64, i64) = redis::from_redis_value(redis.run(&["TIME"]).await).unwrap();
    time.0 * 1_000_000 + time.1
}

/// The tickets of all processes.
async fn tickets(redis: &TestRedis) -> Vec<String> {
    let queue = queue(redis).await;
    redis::from_redis_value(redis.run(&["ZRANGE", &queue, "0", "-1"]).await).unwrap()
}

async fn queue(redis: &TestRedis) -> String {
    let script = RateScript::new(&redis.link().await, &offers(), 1);
    script.keys().queue.clone()
}

/// Waits until the queue has `count` tickets.
async fn until_tickets(redis: &TestRedis, count: i64) {
    let queue = queue(redis).await;
    for _ in 0..200 {
        if number(redis, &["ZCARD", &queue]).await == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!(
        "the queue never has {count} tickets, but {:?}",
        tickets(redis).await
    );
}

#[tokio::test]
async fn grants_of_many_processes_are_a_period_and_a_margin_apart() {
    let redis = TestRedis::open().await;
    let period = 60 * MS;
    let mut asking = Vec::new();
    let mut processes = Vec::new();
    for _ in 0..4 {
        let limiter = process(&redis, period).await;
        asking.extend((0..4).map(|_| ask(&limiter, Priority::Normal)));
        processes.push(limiter);
    }

    let mut grants = Vec::new();
    for asking in asking {
        grants.push(granted(asking).await);
    }

    grants.sort_unstable();
    let closest = grants
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .min()
        .unwrap();
    assert!(closest >= period + margin(period), "{closest}");
}

#[tokio::test]
async fn an_urgent_caller_goes_before_earlier_callers_of_any_process() {
    let redis = TestRedis::open().await;
    let (one, other) = (
        process(&redis, 300 * MS).await,
        process(&redis, 300 * MS).await,
    );
    permit(&one).await;
    let before = [&one, &one, &other, &other].map(|limiter| ask(limiter, Priority::Normal));
    until_tickets(&redis, 2).await;

    let urgent = granted(ask(&other, Priority::Urgent)).await;

    for normal in before {
        assert!(urgent < granted(normal).await);
    }
}

#[tokio::test]
async fn a_cancelled_caller_leaves_no_ticket() {
    let redis = TestRedis::open().await;
    let limiter = process(&redis, 5_000 * MS).await;
    let impatient = ask(&limiter, Priority::Normal);
    until_tickets(&redis, 1).await;

    impatient.abort();

    until_tickets(&redis, 0).await;
    let due = queue(&redis).await.replace(":queue", ":due");
    assert_eq!(number(&redis, &["HLEN", &due]).await, 0);
}

#[tokio::test]
async fn the_next_caller_of_a_process_takes_over_its_ticket() {
    let redis = TestRedis::open().await;
    let limiter = process(&redis, 500 * MS).await;
    let impatient = ask(&limiter, Priority::Normal);
    until_tickets(&redis, 1).await;
    let before = tickets(&redis).await;
    let next = ask(&limiter, Priority::Normal);
    tokio::time::sleep(Duration::from_millis(50)).await;

    impatient.abort();
    tokio::time::sleep(Duration::from_millis(50)).await;

    assert_eq!(tickets(&redis).await, before);
    granted(next).await;
}

#[test]
fn a_process_that_is_killed_costs_a_grace_and_no_period() {
    let here = tokio::runtime::Runtime::new().unwrap();
    let there = tokio::runtime::Runtime::new().unwrap();
    let period = 600 * MS;
    let (redis, lives, last) = here.block_on(async {
        let redis = TestRedis::open().await;
        let lives = process(&redis, period).await;
        let last = permit(&lives).await;
        (redis, lives, last)
    });
    let killed = there.block_on(process(&redis, period));
    let waits = {
        let killed = Arc::clone(&killed);
        there.spawn(async move { killed.acquire(&offers(), Priority::Normal).await })
    };
    here.block_on(until_tickets(&redis, 1));

    there.shutdown_background();
    drop(waits);
    let next = here.block_on(permit(&lives));

    let waited = next - last;
    assert!(waited >= period + margin(period) + LIMITS.grace, "{waited}");
    assert!(waited < 2 * period, "{waited}");
    std::mem::forget(killed);
}

#[tokio::test]
async fn an_emptied_redis_costs_one_period_and_waiting_callers_are_served() {
    let redis = TestRedis::own().await;
    let limiter = process(&redis, 300 * MS).await;
    permit(&limiter).await;
    let waits = [(); 2].map(|()| ask(&limiter, Priority::Normal));
    tokio::time::sleep(Duration::from_millis(100)).await;

    let emptied_at = redis_now(&redis).await;
    redis.run(&["FLUSHALL"]).await;
    redis.run(&["SCRIPT", "FLUSH"]).await;

    for grant in waits {
        assert!(granted(grant).await >= emptied_at + 310 * MS);
    }
}

#[tokio::test]
async fn a_new_rate_wakes_the_waiting_callers_of_all_processes() {
    let redis = TestRedis::open().await;
    let (one, other) = (
        process(&redis, 1_000 * MS).await,
        process(&redis, 1_000 * MS).await,
    );
    let first = permit(&one).await;
    let sleeps = ask(&other, Priority::Normal);
    until_tickets(&redis, 1).await;
    let faster = Feedback {
        rate_header: Some(5.0),
        ..Feedback::default()
    };

    one.feedback(&offers(), first, faster).await;

    let waited = granted(sleeps).await - first;
    assert!((210 * MS..900 * MS).contains(&waited), "{waited}");
    assert_eq!(one.period(&offers()).await, Some(200 * MS));
}

#[tokio::test]
async fn a_refusal_pauses_all_processes_for_one_period() {
    let redis = TestRedis::open().await;
    let (one, other) = (
        process(&redis, 300 * MS).await,
        process(&redis, 300 * MS).await,
    );
    let first = permit(&one).await;
    tokio::time::sleep(Duration::from_millis(200)).await;

    let refused_at = redis_now(&redis).await;
    one.feedback(&offers(), first, REFUSED).await;

    let next = permit(&other).await;
    assert!(next >= refused_at + 300 * MS, "{}", next - refused_at);
}

#[tokio::test]
async fn nothing_is_granted_while_redis_is_down_and_one_period_passes_after_it_is_back() {
    let mut redis = TestRedis::own().await;
    let limiter = process(&redis, 500 * MS).await;
    let first = permit(&limiter).await;
    let waits = {
        let limiter = Arc::clone(&limiter);
        tokio::spawn(async move { limiter.acquire(&offers(), Priority::Normal).await })
    };
    until_tickets(&redis, 1).await;

    redis.stop();

    assert!(waits.await.unwrap().is_err());
    assert!(limiter.acquire(&offers(), Priority::Normal).await.is_err());
    assert!(limiter.acquire(&shop(), Priority::Normal).await.is_err());
    let faster = Feedback {
        rate_header: Some(4.0),
        ..Feedback::default()
    };
    limiter.feedback(&offers(), first, faster).await;
    redis.start().await;
    let back_at = redis_now(&redis).await;
    let next = loop {
        match limiter.acquire(&offers(), Priority::Normal).await {
            Ok(Grant::Go(permit)) => break permit,
            Ok(other) => panic!("{other:?}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    assert_eq!(
        next.period,
        250 * MS,
        "feedback from the outage is not lost"
    );
    assert!(next.granted_at >= back_at + 260 * MS);
}

#[tokio::test]
async fn an_old_state_of_a_restarted_redis_is_not_used() {
    let mut redis = TestRedis::own().await;
    let limiter = process(&redis, 1_000 * MS).await;
    permit(&limiter).await;
    redis.run(&["SAVE"]).await;
    let last = permit(&limiter).await;
    redis.stop();
    redis.start().await;

    let next = loop {
        match limiter.acquire(&offers(), Priority::Normal).await {
            Ok(Grant::Go(permit)) => break permit.granted_at,
            Ok(other) => panic!("{other:?}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };

    assert!(next - last >= 1_012 * MS, "{}", next - last);
}

#[tokio::test]
async fn a_closing_limiter_refuses_all_callers_and_leaves_no_ticket() {
    let redis = TestRedis::open().await;
    let limiter = process(&redis, 5_000 * MS).await;
    let waits = [(); 3].map(|()| ask(&limiter, Priority::Normal));
    until_tickets(&redis, 1).await;

    limiter.end().await;

    for waiting in waits {
        assert_eq!(waiting.await.unwrap(), Grant::Later(Duration::ZERO));
    }
    assert_eq!(tickets(&redis).await, Vec::<String>::new());
    let after = ask(&limiter, Priority::Urgent).await.unwrap();
    assert_eq!(after, Grant::Later(Duration::ZERO));
}

#[tokio::test]
async fn a_caller_that_would_wait_too_long_in_its_own_process_is_refused() {
    let redis = TestRedis::open().await;
    let short = TicketLimits {
        horizon: 700 * MS,
        ..LIMITS
    };
    let limiter = process_with(&redis, 300 * MS, short).await;

    let asking: Vec<_> = (0..6).map(|_| ask(&limiter, Priority::Normal)).collect();

    let mut refused = 0;
    for asking in asking {
        match asking.await.unwrap() {
            Grant::Later(wait) => {
                assert!(wait >= Duration::from_secs(1));
                refused += 1;
            }
            other => assert!(matches!(other, Grant::Go(_)), "{other:?}"),
        }
    }
    assert_eq!(refused, 4, "310 and 620 ms fit into 700");
}

#[tokio::test]
async fn all_processes_count_the_calls_of_a_shop_together() {
    let redis = TestRedis::open().await;
    let (one, other) = (process(&redis, MS).await, process(&redis, MS).await);
    let mut calls = Vec::new();
    for limiter in [&one, &other] {
        for _ in 0..8 {
            let limiter = Arc::clone(limiter);
            let call = async move { limiter.acquire(&shop(), Priority::Normal).await.unwrap() };
            calls.push(tokio::spawn(call));
        }
    }

    let (mut sent, mut closed) = (0, Vec::new());
    for call in calls {
        match call.await.unwrap() {
            Grant::Go(_) => sent += 1,
            Grant::Closed(until) => closed.push(until),
            Grant::Later(wait) => panic!("later by {wait:?}"),
        }
    }

    assert_eq!((sent, closed.len()), (10, 6));
    assert!(closed.iter().all(|until| *until == closed[0]));
}

#[tokio::test]
async fn every_process_can_read_the_used_quota_of_a_shop() {
    let redis = TestRedis::open().await;
    let (one, other) = (process(&redis, MS).await, process(&redis, MS).await);
    assert_eq!(one.shared_use(&shop()).await.unwrap(), None);
    for limiter in [&one, &other, &one] {
        let granted = limiter.acquire(&shop(), Priority::Normal).await.unwrap();
        assert!(matches!(granted, Grant::Go(_)), "{granted:?}");
    }
    let until = other.close(&shop(), Window::Long).await;

    let used = other.shared_use(&shop()).await.unwrap().unwrap();

    assert_eq!(used.long_used, 3);
    assert!(used.long <= used.short && used.short <= SystemClock.now());
    assert_eq!(used.closed_until, Some(until));
}

#[tokio::test]
async fn a_shop_that_refuses_one_process_is_closed_for_all() {
    let redis = TestRedis::open().await;
    let (one, other) = (process(&redis, MS).await, process(&redis, MS).await);

    let until = one.close(&shop(), Window::Long).await;

    let answer = other.acquire(&shop(), Priority::Normal).await.unwrap();
    assert_eq!(answer, Grant::Closed(until));
}

#[tokio::test]
async fn what_a_vendor_does_to_a_shared_lane_is_stored_for_people() {
    let redis = TestRedis::open().await;
    let rates = Rates {
        item_offers: Some((10_000 * MS).into()),
        catalog_items: None,
    };
    let store = Arc::new(SqlStore::open("sqlite::memory:").await.unwrap());
    let link = redis.link().await;
    let limiter = RedisLimiter::with_limits(&link, rates, Arc::new(SystemClock), LIMITS)
        .telling(store.clone());
    let respond = async |refused, rate_header| {
        let feedback = Feedback {
            refused,
            rate_header,
            late: 0,
        };
        limiter.feedback(&offers(), 1, feedback).await;
        let lanes = store.lanes().await.unwrap();
        let row = lanes
            .into_iter()
            .find(|(lane, _)| *lane == offers().to_string());
        row.map_or_else(LaneMemory::default, |(_, memory)| memory)
    };

    let raised = respond(false, Some(20.0)).await;
    let refused = respond(true, None).await;
    let back = respond(true, None).await;
    let accepted = respond(false, Some(20.0)).await;

    assert_eq!((raised.pace.period, raised.refusals), (50 * MS, None));
    assert_eq!(refused.pace.period, 50 * MS);
    assert!(refused.refusals.is_some());
    assert_eq!(back.pace.period, 10_000 * MS);
    assert!(back.pace.default_until > redis_now(&redis).await);
    assert_eq!(
        (accepted.pace.period, accepted.refusals),
        (10_000 * MS, None)
    );
}

/// When the next permit is given to a caller of `limiter`, which sends at once.
async fn sent(limiter: &RedisLimiter) -> Instant {
    match limiter.acquire(&offers(), Priority::Normal).await {
        Ok(Grant::Go(permit)) => {
            let now = Instant::now();
            assert!(permit.good_until.is_some_and(|until| now < until));
            now
        }
        other => panic!("no permit: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_far_from_redis_and_near_it_share_a_quota_and_keep_it() {
    let redis = TestRedis::own().await;
    let proxy = TcpProxy::to(redis.port()).await;
    let period = Duration::from_secs(1);
    let limiter = |link| {
        let item_offers = Some(Micros::try_from(period.as_micros()).unwrap().into());
        let rates = Rates {
            item_offers,
            catalog_items: None,
        };
        RedisLimiter::new(&link, rates, Arc::new(SystemClock))
    };
    proxy.delay(Duration::from_millis(150));
    let far = limiter(redis.link_through(proxy.port()).await);
    let near = limiter(redis.link().await);

    let farther = async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        proxy.delay(Duration::from_millis(400));
    };
    let of_far = async {
        [
            sent(&far).await,
            sent(&far).await,
            sent(&far).await,
            sent(&far).await,
        ]
    };
    let of_near = async { [sent(&near).await, sent(&near).await, sent(&near).await] };
    let (of_far, of_near, ()) = tokio::join!(of_far, of_near, farther);

    let mut all: Vec<Instant> = of_far.into_iter().chain(of_near).collect();
    all.sort();
    let closest = all.windows(2).map(|pair| pair[1] - pair[0]).min();
    assert!(closest >= Some(period), "{closest:?}");
    assert_eq!(far.without_permit_for(), None);
}

#[tokio::test]
async fn a_redis_that_answers_too_late_for_any_permit_is_told() {
    let mut redis = TestRedis::own().await;
    let limiter = process(&redis, 100 * MS).await;
    permit(&limiter).await;

    redis.stop();
    for _ in 0..2 {
        let refused = limiter.acquire(&offers(), Priority::Normal).await;
        assert!(refused.is_err(), "{refused:?}");
    }

    assert!(limiter.without_permit_for().is_some());
    redis.start().await;
    permit(&limiter).await;
    assert_eq!(limiter.without_permit_for(), None);
}
