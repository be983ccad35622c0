//! Faults of the vendors: nothing is hidden, lost or done twice because of them.

use crate::fixture::{Fixture, world};
use shared::domain::report::Report;
use shared::domain::run::RunKind;
use shared::ports::store::AccountStore as _;
use simulator::{Fault, FaultKind};
use sqlx::Connection as _;
use std::time::Duration;

const OFFERS: &str = "getItemOffersBatch";

/// After two runs: offers that fail the rule hide a listing at the second observation.
async fn settled(catalog: usize) -> Fixture {
    let app = Fixture::open(world(catalog, 2)).await;
    app.run(RunKind::PriceStock).await;
    app.run(RunKind::PriceStock).await;
    app
}

fn nothing_hidden(report: &Report) {
    assert_eq!(
        (report.hidden, report.stock_changes.to_out),
        (0, 0),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_batch_that_fails_at_every_attempt_is_left_to_the_backfill() {
    let app = settled(60).await;
    let confirmed = app.run(RunKind::PriceStock).await.backfill.asins;
    let broken = Fault {
        status: Some(500),
        asins: Some(vec![app.simulator.asin(3)]),
        ..Fault::new(OFFERS, FaultKind::Status).times(3)
    };
    app.simulator.add_fault(broken).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    nothing_hidden(&report);
    assert!(report.backfill.asins >= 20 && report.backfill.asins <= 20 + confirmed);
    assert_eq!(report.backfill.failed, 0);
    assert_eq!(report.outcomes.api_error, 0);
}

#[tokio::test]
async fn a_429_costs_no_attempt_and_the_run_ends_complete() {
    let app = settled(100).await;
    let fault = Fault::new(OFFERS, FaultKind::Throttle).times(5);
    app.simulator.add_fault(fault).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    nothing_hidden(&report);
    assert_eq!(
        (
            report.refused,
            report.outcomes.total(),
            report.outcomes.api_error
        ),
        (5, 100, 0)
    );
    assert_eq!(report.requests - report.backfill.requests, 5);
}

#[tokio::test]
async fn asins_missing_in_the_answer_are_misses() {
    let app = settled(40).await;
    let asins = vec![app.simulator.asin(0), app.simulator.asin(1)];
    let missing = Fault {
        asins: Some(asins),
        ..Fault::new(OFFERS, FaultKind::MissingItems).times(1)
    };
    let confirmed = app.run(RunKind::PriceStock).await.backfill.asins;
    app.simulator.add_fault(missing).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    nothing_hidden(&report);
    assert!(report.backfill.asins > confirmed);
    assert_eq!(report.outcomes.api_error, 0);
}

#[tokio::test]
async fn answers_that_cannot_be_read_hide_nothing() {
    for kind in [
        FaultKind::Truncate,
        FaultKind::Malformed,
        FaultKind::Cut,
        FaultKind::Html,
        FaultKind::Huge,
    ] {
        let app = settled(40).await;
        app.simulator
            .add_fault(Fault::new(OFFERS, kind).times(1))
            .expect("a fault");

        let report = app.run(RunKind::PriceStock).await;

        nothing_hidden(&report);
        assert_eq!(
            (report.outcomes.total(), report.outcomes.api_error),
            (40, 0),
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn wrong_types_in_single_fields_are_an_error_of_that_item_only() {
    let app = settled(40).await;
    let wrong = Fault {
        items: Some(20),
        ..Fault::new(OFFERS, FaultKind::WrongTypes)
    };
    app.simulator.add_fault(wrong).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    nothing_hidden(&report);
    assert_eq!(report.outcomes.total(), 40);
    assert!(report.outcomes.api_error > 0);
    assert_eq!(report.backfill.failed, report.outcomes.api_error);
}

#[tokio::test]
async fn a_false_empty_answer_is_corrected_within_the_run() {
    let app = settled(40).await;
    let empty = Fault {
        items: Some(3),
        ..Fault::new(OFFERS, FaultKind::EmptyOffers).times(1)
    };
    app.simulator.add_fault(empty).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;
    let after = app.run(RunKind::PriceStock).await;

    assert_eq!(report.outcomes.total(), 40);
    assert_eq!(
        (after.updates.applied, after.stock_changes.to_in),
        (0, 0),
        "the run itself has corrected it"
    );
}

#[tokio::test]
async fn a_hide_in_progress_when_the_second_answer_arrives_is_undone() {
    let app = settled(40).await;
    let empty = Fault {
        items: Some(3),
        ..Fault::new(OFFERS, FaultKind::EmptyOffers).times(1)
    };
    let slow = Fault {
        millis: Some(1_500),
        ..Fault::new("items/edit", FaultKind::Slow).times(3)
    };
    app.simulator.add_fault(empty).expect("a fault");
    app.simulator.add_fault(slow).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;
    let after = app.run(RunKind::PriceStock).await;

    assert_eq!(
        (report.outcomes.total(), report.stock_changes.to_out),
        (40, 0)
    );
    assert_eq!(after.updates.applied, 0, "all is right again: {after:?}");
}

#[tokio::test]
async fn a_token_that_expires_during_parallel_jobs_is_renewed_once() {
    let app = settled(200).await;
    app.simulator.reset_ledger();
    let ended = Fault::new(OFFERS, FaultKind::TokenExpiry).times(1);
    app.simulator.add_fault(ended).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    nothing_hidden(&report);
    assert_eq!(
        (report.outcomes.total(), report.outcomes.api_error),
        (200, 0)
    );
    let ledger = app.simulator.ledger();
    assert_eq!(ledger.operations["lwaToken"].requests, 1);
}

#[tokio::test]
async fn an_account_whose_hour_is_used_up_is_parked_and_nothing_is_marked_failed() {
    let app = Fixture::open(world(200, 2)).await;
    let used_up = Fault {
        error: Some("hour_api_limit".to_owned()),
        account: Some("shop-1".to_owned()),
        ..Fault::new("items/edit", FaultKind::BaseError)
    };
    app.simulator.add_fault(used_up).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    assert!(
        report.updates.parked > 0 && report.updates.applied > 0,
        "{:?}",
        report.updates
    );
    assert_eq!(report.updates.failed, 0);
    let refused = app.simulator.ledger().operations["items/edit"].requests;
    assert!(
        refused < report.updates.applied + report.updates.parked + 8,
        "no hammering"
    );
}

#[tokio::test]
async fn a_shop_that_is_down_for_a_moment_gets_its_updates() {
    let app = Fixture::open(world(100, 1)).await;
    let away = Fault::new("items/edit", FaultKind::Html).times(2);
    app.simulator.add_fault(away).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    assert!(report.updates.applied > 0);
    assert_eq!(report.updates.failed, 0);
}

#[tokio::test]
async fn a_shop_whose_fresh_tokens_are_refused_for_a_moment_gets_its_updates() {
    let app = Fixture::open(world(100, 1)).await;
    let ended = Fault::new("items/edit", FaultKind::TokenExpiry).times(2);
    app.simulator.add_fault(ended).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    assert!(report.updates.applied > 0);
    assert_eq!((report.updates.failed, report.updates.parked), (0, 0));
    let shop = &app.store.accounts().await.expect("the store")[0];
    assert_eq!(
        (shop.reauthorise_since, shop.tokens_refused_since),
        (None, None)
    );
}

#[tokio::test]
async fn an_answer_is_kept_during_a_database_outage_and_not_requested_again() {
    let app = settled(60).await;
    app.simulator.reset_ledger();
    let run = app
        .start(RunKind::PriceStock)
        .await
        .expect("the run starts");
    let lock = app.lock_database().await;

    let away = async {
        while asked(&app) < 3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Longer than a writer waits for the lock.
        tokio::time::sleep(Duration::from_secs(7)).await;
        lock.close().await.expect("the lock is released");
    };
    let (report, ()) = tokio::join!(app.finish(run), away);

    nothing_hidden(&report);
    assert_eq!(report.outcomes.total(), 60);
    assert_eq!((report.requests, report.refused), (asked(&app), 0));
    assert_eq!(report.requests - report.backfill.requests, 3);
}

fn asked(app: &Fixture) -> u64 {
    let ledger = app.simulator.ledger();
    ledger
        .operations
        .get(OFFERS)
        .map_or(0, |asked| asked.requests)
}

#[tokio::test]
async fn credentials_that_amazon_does_not_accept_end_the_run_with_the_reason() {
    let app = settled(40).await;
    let forbidden = Fault::new(OFFERS, FaultKind::Forbidden);
    app.simulator.add_fault(forbidden).expect("a fault");

    let report = app.run(RunKind::PriceStock).await;

    assert_eq!(report.state.as_str(), "failed");
    assert!(report.error.is_some());
    nothing_hidden(&report);
}
