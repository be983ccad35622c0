//! Compares the Lua scripts with the state machines: the same history gives the same decisions.

#![expect(clippy::unwrap_used, reason = "a history that fails is a failed test")]

mod redis_fixture;

use adapters::limiter::redis::{RateReply, RateScript, WindowScript};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use redis_fixture::TestRedis;
use shared::domain::account::AccountId;
use shared::domain::lane::{Lane, Priority, ShopLane};
use shared::domain::platform::Platform;
use shared::domain::quota::{Window, WindowQuota, WindowUse};
use shared::domain::rate::{
    ConfiguredPeriod, Feedback, LaneState, Micros, TicketDecision, TicketLimits, Wake, margin,
};
use tokio::runtime::Runtime;

const MS: Micros = 1_000;
const START: Micros = 1_795_000_000_000_000;
/// `MISEBAN_TEST_CASES` overrides it.
const CASES: u32 = 300;

#[derive(Debug, Clone)]
enum Act {
    Take(u64, Priority),
    /// The response to the last grant, or to the one before.
    Done(Answer),
    Cancel(u64),
    StepBack(Micros),
}

#[derive(Debug, Clone)]
struct Answer {
    refused: bool,
    header: Option<f64>,
    late: Micros,
    to_older: bool,
}

#[derive(Debug, Clone)]
struct History {
    configured: ConfiguredPeriod,
    limits: TicketLimits,
    acts: Vec<(Micros, Act)>,
}

/// Responses of which one in `refused_in` is a refusal.
fn answers(refused_in: u32, with_headers: bool) -> impl Strategy<Value = Answer> {
    let edges = vec![
        0.1,
        0.5,
        0.502,
        1.0,
        2.0,
        20.0,
        1e-4,
        0.0,
        -1.0,
        1e9,
        f64::NAN,
    ];
    let header = prop_oneof![
        4 => Just(None),
        2 => (0.01_f64..30.0).prop_map(Some),
        1 => prop::sample::select(edges).prop_map(Some),
    ];
    let answer = (0..refused_in, header, -50 * MS..500 * MS, any::<bool>());
    answer.prop_map(move |(refused, header, late, to_older)| Answer {
        refused: refused == 0,
        header: header.filter(|_| with_headers),
        late,
        to_older,
    })
}

fn acts(refused_in: u32, with_headers: bool) -> impl Strategy<Value = Vec<(Micros, Act)>> {
    let priority = prop_oneof![3 => Just(Priority::Normal), 1 => Just(Priority::Urgent)];
    let act = prop_oneof![
        12 => (0_u64..8, priority).prop_map(|(ticket, priority)| Act::Take(ticket, priority)),
        8 => answers(refused_in, with_headers).prop_map(Act::Done),
        1 => (0_u64..8).prop_map(Act::Cancel),
        1 => prop_oneof![0..60 * MS, 0..100_000 * MS].prop_map(Act::StepBack),
    ];
    let pause = prop_oneof![
        10 => 0..5 * MS,
        10 => 0..500 * MS,
        10 => 0..5_000 * MS,
        1 => 0..5_000_000 * MS,
    ];
    prop::collection::vec((pause, act), 1..160)
}

fn histories() -> impl Strategy<Value = History> {
    let configured = prop_oneof![
        prop::sample::select(vec![100 * MS, 2_000 * MS, 10_000 * MS]),
        100..20_000 * MS
    ];
    let configured = (configured, any::<bool>()).prop_map(|(period, is_set)| {
        if is_set {
            ConfiguredPeriod::Set(period)
        } else {
            ConfiguredPeriod::Published(period)
        }
    });
    let horizon = prop_oneof![Just(60_000 * MS), 100 * MS..20_000 * MS];
    let limits =
        (1..4_000 * MS, horizon).prop_map(|(grace, horizon)| TicketLimits { grace, horizon });
    let acts = prop_oneof![
        acts(3, true),
        acts(3, false),
        acts(25, false),
        acts(25, true)
    ];
    (configured, limits, acts).prop_map(|(configured, limits, acts)| History {
        configured,
        limits,
        acts,
    })
}

fn expected(decision: Option<TicketDecision>, wake: Wake, lane: &LaneState) -> RateReply {
    RateReply {
        decision,
        woke_all: wake == Wake::All,
        pace: lane.pace(),
        gap: lane.period() + margin(lane.period()),
        waiting: i64::try_from(lane.waiting()).unwrap(),
    }
}

