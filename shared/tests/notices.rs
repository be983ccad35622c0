//! Which events people are notified of, and the key under which each is sent once.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use shared::domain::account::{AccountId, AccountRefusal, RefusedParty};
use shared::domain::asin::Asin;
use shared::domain::event_filter::EventFilter;
use shared::domain::money::Yen;
use shared::domain::notice::{EventKind, Notice, SilentPart};
use shared::domain::queue_name::QueueName;
use shared::domain::report::{KnownAs, PriceChange, Report};
use shared::domain::run::RunState;

/// A run of 100 ASINs that is done and changed nothing.
fn quiet() -> Report {
    let nothing = json!({ "count": 0, "examples": [] });
    let report = json!({
        "run_id": "01970000-0000-7000-8000-00000000002a",
        "kind": "price-stock",
        "dry_run": false,
        "state": "done",
        "started_at": "2026-11-21T01:00:00Z",
        "ended_at": "2026-11-21T01:00:10Z",
        "seconds": 10.0,
        "asins": 100,
        "batches": 5,
        "requests": 5,
        "refused": 0,
        "outcomes": {
            "success": 100, "out_of_stock": 0, "filtered_out": 0, "api_error": 0, "invalid_asin": 0
        },
        "cache": { "hits": 0, "misses": 0 },
        "backfill": { "asins": 0, "requests": 0, "success": 0, "failed": 0 },
        "price_changes": nothing,
        "stock_changes": { "to_out": 0, "to_in": 0 },
        "updates": { "applied": 0, "equal": 0, "held": 0, "failed": 0, "parked": 0 },
        "hidden": 0,
        "shown": 0,
        "delisted": 0,
        "permit_wait_seconds": 40.0,
        "quota_used": 0.99
    });
    serde_json::from_value(report).expect("a report")
}

fn run(change: impl FnOnce(&mut Report)) -> Notice {
    let mut report = quiet();
    change(&mut report);
    let report = Box::new(report);
    Notice::Run { report }
}

/// A run in which the price of one product changed by so much, and nothing else.
fn price_changed_by(yen: u32) -> impl Fn(&mut Report) {
    move |run| {
        run.price_changes.count = 1;
        run.price_changes.examples = vec![PriceChange {
            asin: Asin::parse("B00EXAMPLE").expect("an ASIN"),
            old: Yen(1_000),
            new: Yen(1_000 - yen),
            known_as: KnownAs::default(),
        }];
    }
}

fn instant() -> DateTime<Utc> {
    let second: DateTime<Utc> = "2026-11-21T01:00:00Z".parse().expect("an instant");
    second + TimeDelta::milliseconds(700)
}

fn main_shop() -> (AccountId, String) {
    let account = AccountId::parse("main").expect("an id");
    (account, "Main shop".to_owned())
}

fn parked() -> Notice {
    let ((account, name), until) = (main_shop(), instant());
    Notice::Parked {
        account,
        name,
        until,
    }
}

fn silent(part: SilentPart, queues: &[QueueName], until: Option<DateTime<Utc>>) -> Notice {
    Notice::Silent {
        part,
        queues: queues.to_vec(),
        since: instant(),
        until,
    }
}

fn amazon_refuses() -> Notice {
    Notice::AmazonRefuses {
        lane: "spapi/amzn1/item-offers".to_owned(),
        since: instant(),
    }
}

