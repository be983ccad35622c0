//! The report as JSON is an interface: fields may be added, none renamed.

use chrono::DateTime;
use serde_json::{Value, json};
use shared::domain::account::AccountId;
use shared::domain::money::Yen;
use shared::domain::report::{Guarded, Outcomes, Reconciled, ReconciledShop, Report};
use shared::domain::run::{RunKind, RunState};

fn golden() -> Value {
    json!({
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
            "success": 96, "out_of_stock": 1, "filtered_out": 1, "api_error": 1, "invalid_asin": 1
        },
        "cache": { "hits": 0, "misses": 0, "missing": 0, "stale": 0 },
        "backfill": { "asins": 2, "requests": 1, "success": 1, "failed": 1, "left_out": 0 },
        "price_changes": {
            "count": 1,
            "of_100_yen_or_more": 1,
            "examples": [{
                "asin": "B00EXAMPLE", "old": 1_000, "new": 1_200,
                "name": "A cup", "accounts": ["main"]
            }]
        },
        "stock_changes": {
            "to_out": 1,
            "to_in": 0,
            "examples": [{
                "asin": "B00SOLDOUT", "change": "to_out", "name": null, "accounts": ["main", "sub"]
            }]
        },
        "shops": [{
            "account": "main", "name": "Main shop",
            "price_changes": 1, "to_out": 1, "to_in": 0,
            "applied": 2, "hidden": 1, "shown": 0, "held": 0, "failed": 0, "parked": 0, "for_hours": 0, "delisted": 0
        }],
        "updates": { "applied": 2, "equal": 0, "held": 0, "failed": 0, "parked": 0, "for_hours": 0 },
        "hidden": 1,
        "shown": 0,
        "delisted": 0,
        "permit_wait_seconds": 40.0,
        "quota_used": 0.99,
        "failures": [{ "code": "bad_item_id", "count": 1 }],
        "holds": [{ "code": "price_above_bounds", "count": 1 }],
        "still_missing": ["B00MISSING"],
        "unanswered": [{ "code": "amazon refuses the request: http 400 InvalidInput", "count": 1 }],
        "invalid": { "count": 0, "examples": [] }
    })
}

#[test]
fn the_names_of_the_report_stay_as_they_are() {
    let report: Report = serde_json::from_value(golden()).expect("the report of this version");

    let written = serde_json::to_value(&report).expect("a report is JSON");

    assert_eq!(written, golden());
    assert_eq!(report.outcomes.total(), report.asins);
}

#[test]
fn a_part_with_something_to_say_is_written() {
    let mut report: Report = serde_json::from_value(golden()).expect("the report of this version");
    report.doubted.count = 1;
    report.without_offer.count = 2;

    let written = serde_json::to_value(&report).expect("a report is JSON");

    assert_eq!(written["doubted"]["count"], 1);
    assert_eq!(written["without_offer"]["count"], 2);
}

#[test]
fn a_report_of_an_older_program_stays_readable() {
    let mut old = golden();
    let fields = old.as_object_mut().expect("an object");
    fields.remove("shops");
    fields["stock_changes"] = json!({ "to_out": 1, "to_in": 0 });
    fields["price_changes"]["examples"] =
        json!([{ "asin": "B00EXAMPLE", "old": 1_000, "new": 1_200 }]);

    let report: Report = serde_json::from_value(old).expect("the report of an older version");

    assert!(report.price_changes.reach(Yen(200)));
    assert_eq!(report.shops, []);
}

#[test]
fn prices_reach_the_difference_of_the_largest_change_up_or_down() {
    let mut report: Report = serde_json::from_value(golden()).expect("the report of this version");
    let changes = &mut report.price_changes;

    assert!(changes.reach(Yen(200)) && !changes.reach(Yen(201)));
    changes.examples[0].new = Yen(700);
    assert!(changes.reach(Yen(300)) && !changes.reach(Yen(301)));
    changes.examples.clear();
    assert!(!changes.reach(Yen(0)));
}

