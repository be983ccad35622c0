use super::*;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::domain::report::{
    Backfill, CacheUse, Drifted, Outcomes, PriceChanges, ReadShop, Reconciled, StockChanges,
    UnknownItem, Updates,
};
use shared::domain::run::{RunId, RunKind, RunState};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn asin(number: u32) -> Asin {
    Asin::parse(&format!("B0{number:08}")).unwrap()
}

fn quiet() -> Report {
    Report {
        run_id: RunId::parse("01939c1e-7c00-7000-8000-000000000001").unwrap(),
        kind: RunKind::PriceStock,
        dry_run: false,
        state: RunState::Done,
        error: None,
        started_at: at("2026-11-22T00:00:00Z"),
        ended_at: Some(at("2026-11-22T01:51:12Z")),
        seconds: 6672.4,
        asins: 12_829,
        batches: 642,
        requests: 642,
        refused: 0,
        outcomes: Outcomes {
            success: 12_560,
            out_of_stock: 107,
            filtered_out: 162,
            ..Outcomes::default()
        },
        cache: CacheUse::default(),
        backfill: Backfill::default(),
        price_changes: PriceChanges::default(),
        stock_changes: StockChanges::default(),
        updates: Updates::default(),
        hidden: 0,
        shown: 0,
        delisted: 0,
        permit_wait_seconds: 6120.0,
        quota_used: 0.962,
        failures: Vec::new(),
        holds: Vec::new(),
        still_missing: Vec::new(),
        guard: None,
        reconcile: None,
    }
}

fn eventful() -> Report {
    let cause = |code: &str, count| Failures {
        code: code.to_owned(),
        count,
    };
    let change = |number: u32| PriceChange {
        asin: asin(number),
        old: Yen(20_000 + number),
        new: Yen(if number.is_multiple_of(2) {
            1_200
        } else {
            120_000
        }),
    };
    Report {
        refused: 2,
        outcomes: Outcomes {
            success: 12_540,
            out_of_stock: 107,
            filtered_out: 162,
            api_error: 17,
            invalid_asin: 3,
        },
        backfill: Backfill {
            asins: 580,
            requests: 29,
            success: 563,
            failed: 17,
        },
        price_changes: PriceChanges {
            count: 734,
            of_100_yen_or_more: 310,
            examples: (1..=12).map(change).collect(),
        },
        stock_changes: StockChanges {
            to_out: 41,
            to_in: 9,
        },
        updates: Updates {
            applied: 720,
            equal: 12_000,
            held: 4,
            failed: 5,
            parked: 1_500,
        },
        hidden: 41,
        shown: 9,
        delisted: 17,
        failures: vec![cause("unavailable", 4), cause("bad_price", 1)],
        holds: vec![cause("price_above_bounds", 3), cause("not_editable", 1)],
        still_missing: (1..=10).map(asin).collect(),
        ..quiet()
    }
}

fn drifted(number: u32, left: ShopState, found: Option<ShopState>) -> Drifted {
    Drifted {
        account: account("main"),
        asin: asin(number),
        item: ItemId(i64::from(number) + 70_000_000),
        left,
        found,
    }
}

fn account(name: &str) -> AccountId {
    AccountId::parse(name).unwrap()
}

fn read(name: &str, state: &str, items: u64, error: Option<&str>) -> ReadShop {
    ReadShop {
        account: account(name),
        state: state.to_owned(),
        items,
        missing: 0,
        error: error.map(ToOwned::to_owned),
    }
}

/// A night on which much was found: one shop whole, one held, one that could not be read.
fn reconciled() -> Report {
    let look = |price, visible, stock| ShopState {
        price: Yen(price),
        visible,
        stock: Some(stock),
    };
    let unknown = |item, sku: Option<&str>| UnknownItem {
        account: account("main"),
        item: ItemId(item),
        sku: sku.map(ToOwned::to_owned),
    };
    let left = look(1_560, true, 1);
    let found = Reconciled {
        shops: vec![
            read("main", "done", 8_204, None),
            read("second", "held", 1_100, None),
            read("third", "given_up", 300, Some("http 500, no items")),
        ],
        items: 9_604,
        drifted: 14,
        price: 3,
        visible: 12,
        stock: 1,
        examples: vec![
            drifted(1, left, Some(look(1_980, true, 1))),
            drifted(2, left, Some(look(1_560, false, 1))),
            drifted(3, left, Some(look(1_200, false, 5))),
        ],
        sold_out: 1,
        sold_out_examples: vec![drifted(4, left, Some(look(1_560, true, 0)))],
        gone: 2,
        gone_examples: vec![drifted(5, left, None), drifted(6, left, None)],
        missing_held: 870,
        unknown: 2,
        unknown_examples: vec![unknown(71_000_001, Some("棚-7")), unknown(71_000_002, None)],
    };
    Report {
        kind: RunKind::Reconcile,
        asins: 12_829,
        batches: 3,
        requests: 97,
        outcomes: Outcomes::default(),
        updates: Updates {
            applied: 14,
            ..Updates::default()
        },
        delisted: 2,
        reconcile: Some(found),
        ..quiet()
    }
}

#[test]
fn a_reconciliation_reads_well_in_japanese() {
    insta::assert_snapshot!(render(&reconciled(), Lang::Ja));
}

#[test]
fn a_reconciliation_reads_well_in_english() {
    insta::assert_snapshot!(render(&reconciled(), Lang::En));
}

#[test]
fn a_run_without_events_reads_well_in_japanese() {
    insta::assert_snapshot!(render(&quiet(), Lang::Ja));
}

#[test]
fn a_run_without_events_reads_well_in_english() {
    insta::assert_snapshot!(render(&quiet(), Lang::En));
}

#[test]
fn a_run_full_of_events_reads_well_in_japanese() {
    insta::assert_snapshot!(render(&eventful(), Lang::Ja));
}

#[test]
fn a_run_full_of_events_reads_well_in_english() {
    insta::assert_snapshot!(render(&eventful(), Lang::En));
}

#[test]
fn a_dry_run_that_reads_the_cache_and_failed_says_so() {
    let report = Report {
        kind: RunKind::Visibility,
        dry_run: true,
        state: RunState::Failed,
        error: Some("the credentials are not accepted\u{1b}[2J".to_owned()),
        ended_at: None,
        seconds: 12.34,
        cache: CacheUse {
            hits: 12_249,
            misses: 580,
        },
        ..quiet()
    };

    insta::assert_snapshot!(render(&report, Lang::Ja));
}

#[test]
fn a_run_with_nothing_in_it_is_no_special_case() {
    let report = Report {
        asins: 0,
        batches: 0,
        requests: 0,
        outcomes: Outcomes::default(),
        quota_used: 0.0,
        permit_wait_seconds: 0.0,
        seconds: 0.0,
        ..quiet()
    };

    assert!(render(&report, Lang::En).ends_with("What to do next\n  * nothing\n"));
}

#[test]
fn an_ended_run_whose_outcomes_do_not_add_up_says_that_asins_are_missing() {
    let report = Report {
        asins: 12_831,
        ..quiet()
    };

    assert!(render(&report, Lang::En).contains("2 ASINs are still missing"));
}
