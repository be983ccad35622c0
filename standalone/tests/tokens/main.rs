//! Token refresh while four workers edit two shops with sixteen concurrent jobs: real processes
//! over Redis and `PostgreSQL`, and a BASE that accepts each refresh token once.

mod fixture;
#[path = "../fault_loop/process.rs"]
mod process;
#[expect(dead_code, reason = "the fault loop uses more of it")]
#[path = "../fault_loop/servers.rs"]
mod servers;
#[path = "../../../worker/tests/shifted_clock/mod.rs"]
mod shifted_clock;
#[path = "../../../adapters/tests/tcp_proxy/mod.rs"]
mod tcp_proxy;
#[path = "../../../worker/tests/vendors/mod.rs"]
mod vendors;

use fixture::{EDIT, Fixture, LISTINGS, SHOPS};
use simulator::{Config, Fault, FaultKind};
use std::time::{Duration, Instant};

/// A worker refreshes a token one minute before its expiry: here four seconds after it was issued.
const SHORT: u32 = 64;
const RENEWED_EVERY: Duration = Duration::from_secs(4);
/// Longer than any of these tests takes.
const TIMEOUT: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expiring_token_is_refreshed_once_during_sixteen_updates() {
    let app = Fixture::open(SHORT).await;
    let begun = Instant::now();

    while SHOPS.iter().any(|shop| app.renewals(shop).len() < 4) {
        app.edits_everything().await;
        assert!(begun.elapsed() < TIMEOUT, "no token runs out");
    }

    // An early refresh, or one with a used token, would be one too many.
    let most = 1 + begun.elapsed().as_secs() / RENEWED_EVERY.as_secs();
    for shop in SHOPS {
        let statuses = app.renewals(shop);
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        assert!(statuses.len() as u64 <= most, "{statuses:?} of {most}");
    }
    assert_eq!(app.refused_edits(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_expires_early_is_refreshed_once_during_sixteen_updates() {
    let app = Fixture::open(Config::BASE_ACCESS_SECONDS).await;
    app.edits_everything().await;

    for renewed in 1..=3 {
        let in_the_midst = Fault {
            count: Some(1),
            skip: LISTINGS as u64 / 2,
            ..Fault::new(EDIT, FaultKind::TokenExpiry)
        };
        app.simulator.add_fault(in_the_midst).expect("a fault");
        app.edits_everything().await;

        for shop in SHOPS {
            assert_eq!(app.renewals(shop), vec![200; 1 + renewed]);
        }
    }
    assert!(app.refused_edits() > 0, "no token has ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_before_storing_a_token_costs_one_authorisation_without_a_loop() {
    let mut app = Fixture::open(SHORT).await;
    let (lost, other) = (SHOPS[0], SHOPS[1]);
    app.edits_everything().await;
    let row = app.lock_row(lost).await;
    app.tokens_are_due().await;
    let mut expected = app.renewals(lost);

    let run = app.start_run().await;
    let worker = app.waits_for(&row, other).await;
    expected.push(200);
    assert_eq!(app.renewals(lost), expected);
    app.kill(&worker).await;
    row.release().await;
    app.lease_is_over(lost).await;
    app.ended(run).await;

    // The next refresh uses the used token, and no other follows.
    expected.push(400);
    assert_eq!(app.renewals(lost), expected);
    assert_eq!(app.reauthorise().await, [lost]);
    let (killed_at, renewed) = (Instant::now(), app.renewals(other).len());
    while app.renewals(other).len() < renewed + 2 {
        let report = app.whole_run().await;
        assert_eq!(report.updates.failed, app.listed(lost), "{report:?}");
        app.shows_the_price(other);
        assert!(killed_at.elapsed() < TIMEOUT, "{other} is not renewed");
    }
    assert_eq!(app.renewals(lost), expected);
    assert!(app.renewals(other).iter().all(|status| *status == 200));
    assert_eq!(app.reauthorise().await, [lost]);
}