#[test]
fn a_shop_is_left_out_only_if_nothing_happened_there() {
    let mut report: Report = serde_json::from_value(golden()).expect("the report of this version");
    let shop = &mut report.shops[0];

    assert!(!shop.is_empty());
    (shop.price_changes, shop.to_out, shop.applied, shop.hidden) = (0, 0, 0, 0);
    assert!(shop.is_empty());
    shop.delisted = 1;
    assert!(!shop.is_empty());
}

/// A run that is done, and in which all went well.
fn good() -> Report {
    let mut report: Report = serde_json::from_value(golden()).expect("the report of this version");
    report.outcomes.success += report.outcomes.api_error;
    report.outcomes.api_error = 0;
    report.backfill.failed = 0;
    report
}

fn shop(state: &str) -> Reconciled {
    let shop = ReconciledShop {
        account: AccountId::parse("main").expect("an id"),
        state: state.to_owned(),
        items: 0,
        missing: 0,
        error: None,
    };
    Reconciled {
        shops: vec![shop],
        ..Reconciled::default()
    }
}

/// What a run may lack, and the state that its report then has.
type Lack = (&'static str, fn(&mut Report), RunState);

const LACKS: [Lack; 20] = [
    ("nothing", |_| {}, RunState::Done),
    (
        "one update",
        |run| run.updates.failed = 1,
        RunState::Incomplete,
    ),
    (
        "all updates",
        |run| run.updates.failed = 1_778,
        RunState::Incomplete,
    ),
    (
        "updates that wait for BASE",
        |run| run.updates.parked = 1,
        RunState::Incomplete,
    ),
    (
        "updates that wait for RUN_HOURS",
        |run| run.updates.for_hours = 1,
        RunState::Done,
    ),
    (
        "one product",
        |run| run.backfill.failed = 1,
        RunState::Incomplete,
    ),
    (
        "all products",
        |run| (run.outcomes.api_error, run.outcomes.success) = (98, 0),
        RunState::Incomplete,
    ),
    (
        "a batch without a result",
        |run| run.asins += 20,
        RunState::Incomplete,
    ),
    (
        "every listing, which is held",
        |run| (run.updates.applied, run.updates.held) = (0, 3),
        RunState::Incomplete,
    ),
    (
        "a listing that is held",
        |run| run.updates.held = 3,
        RunState::Done,
    ),
    (
        "listings that need an update",
        |run| run.updates.applied = 0,
        RunState::Done,
    ),
    (
        "a listing that is held beside some that are right",
        |run| (run.updates.applied, run.updates.equal, run.updates.held) = (0, 5, 3),
        RunState::Done,
    ),
    (
        "listings",
        |run| (run.asins, run.outcomes) = (0, Outcomes::default()),
        RunState::Incomplete,
    ),
    (
        "outdated listings",
        |run| {
            run.kind = RunKind::Stale;
            (run.asins, run.outcomes) = (0, Outcomes::default());
        },
        RunState::Done,
    ),
    (
        "a shop that could not be read",
        |run| (run.kind, run.reconcile) = (RunKind::Reconcile, Some(shop("given_up"))),
        RunState::Incomplete,
    ),
    (
        "no shop",
        |run| (run.kind, run.reconcile) = (RunKind::Reconcile, Some(shop("done"))),
        RunState::Done,
    ),
    (
        "shops",
        |run| (run.kind, run.batches) = (RunKind::Reconcile, 0),
        RunState::Incomplete,
    ),
    (
        "a second request, which a dry run does not make",
        |run| (run.dry_run, run.outcomes.api_error, run.backfill.failed) = (true, 1, 1),
        RunState::Done,
    ),
    (
        "most products, in a dry run",
        |run| (run.dry_run, run.outcomes.api_error, run.outcomes.success) = (true, 90, 8),
        RunState::Incomplete,
    ),
    (
        "its end",
        |run| (run.state, run.updates.failed) = (RunState::Cancelled, 1),
        RunState::Cancelled,
    ),
];

#[test]
fn a_run_that_lacks_something_of_what_it_was_for_is_not_done() {
    for (lack, take, expected) in LACKS {
        let mut report = good();
        take(&mut report);

        assert_eq!(report.judged().state, expected, "{lack}");
    }
}

#[test]
fn a_run_that_lacks_nothing_is_a_success_and_one_that_failed_as_a_whole_a_failure() {
    let ended = |change: fn(&mut Report)| {
        let mut report = good();
        change(&mut report);
        (report.is_success(), report.is_failure())
    };

    assert_eq!(ended(|_| {}), (true, false));
    assert_eq!(ended(|run| run.updates.failed = 1), (false, false));
    assert_eq!(ended(|run| run.state = RunState::Cancelled), (false, false));
    assert_eq!(ended(|run| run.state = RunState::Failed), (false, true));
    let without_answers = |run: &mut Report| {
        (run.outcomes.api_error, run.outcomes.success) = (98, 0);
    };
    assert_eq!(ended(without_answers), (false, true));
    let shop_unread = |run: &mut Report| {
        (run.kind, run.reconcile) = (RunKind::Reconcile, Some(shop("given_up")));
    };
    assert_eq!(ended(shop_unread), (false, true));
}

/// Whether a run with so many ASINs without an answer, of 100, has failed as a whole.
fn mostly_failed(kind: RunKind, api_error: u64, change: fn(&mut Report)) -> bool {
    let mut report = good();
    report.kind = kind;
    (report.outcomes.api_error, report.outcomes.success) = (api_error, 97 - api_error);
    change(&mut report);
    report.mostly_failed()
}

#[test]
fn a_run_that_follows_amazon_has_failed_when_half_of_it_got_no_answer() {
    let failed = |failed| mostly_failed(RunKind::Stale, failed, |_| {});

    assert_eq!([49, 50].map(failed), [false, true]);
    let dry = |kind| mostly_failed(kind, 90, |run| run.dry_run = true);
    assert!(dry(RunKind::PriceStock));
    assert!(
        !dry(RunKind::Visibility),
        "it asks Amazon in its backfill only"
    );
    assert!(mostly_failed(RunKind::Visibility, 90, |_| {}));
}

#[test]
fn a_run_for_texts_has_failed_when_nothing_was_answered_and_amazon_said_why() {
    let failed = |failed, change| mostly_failed(RunKind::BasicInfo, failed, change);

    assert!(failed(97, |_| {}));
    assert!(!failed(96, |_| {}), "one was answered");
    assert!(!failed(97, |run| run.unanswered.clear()), "all are unknown");
    let unasked = |run: &mut Report| (run.outcomes.api_error, run.asins) = (0, 0);
    assert!(!failed(97, unasked));
}

#[test]
fn a_run_is_held_for_invalid_asins_when_the_guard_holds_no_update() {
    let held = |change: fn(&mut Guarded)| {
        let mut guard = Guarded {
            hides: 0,
            invalid: 60,
            allowed_percent: 10,
            allowed_count: 50,
            held: 0,
            gone: 0,
            tripped_at: DateTime::UNIX_EPOCH,
            decided_at: None,
            decision: None,
        };
        change(&mut guard);
        let mut report = good();
        (report.state, report.guard) = (RunState::Held, Some(guard));
        report
    };

    let marks_only = held(|_| {});
    assert!(marks_only.is_held_for_invalid());
    assert!(!held(|guard| guard.held = 1).is_held_for_invalid());
    assert!(!held(|guard| guard.invalid = 0).is_held_for_invalid());
    let mut released = marks_only;
    released.state = RunState::Done;
    assert!(!released.is_held_for_invalid());
    released.guard = None;
    assert!(!released.is_held_for_invalid());
}