/// One notice of every kind about a shop, with its key and its kind.
fn about_a_shop() -> [(Notice, &'static str, EventKind); 6] {
    let ((account, name), since) = (main_shop(), instant());
    let shop = || (account.clone(), name.clone());
    let reauthorise = |(account, name)| Notice::Reauthorise {
        account,
        name,
        since,
        why: None,
    };
    let refused = |(account, name)| Notice::ShopRefused {
        account,
        name,
        since,
        refusal: AccountRefusal {
            party: RefusedParty::Shop,
            why: "shop_unavailable".to_owned(),
        },
    };
    let proxy = |(account, name)| Notice::ProxyFailed {
        account,
        name,
        since,
    };
    let ending = |(account, name)| Notice::TokenEnding {
        account,
        name,
        ends: since,
        days: 7,
    };
    let nearly = |(account, name)| Notice::NearlyUsedUp {
        account,
        name,
        used: 90_000,
        of: 100_000,
        day: since,
    };
    [
        (parked(), "parked/main", EventKind::AccountParked),
        (
            reauthorise(shop()),
            "reauthorise/main",
            EventKind::Reauthorise,
        ),
        (refused(shop()), "shop-refused/main", EventKind::ShopRefused),
        (proxy(shop()), "proxy-failed/main", EventKind::ProxyFailed),
        (ending(shop()), "token-ending/main", EventKind::TokenEnding),
        (nearly(shop()), "nearly-used-up/main", EventKind::QuotaAlarm),
    ]
}

#[test]
fn an_event_of_a_shop_has_one_key_for_each_second_and_its_own_kind() {
    for (notice, key, kind) in about_a_shop() {
        let days = if kind == EventKind::TokenEnding {
            "/7"
        } else {
            ""
        };

        assert_eq!(notice.event(), format!("{key}/2026-11-21T01:00:00Z{days}"));
        assert_eq!(notice.reasons(), [kind], "{key}");
    }
}

#[test]
fn a_run_has_one_key_while_it_is_held_and_one_when_it_has_ended() {
    let in_state = |state| run(|report| report.state = state).event();
    let run = "run/01970000-0000-7000-8000-00000000002a";

    assert_eq!(in_state(RunState::Held), format!("{run}/held"));
    for ended in [RunState::Done, RunState::Failed, RunState::Cancelled] {
        assert_eq!(in_state(ended), format!("{run}/ended"));
    }
}

#[test]
fn silence_has_one_key_for_what_is_missing_and_one_for_its_end() {
    let (sync, info) = (QueueName::Sync, QueueName::Info);
    let workers = silent(SilentPart::Workers, &[sync, info], None);
    let over = silent(SilentPart::Runs, &[], Some(instant()));

    let at = "2026-11-21T01:00:00Z";
    assert_eq!(workers.event(), format!("silent/workers-sync-info/{at}"));
    assert_eq!(over.event(), format!("silent/runs/{at}/over"));
    assert_eq!(workers.reasons(), [EventKind::Silent]);
}

#[test]
fn a_lane_that_amazon_refuses_is_a_failure_and_a_quota_alarm() {
    let notice = amazon_refuses();

    let key = "amazon-refuses/spapi/amzn1/item-offers/2026-11-21T01:00:00Z";
    assert_eq!(notice.event(), key);
    let kinds = [EventKind::RunFailed, EventKind::QuotaAlarm];
    assert_eq!(notice.reasons(), kinds);
}

/// A change of a report.
type Change = fn(&mut Report);

#[test]
fn a_run_is_news_when_it_changed_or_failed_to_change_anything() {
    let news: [Change; 7] = [
        |run| run.price_changes.count = 1,
        |run| run.stock_changes.to_out = 1,
        |run| run.stock_changes.to_in = 1,
        |run| run.updates.applied = 1,
        |run| run.updates.failed = 1,
        |run| run.delisted = 1,
        |run| (run.outcomes.invalid_asin, run.invalid.count) = (1, 1),
    ];
    let none: [Change; 4] = [
        |_| {},
        |run| run.updates.held = 3,
        // Its listings are hidden, or Amazon was not asked again.
        |run| run.outcomes.invalid_asin = 1,
        |run| run.invalid.count = 1,
    ];

    for (number, change) in news.into_iter().enumerate() {
        let reasons = run(change).reasons();
        assert_eq!(reasons, [EventKind::RunChanged], "news {number}");
    }
    for (number, change) in none.into_iter().enumerate() {
        assert_eq!(run(change).reasons(), [], "no news {number}");
    }
}

#[test]
fn a_run_tells_what_it_lacks() {
    let lacks: [(Change, &[EventKind]); 8] = [
        (|run| run.state = RunState::Failed, &[EventKind::RunFailed]),
        (
            // Half of its ASINs got no answer.
            |run| (run.outcomes.success, run.outcomes.api_error) = (50, 50),
            &[EventKind::RunFailed],
        ),
        (
            |run| (run.outcomes.success, run.outcomes.api_error) = (51, 49),
            &[],
        ),
        (|run| run.refused = 3, &[EventKind::QuotaAlarm]),
        (
            |run| (run.requests, run.refused) = (0, 3),
            &[EventKind::QuotaAlarm],
        ),
        (|run| run.backfill.failed = 1, &[EventKind::BackfillFailed]),
        (|run| run.doubted.count = 1, &[EventKind::BackfillFailed]),
        (
            |run| {
                run.state = RunState::Incomplete;
                (run.refused, run.backfill.failed, run.updates.applied) = (1, 1, 1);
                (run.outcomes.success, run.outcomes.api_error) = (0, 100);
            },
            &[
                EventKind::RunFailed,
                EventKind::QuotaAlarm,
                EventKind::BackfillFailed,
                EventKind::RunChanged,
            ],
        ),
    ];

    for (number, (lack, expected)) in lacks.into_iter().enumerate() {
        assert_eq!(run(lack).reasons(), expected, "lack {number}");
    }
}

#[test]
fn a_failed_run_is_told_once_by_the_lane_if_all_of_its_requests_were_refused() {
    let failed = |requests, refused| {
        run(|run| {
            run.state = RunState::Failed;
            (run.requests, run.refused) = (requests, refused);
        })
    };

    assert_eq!(failed(0, 3).reasons(), []);
    assert_eq!(failed(0, 0).reasons(), [EventKind::RunFailed]);
    let kinds = [EventKind::RunFailed, EventKind::QuotaAlarm];
    assert_eq!(failed(5, 3).reasons(), kinds);
}

#[test]
fn a_held_run_is_told_as_held_and_one_that_is_open_or_was_cancelled_not_at_all() {
    let reasons = |state| {
        let notice = run(|run| {
            run.state = state;
            (run.refused, run.updates.applied) = (1, 1);
        });
        notice.reasons()
    };

    assert_eq!(reasons(RunState::Held), [EventKind::RunHeld]);
    for state in [
        RunState::Running,
        RunState::Backfilling,
        RunState::Cancelled,
    ] {
        assert_eq!(reasons(state), [], "{state:?}");
    }
}

#[test]
fn every_event_is_sent_by_default_and_every_kind_can_be_chosen() {
    let all = EventFilter::default();
    let chosen = EventFilter::parse(" account-parked,run-failed ").expect("two kinds");

    assert_eq!(EventFilter::parse(" all "), Some(all.clone()));
    assert!(all.kinds().eq(EventKind::ALL));
    let serious_first = [EventKind::RunFailed, EventKind::AccountParked];
    assert!(chosen.kinds().eq(serious_first));
    for unknown in ["", "run-failed,", "run-failed,other", "RUN-FAILED"] {
        assert_eq!(EventFilter::parse(unknown), None, "{unknown}");
    }
    let silence = silent(SilentPart::Producer, &[], None);
    assert!(all.wants(&silence) && !chosen.wants(&silence));
    assert!(chosen.wants(&parked()));
    assert!(
        chosen.wants(&amazon_refuses()),
        "one of its kinds is enough"
    );
    assert!(!all.wants(&run(|_| {})), "nothing to tell");
}

#[test]
fn a_run_that_changed_prices_only_is_sent_when_one_changed_by_enough() {
    let usual = EventFilter::default();
    let smaller = EventFilter::default().with_price_changes_from(Yen(50));

    assert!(usual.wants(&run(price_changed_by(100))));
    assert!(!usual.wants(&run(price_changed_by(99))));
    assert!(smaller.wants(&run(price_changed_by(50))));
    assert!(!smaller.wants(&run(price_changed_by(49))));
}

#[test]
fn a_small_change_of_price_hides_no_other_news() {
    let filter = EventFilter::default();
    let small = |change: Change| {
        run(|run| {
            price_changed_by(10)(run);
            change(run);
        })
    };

    let hidden = small(|run| run.updates.applied = 1);
    let failed = small(|run| run.state = RunState::Failed);

    assert!(filter.wants(&hidden) && filter.wants(&failed));
    assert!(hidden.of_prices_only().is_none());
    assert!(parked().of_prices_only().is_none());
    let alone = small(|_| {});
    let report = alone.of_prices_only().expect("prices changed");
    assert_eq!(report.price_changes.count, 1);
}
