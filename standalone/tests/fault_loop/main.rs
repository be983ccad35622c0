//! Fault injection: producers and workers over Redis and `PostgreSQL`, while everything that can
//! fail fails repeatedly. In the end nothing is lost, nothing is done twice and no quota is
//! exceeded.
//!
//! Takes two minutes; `MISEBAN_FAULT_SECONDS` sets another time, and `MISEBAN_FAULT_SEED` another
//! sequence of faults; `MISEBAN_FAULT_KIND` draws only faults whose name contains it. Prints what happened.

#![expect(clippy::print_stdout, reason = "the figures are its result")]

mod checks;
mod faults;
mod follow;
mod installation;
mod night;
mod oracle;
mod person;
mod process;
mod server_faults;
mod servers;
#[path = "../../../worker/tests/shifted_clock/mod.rs"]
mod shifted_clock;
#[path = "../../../adapters/tests/tcp_proxy/mod.rs"]
mod tcp_proxy;
mod vendor_faults;
#[path = "../../../worker/tests/vendors/mod.rs"]
mod vendors;

use follow::Follow;
use installation::Installation;
use shared::domain::run::RunKind;
use shared::ports::store::RunQueries as _;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_faults_lose_nothing_and_do_nothing_twice() {
    let lasts = Duration::from_secs(setting("MISEBAN_FAULT_SECONDS", 120));
    let mut installation = Installation::open().await;
    let store = installation.store().await;

    let follow = Follow {
        store: &store,
        programs: installation.programs.clone(),
        simulator: Arc::clone(&installation.simulator),
    };
    let (printed, runs) = tokio::join!(
        installation.inject_faults(lasts, setting("MISEBAN_FAULT_SEED", 1)),
        follow.run_after_run(lasts)
    );
    println!("{printed:?}");
    installation.holidays().await;
    person::authorises_what_needs_it(&follow.programs).await;
    // Offers that fail the rule hide a listing at the second observation.
    follow.whole(RunKind::PriceStock).await;
    follow.whole(RunKind::Reconcile).await;
    let last = follow.whole(RunKind::PriceStock).await;

    let ledger = installation.simulator.ledger();
    for (name, tally) in &ledger.operations {
        println!(
            "{name}: {} requests, {} accepted, {} refused, {} faulted",
            tally.requests, tally.accepted, tally.refused, tally.faulted
        );
    }
    for run in store.runs(false, 1_000).await.expect("runs") {
        checks::every_asin_has_one_outcome(&store, &run).await;
    }
    println!("{runs} runs during the faults");
    installation.shops_are_as_desired(last).await;
    installation.items_are_as_the_market_demands();
    installation.only_deleted_items_are_delisted().await;
    installation.the_quota_is_kept();
    installation.all_stop_on_sigterm().await;
}

/// A number from the environment.
fn setting(name: &str, otherwise: u64) -> u64 {
    let printed = std::env::var(name).ok();
    printed.map_or(otherwise, |printed| {
        printed.parse().expect("a whole number")
    })
}