async fn same_lane(history: History, script: RateScript) -> Result<(), TestCaseError> {
    let mut lane = LaneState::unknown(history.configured);
    let mut now = START;
    let mut grants = vec![START - MS, START];
    for (pause, act) in history.acts {
        now += pause;
        let script = script.at(now);
        let (here, there) = match act {
            Act::StepBack(step) => {
                now -= step;
                continue;
            }
            Act::Take(ticket, priority) => {
                let (decision, wake) = lane.take(ticket, priority, now, &history.limits);
                if let TicketDecision::Go { granted_at, .. } = decision {
                    grants.push(granted_at);
                }
                let name = format!("process:{ticket}");
                let there = script.take(&name, priority, &history.limits).await;
                (expected(Some(decision), wake, &lane), there)
            }
            Act::Done(answer) => {
                let granted_at = grants[grants.len() - 1 - usize::from(answer.to_older)];
                let feedback = Feedback {
                    refused: answer.refused,
                    rate_header: answer.header,
                    late: answer.late,
                };
                let wake = lane.done(granted_at, &feedback, now);
                let there = script.done(granted_at, &feedback).await;
                (expected(None, wake, &lane), there)
            }
            Act::Cancel(ticket) => {
                let wake = lane.cancel(ticket);
                let there = script.cancel(&format!("process:{ticket}")).await.unwrap();
                // The script does not read the pace to cancel a ticket.
                let (pace, gap) = (there.pace, there.gap);
                let here = expected(None, wake, &lane);
                (RateReply { pace, gap, ..here }, Ok(there))
            }
        };
        prop_assert_eq!(here, there.unwrap(), "at {} us", now - START);
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Call {
    Take,
    Close(Window),
}

fn calls() -> impl Strategy<Value = (WindowQuota, i64, Vec<(i64, Call)>)> {
    let call = prop_oneof![
        12 => Just(Call::Take),
        1 => Just(Call::Close(Window::Short)),
        1 => Just(Call::Close(Window::Long)),
    ];
    // Pauses from microseconds to days, and steps back.
    let pause = prop_oneof![
        6 => 0..400_000_000_i64,
        2 => 0..12_i64,
        2 => 0..4_000_000_000_i64,
        1 => 0..200_000_000_000_i64,
        1 => -200_000_000_000..0_i64,
        1 => -5_000_000_000..0_i64,
    ];
    let per_hour = prop::option::of(0_u32..12);
    let per_day = prop::option::of(0_u32..40);
    let quota = (per_hour, per_day, any::<bool>()).prop_map(|(per_hour, per_day, minutes)| {
        let mut quota = adapters::base::quota(per_hour, per_day);
        if minutes {
            quota.short.length = TimeDelta::minutes(1);
            quota.long.offset = TimeDelta::zero();
        }
        quota
    });
    let start = 0..86_400_000_000_i64;
    (quota, start, prop::collection::vec((pause, call), 1..150))
}

async fn same_windows(
    (quota, start, calls): (WindowQuota, i64, Vec<(i64, Call)>),
    script: WindowScript,
    lane: Lane,
) -> Result<(), TestCaseError> {
    let mut used = WindowUse::default();
    let mut now = DateTime::<Utc>::from_timestamp_micros(START + start).unwrap();
    for (pause, call) in calls {
        now += TimeDelta::microseconds(pause);
        let script = script.at(now);
        match call {
            Call::Take => {
                let there = script.take(&lane, &quota).await.unwrap();
                prop_assert_eq!(used.take(&quota, now).err(), there, "at {}", now);
            }
            Call::Close(window) => {
                let there = script.close(&lane, &quota, window).await.unwrap();
                prop_assert_eq!(used.close(&quota, window, now), there, "at {}", now);
            }
        }
    }
    Ok(())
}

fn runner() -> TestRunner {
    let cases = std::env::var("MISEBAN_TEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    TestRunner::new(Config {
        cases: cases.unwrap_or(CASES),
        failure_persistence: None,
        ..Config::default()
    })
}

fn name(number: &std::cell::Cell<u64>) -> String {
    number.set(number.get() + 1);
    format!("lane-{}", number.get())
}

#[test]
fn the_rate_script_decides_as_the_state_machine_does() {
    let runtime = Runtime::new().unwrap();
    let redis = runtime.block_on(TestRedis::open());
    let link = runtime.block_on(redis.link());
    let number = std::cell::Cell::new(0);

    let same = runner().run(&histories(), |history| {
        let lane = Lane::ItemOffers(name(&number));
        let script = RateScript::new(&link, &lane, history.configured);
        runtime.block_on(same_lane(history, script))
    });

    same.unwrap();
}

#[test]
fn the_window_script_decides_as_the_state_machine_does() {
    let runtime = Runtime::new().unwrap();
    let redis = runtime.block_on(TestRedis::open());
    let script = WindowScript::new(&runtime.block_on(redis.link()));
    let number = std::cell::Cell::new(0);

    let same = runner().run(&calls(), |history| {
        let lane = Lane::Shop(ShopLane {
            platform: Platform::default(),
            account: AccountId::parse(&name(&number)).unwrap(),
            quota: history.0,
        });
        runtime.block_on(same_windows(history, script.clone(), lane))
    });

    same.unwrap();
}

#[tokio::test]
async fn a_grant_needs_every_bucket_of_a_lane_open_and_closes_them_all() {
    let redis = TestRedis::open().await;
    let link = redis.link().await;
    let lane = Lane::ItemOffers("pair".to_owned());
    let limits = TicketLimits::default();
    let pair = RateScript::new(&link, &lane, 2_000 * MS);
    let application = pair.keys().states[0].replace(":state", ":application");
    let both = pair.and_bucket(application, 5_000 * MS);
    let ask = |now, ticket| {
        let script = both.at(now);
        async move {
            let reply = script.take(ticket, Priority::Normal, &limits).await;
            reply.unwrap().decision.unwrap()
        }
    };
    let (pair_gap, both_gap) = (2_025 * MS, 5_050 * MS);

    assert_eq!(ask(START, "a").await, TicketDecision::AskAgainIn(both_gap));
    let early = ask(START + pair_gap, "a").await;
    assert_eq!(early, TicketDecision::AskAgainIn(both_gap - pair_gap));
    let granted_at = START + both_gap;
    let period = 2_000 * MS;
    let granted = TicketDecision::Go { granted_at, period };
    assert_eq!(ask(granted_at, "a").await, granted);
    let next = ask(granted_at, "b").await;
    assert_eq!(next, TicketDecision::AskAgainIn(both_gap));

    let refused = Feedback {
        refused: true,
        rate_header: Some(1.0),
        late: 0,
    };
    let reply = both
        .at(granted_at + MS)
        .done(granted_at, &refused)
        .await
        .unwrap();
    let after = ask(granted_at + MS, "b").await;
    assert_eq!(reply.pace.period, 1_000 * MS);
    // The longer pause counts, and the header does not apply to the second bucket.
    assert_eq!(after, TicketDecision::AskAgainIn(both_gap - MS));
}
