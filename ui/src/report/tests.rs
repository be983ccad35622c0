use super::*;
use crate::sample_reports::{asin, eventful, quiet};
use shared::domain::account::AccountId;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::domain::report::{
    BackfillTotals, CacheUse, Drifted, Outcomes, Reconciled, ReconciledShop, UnknownItem, Updates,
};
use shared::domain::run::{RunKind, RunState};

#[test]
fn what_asks_nobody_is_told_as_no_question() {
    let report = Report {
        kind: RunKind::Visibility,
        batches: 20,
        requests: 0,
        ..quiet()
    };

    let text = render(&report, Lang::Ja);

    assert!(!text.contains("問い合わせ(20件ずつ)"), "{text}");
    let batches = text
        .lines()
        .find(|line| line.contains("手元の情報の確認(20件ずつ)"));
    assert!(batches.unwrap().ends_with(" 20回"), "{text}");
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

fn read(name: &str, state: &str, items: u64, error: Option<&str>) -> ReconciledShop {
    ReconciledShop {
        account: account(name),
        state: state.to_owned(),
        items,
        missing: 0,
        error: error.map(ToOwned::to_owned),
    }
}

/// A reconciliation with many differences: one shop is read, one held, one could not be read.
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
        impossible: 1,
        impossible_examples: vec![unknown(71_000_003, Some("B0EXAMPLE1"))],
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
            missing: 80,
            stale: 500,
        },
        backfill: BackfillTotals {
            asins: 580,
            left_out: 580,
            ..BackfillTotals::default()
        },
        ..quiet()
    };

    insta::assert_snapshot!(render(&report, Lang::Ja));
}

#[test]
fn a_report_of_an_earlier_version_shows_its_cache_misses_in_one_figure() {
    let report = Report {
        kind: RunKind::Visibility,
        cache: CacheUse {
            hits: 70,
            misses: 30,
            ..CacheUse::default()
        },
        ..quiet()
    };

    let text = render(&report, Lang::En);

    let misses = text.lines().find(|line| line.contains("cache misses"));
    assert!(misses.is_some_and(|line| line.ends_with("30")), "{text}");
    assert!(!text.contains("not in the cache"), "{text}");
}

#[test]
fn what_was_left_out_without_credentials_is_told_with_its_remedy() {
    let report = Report {
        kind: RunKind::Visibility,
        backfill: BackfillTotals {
            asins: 5,
            left_out: 5,
            ..BackfillTotals::default()
        },
        ..quiet()
    };

    let (ja, en) = (render(&report, Lang::Ja), render(&report, Lang::En));

    assert!(ja.contains("5件はAmazonに問い合わせていません"), "{ja}");
    assert!(en.contains("5 ASINs were left out"), "{en}");
    assert!(!en.contains("run stale"), "{en}");
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

    let nothing = Report {
        kind: RunKind::Stale,
        ..report.clone()
    };
    assert!(render(&nothing, Lang::En).ends_with("What to do next\n  * nothing\n"));
    let text = render(&report, Lang::En);
    assert!(
        text.contains("What to do next\n  * no active shop has a listing"),
        "{text}"
    );
}

#[test]
fn an_ended_run_whose_outcomes_do_not_add_up_says_that_asins_are_missing() {
    let report = Report {
        asins: 12_831,
        ..quiet()
    };

    assert!(render(&report, Lang::En).contains("2 ASINs are still missing"));
}

#[test]
fn the_head_of_an_incomplete_run_says_what_it_lacks() {
    let updates = |failed, parked| Updates {
        failed,
        parked,
        ..Updates::default()
    };
    for (updates, en, ja) in [
        (
            updates(1_778, 0),
            "1,778 updates failed",
            "1,778件の更新に失敗",
        ),
        (
            updates(0, 3),
            "3 updates wait for BASE",
            "3件の更新がBASEの受け付け待ち",
        ),
    ] {
        let report = Report { updates, ..quiet() };
        let report = report.judged();

        let head = |lang| render(&report, lang).lines().next().unwrap().to_owned();
        assert!(head(Lang::En).contains("incomplete: ended, but"));
        assert!(head(Lang::En).ends_with(en), "{}", head(Lang::En));
        assert!(head(Lang::Ja).ends_with(ja), "{}", head(Lang::Ja));
    }
}

#[test]
fn updates_that_wait_for_the_hours_leave_a_run_done_and_are_told_apart() {
    let updates = Updates {
        for_hours: 3,
        ..Updates::default()
    };
    let report = Report { updates, ..quiet() }.judged();

    assert!(!report.is_failure());
    for (lang, row, advice) in [
        (
            Lang::En,
            "waiting for RUN_HOURS",
            "3 updates wait for RUN_HOURS",
        ),
        (
            Lang::Ja,
            "RUN_HOURS の時間待ち",
            "RUN_HOURS の時間を待っている更新が3件",
        ),
    ] {
        let text = render(&report, lang);
        assert!(text.contains(row) && text.contains(advice), "{text}");
        assert!(
            !text.contains("incomplete") && !text.contains("一部未完了"),
            "{text}"
        );
    }
}

#[test]
fn a_run_without_listings_says_how_to_import_some() {
    let report = Report {
        asins: 0,
        outcomes: Outcomes::default(),
        ..quiet()
    };

    let text = render(&report.judged(), Lang::En);

    assert!(text.contains("there was nothing to work on"), "{text}");
    assert!(text.contains("miseban import listings"), "{text}");
    assert!(!text.contains("  * nothing\n"), "{text}");
}
