//! The report as JSON is an interface: fields may be added, none renamed.

use serde_json::{Value, json};
use shared::domain::money::Yen;
use shared::domain::report::Report;

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
        "cache": { "hits": 0, "misses": 0 },
        "backfill": { "asins": 2, "requests": 1, "success": 1, "failed": 1 },
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
            "applied": 2, "hidden": 1, "shown": 0, "held": 0, "failed": 0, "parked": 0, "delisted": 0
        }],
        "updates": { "applied": 2, "equal": 0, "held": 0, "failed": 0, "parked": 0 },
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
