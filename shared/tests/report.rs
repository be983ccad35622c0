//! The report as JSON is an interface: fields may be added, none renamed.

use serde_json::{Value, json};
use shared::domain::account::AccountId;
use shared::domain::money::Yen;
use shared::domain::report::{Outcomes, Reconciled, ReconciledShop, Report};
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

const LACKS: [Lack; 18] = [
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
