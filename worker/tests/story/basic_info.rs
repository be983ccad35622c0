//! Runs of texts and images, and registrations, against the simulated Amazon.

use crate::cut_off::poll_some;
use crate::fixture::{Fixture, every_hours, world};
use crate::schedule::Later;
use adapters::queue::LocalQueue;
use chrono::TimeDelta;
use producer::{Registered, Registration, RunScheduler, register, resume};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::{ItemId, ListingStatus, ShopState};
use shared::domain::money::Yen;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::jobs::QueueName;
use shared::ports::store::{
    BatchStore as _, CatalogueStore as _, NewListing, RunQueries as _, RunStore as _,
};
use simulator::{Fault, FaultKind, MarketSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use worker::runtime::{Concurrency, Runtime, Stop};

const SEARCH: &str = "searchCatalogItems";
const OFFERS: &str = "getItemOffersBatch";
const MALFORMED: &str = "0123456A89";
const UNKNOWN: &str = "B0ZZZZZZZZ";

fn requests(app: &Fixture, operation: &str) -> u64 {
    let ledger = app.simulator.ledger();
    let tally = ledger.operations.get(operation);
    tally.map_or(0, |tally| tally.requests)
}

fn asin(text: &str) -> Asin {
    Asin::parse(text).expect("an ASIN")
}

fn shop(no: u32) -> AccountId {
    AccountId::parse(&format!("shop-{no}")).expect("an id")
}

/// The same app, `days` days later.
fn after(mut app: Fixture, days: i64) -> Fixture {
    app.ctx.clock = Arc::new(Later(TimeDelta::days(days)));
    app
}

async fn list(app: &Fixture, text: &str) {
    let listing = NewListing {
        account: shop(1),
        asin: asin(text),
        item: ItemId(999_999_999),
        sku: "by-hand".to_owned(),
        shown: ShopState {
            price: Yen(1_300),
            visible: true,
            stock: None,
        },
    };
    app.store
        .import(&[listing], app.now())
        .await
        .expect("a listing");
}

fn all_asins(app: &Fixture, count: usize) -> Vec<Asin> {
    (0..count)
        .map(|number| asin(&app.simulator.asin(number)))
        .collect()
}

#[tokio::test]
async fn a_run_asks_twenty_at_a_time_for_what_is_stale_and_for_nothing_else() {
    let app = Fixture::open(world(100, 2)).await;
    let shown = app.on_display();

    let first = app.run(RunKind::BasicInfo).await;
    let second = app.run(RunKind::BasicInfo).await;
    let app = after(app, 8);
    let third = app.run(RunKind::BasicInfo).await;

    assert_eq!(
        (first.asins, first.outcomes.success, first.requests),
        (100, 100, 5)
    );
    assert_eq!(
        (second.asins, second.requests, second.state),
        (0, 0, RunState::Done)
    );
    assert_eq!((third.asins, third.outcomes.success), (100, 100));
    assert_eq!((requests(&app, SEARCH), requests(&app, OFFERS)), (10, 0));
    // Nothing is sent to the shops.
    assert_eq!(first.updates.applied + first.updates.equal, 0);
    assert_eq!(app.on_display(), shown);
    let asins = all_asins(&app, 100);
    assert_eq!(app.store.infos(&asins).await.expect("an answer").len(), 100);
    assert_eq!(
        app.ctx.cache.infos(&asins).await.expect("an answer").len(),
        100
    );
}

#[tokio::test]
async fn texts_make_no_price_fresh_and_prices_no_texts() {
    let app = Fixture::open(world(20, 1)).await;
    app.run(RunKind::BasicInfo).await;

    let stale = app.run(RunKind::Stale).await;
    let texts = app.run(RunKind::BasicInfo).await;

    assert_eq!((stale.asins, texts.asins), (20, 0));
}

#[tokio::test]
async fn an_answer_without_texts_erases_nothing() {
    let app = Fixture::open(world(20, 1)).await;
    let asins = all_asins(&app, 20);
    app.run(RunKind::BasicInfo).await;
    let before = app.store.infos(&asins).await.expect("an answer");
    app.simulator
        .add_fault(Fault::new(SEARCH, FaultKind::NoTexts))
        .expect("a fault");

    let app = after(app, 8);
    let report = app.run(RunKind::BasicInfo).await;

    assert_eq!(report.outcomes.success, 20);
    let stored = app.store.infos(&asins).await.expect("an answer");
    let cached = app.ctx.cache.infos(&asins).await.expect("an answer");
    for asin in &asins {
        assert!(before[asin].value.title.is_some());
        for after in [&stored[asin], &cached[asin]] {
            assert_eq!(after.value, before[asin].value, "{asin}");
            assert!(after.at > before[asin].at);
        }
    }
}

#[tokio::test]
async fn a_malformed_asin_among_twenty_is_found_and_the_other_nineteen_keep_their_texts() {
    let app = Fixture::open(world(19, 1)).await;
    list(&app, MALFORMED).await;

    let report = app.run(RunKind::BasicInfo).await;

    assert_eq!((report.batches, report.asins), (1, 20));
    assert_eq!(
        (report.outcomes.success, report.outcomes.invalid_asin),
        (19, 1)
    );
    assert_eq!((report.state, report.backfill.asins), (RunState::Done, 0));
    assert_eq!(
        app.store
            .infos(&all_asins(&app, 19))
            .await
            .expect("an answer")
            .len(),
        19
    );
    // All twenty, then at most two requests for each of five halvings.
    let asked = requests(&app, SEARCH);
    assert!((2..=11).contains(&asked), "{asked}");
    assert_eq!(report.requests, asked);
    // Only its offers decide whether it is sold.
    let listed = app.store.listed_asins(None).await.expect("an answer");
    assert!(listed.contains(&asin(MALFORMED)));
}

#[tokio::test]
async fn an_unknown_asin_is_requested_once_more_and_named() {
    let app = Fixture::open(world(39, 1)).await;
    list(&app, UNKNOWN).await;

    let report = app.run(RunKind::BasicInfo).await;

    assert_eq!(
        (report.outcomes.success, report.outcomes.api_error),
        (39, 1)
    );
    assert_eq!((report.backfill.asins, report.backfill.failed), (1, 1));
    assert_eq!(report.still_missing, [asin(UNKNOWN)]);
    assert_eq!(requests(&app, SEARCH), 3);
}

#[tokio::test]
async fn a_refusal_by_quota_is_waited_for_and_loses_nothing() {
    let app = Fixture::open(world(60, 1)).await;
    let throttle = Fault::new(SEARCH, FaultKind::Throttle).times(2);
    app.simulator.add_fault(throttle).expect("a fault");

    let report = app.run(RunKind::BasicInfo).await;

    assert_eq!((report.state, report.refused), (RunState::Done, 2));
    assert_eq!((report.outcomes.success, report.requests), (60, 3));
}

#[tokio::test]
async fn an_outage_costs_the_backfill_one_more_request_and_no_text() {
    let app = Fixture::open(world(40, 1)).await;
    app.run(RunKind::BasicInfo).await;
    let app = after(app, 8);
    let missing = Fault {
        items: Some(3),
        ..Fault::new(SEARCH, FaultKind::MissingItems).times(1)
    };
    app.simulator.add_fault(missing).expect("a fault");

    let report = app.run(RunKind::BasicInfo).await;

    assert_eq!((report.backfill.asins, report.backfill.success), (3, 3));
    assert_eq!((report.outcomes.success, report.requests), (40, 3));
}

#[tokio::test]
async fn a_killed_run_continues_where_it_stopped() {
    let mut app = Fixture::open(world(100, 1)).await;
    let slow = Fault {
        millis: Some(100),
        ..Fault::new(SEARCH, FaultKind::Slow)
    };
    app.simulator.add_fault(slow).expect("a fault");
    let run = app.start(RunKind::BasicInfo).await.expect("it starts");
    let concurrency = Concurrency {
        sync: 4,
        update: 8,
        info: 1,
    };
    let (_stop, stopped) = watch::channel(Stop::NotYet);
    let workers = tokio::spawn(Runtime::new(app.ctx.clone(), concurrency).run(stopped));
    let deadline = Instant::now() + Duration::from_secs(30);
    while app.store.run_view(run).await.expect("a view").batches_done < 2 {
        assert!(Instant::now() < deadline, "no batch was done");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    workers.abort();

    // Its queue ended with the process.
    app.ctx.queue = Arc::new(LocalQueue::new());
    resume(&app.ctx).await.expect("it continues");
    let report = app.finish(run).await;

    assert_eq!(
        (report.state, report.outcomes.success),
        (RunState::Done, 100)
    );
    let asked = requests(&app, SEARCH);
    assert!(
        (5..=6).contains(&asked),
        "{asked}: only what was on its way is asked twice"
    );
}

/// The error of a run while Amazon refuses these operations to the application.
async fn denied(app: &Fixture, kind: RunKind, operations: &[&str]) -> String {
    for operation in operations {
        let fault = Fault::new(operation, FaultKind::Forbidden);
        app.simulator.add_fault(fault).expect("a fault");
    }
    let report = app.run(kind).await;
    app.simulator.clear_faults();
    assert_eq!(report.state, RunState::Failed);
    report.error.expect("a cause")
}

#[tokio::test]
async fn a_missing_role_for_texts_stops_texts_only_and_is_named() {
    let app = Fixture::open(world(40, 2)).await;
    let fault = Fault::new(SEARCH, FaultKind::Forbidden);
    app.simulator.add_fault(fault).expect("a fault");
    let mut scheduler =
        RunScheduler::new(app.ctx.clone(), every_hours(3), []).with_basic_info_every(7);
    scheduler.start_due().await;
    let open = app.store.runs(true, 10).await.expect("an answer");
    let run = |kind| {
        open.iter()
            .find(|run| run.kind == kind)
            .expect("started")
            .id
    };

    let texts = app.finish(run(RunKind::BasicInfo)).await;
    let prices = app.finish(run(RunKind::PriceStock)).await;
    let stale = app.run(RunKind::PriceStock).await;

    assert_eq!(texts.state, RunState::Failed);
    let error = texts.error.expect("a cause");
    assert!(error.contains("the role Product Listing"), "{error}");
    assert!(!error.contains("Pricing"), "{error}");
    for report in [prices, stale] {
        assert_eq!(
            (report.state, report.outcomes.total(), report.backfill.asins),
            (RunState::Done, 40, 0)
        );
    }
    app.simulator.clear_faults();
    let texts = app.run(RunKind::BasicInfo).await;
    assert_eq!((texts.state, texts.outcomes.success), (RunState::Done, 40));
}

#[tokio::test]
async fn a_refused_operation_names_the_role_that_it_needs() {
    let app = Fixture::open(world(40, 1)).await;

    let prices = denied(&app, RunKind::PriceStock, &[OFFERS]).await;
    let both = denied(&app, RunKind::PriceStock, &[OFFERS, SEARCH]).await;

    for error in [prices, both] {
        assert!(error.contains("the role Pricing"), "{error}");
        assert!(!error.contains("Product Listing"), "{error}");
    }
    assert_eq!(app.run(RunKind::BasicInfo).await.state, RunState::Done);
    assert_eq!(app.run(RunKind::PriceStock).await.state, RunState::Done);
}

#[tokio::test]
async fn texts_have_a_queue_of_their_own() {
    let app = Fixture::open(world(100, 1)).await;

    app.start(RunKind::BasicInfo).await.expect("it starts");

    let ready = async |queue| app.ctx.queue.stats(queue).await.expect("figures").ready;
    assert_eq!(ready(QueueName::Info).await, 5);
    assert_eq!(ready(QueueName::Sync).await, 0);
}

#[tokio::test]
async fn the_schedule_starts_a_run_of_texts_when_the_last_is_old_enough_and_some_are_stale() {
    let app = Fixture::open(world(20, 1)).await;
    let due = async |app: &Fixture, days| {
        let mut scheduler =
            RunScheduler::new(app.ctx.clone(), every_hours(3), []).with_basic_info_every(days);
        scheduler.start_due().await;
        let open = app.store.runs(true, 10).await.expect("an answer");
        open.into_iter().find(|run| run.kind == RunKind::BasicInfo)
    };

    assert_eq!(due(&app, 0).await, None);
    let first = due(&app, 7).await.expect("nothing is reported yet");
    app.finish(first.id).await;
    assert_eq!(due(&app, 7).await, None);
    let app = after(app, 6);
    assert_eq!(due(&app, 7).await, None);
    let app = after(app, 8);
    let second = due(&app, 7).await.expect("it is a week old");
    assert_ne!(second.id, first.id);
    assert_eq!(due(&app, 7).await.map(|run| run.id), Some(second.id));
}

fn order(account: AccountId, asins: Vec<Asin>) -> Registration {
    Registration {
        id: RunId(uuid::Uuid::now_v7()),
        account,
        asins,
        dry_run: false,
    }
}

async fn registered(app: &Fixture, account: AccountId, asins: &[&str]) -> Registered {
    let asins = asins.iter().map(|text| asin(text)).collect();
    let order = order(account, asins);
    let begun = register(order, &app.ctx).await;
    begun.expect("it is registered")
}

#[tokio::test]
async fn a_new_product_is_fetched_as_a_whole_and_becomes_a_pending_listing() {
    let app = Fixture::open(world(20, 2)).await;
    let known = app
        .store
        .listed_asins(Some(&shop(1)))
        .await
        .expect("an answer")[0]
        .to_string();
    let new = ["B0NEWITEM1", "B0NEWITEM2"];
    for (asin, price) in new.into_iter().zip([1_000, 2_000]) {
        let set = MarketSet {
            asin: asin.to_owned(),
            price: Some(price),
            in_stock: Some(true),
            ..MarketSet::default()
        };
        app.simulator.set_market(vec![set]).expect("the market");
    }

    let asked = [&known, new[0], new[1], UNKNOWN, MALFORMED];
    let begun = registered(&app, shop(1), &asked).await;
    let report = app.finish(begun.run.id).await;

    assert_eq!(begun.duplicates, [(asin(&known), ListingStatus::Listed)]);
    assert_eq!((begun.run.asins, begun.known), (4, 0));
    assert_eq!(report.state, RunState::Done);
    assert_eq!(report.still_missing, [asin(UNKNOWN)]);
    assert_eq!(
        (report.outcomes.success, report.outcomes.invalid_asin),
        (2, 1)
    );
    assert_eq!(requests(&app, OFFERS), 1);
    let asins = [asin(new[0]), asin(new[1])];
    let products = app.store.products(&asins).await.expect("an answer");
    let infos = app.store.infos(&asins).await.expect("an answer");
    assert_eq!(
        products[&asins[1]].price.map(|price| price.value),
        Some(Yen(2_000))
    );
    assert!(infos[&asins[0]].value.title.is_some());
    let listed = [asins[0], asins[1], asin(UNKNOWN), asin(MALFORMED)];
    let listed = app
        .store
        .listed_in(&shop(1), &listed)
        .await
        .expect("an answer");
    let pending = asins.map(|asin| (asin, ListingStatus::Pending));
    assert_eq!(listed, pending.into_iter().collect());
    // Their price does not matter until they are in the shop.
    assert_eq!(app.run(RunKind::PriceStock).await.asins, 20);
}

#[tokio::test]
async fn a_product_of_another_shop_is_registered_without_a_request() {
    let app = Fixture::open(world(20, 2)).await;
    let listed = app
        .store
        .listed_asins(Some(&shop(1)))
        .await
        .expect("an answer");
    let others = app
        .store
        .listed_in(&shop(2), &listed)
        .await
        .expect("an answer");
    let only_there = listed.iter().find(|asin| !others.contains_key(*asin));
    let only_there = only_there.expect("a product of one shop").to_string();
    app.run(RunKind::BasicInfo).await;
    app.run(RunKind::PriceStock).await;
    let asked = (requests(&app, SEARCH), requests(&app, OFFERS));

    let begun = registered(&app, shop(2), &[&only_there, &only_there]).await;
    let report = app.finish(begun.run.id).await;
    let again = registered(&app, shop(2), &[&only_there]).await;

    assert_eq!((begun.known, begun.run.asins), (1, 0));
    assert_eq!((report.state, report.requests), (RunState::Done, 0));
    assert_eq!((requests(&app, SEARCH), requests(&app, OFFERS)), asked);
    assert_eq!(
        again.duplicates,
        [(asin(&only_there), ListingStatus::Pending)]
    );
}

#[tokio::test]
async fn a_registration_that_is_cut_off_has_its_run_and_its_listings_or_neither() {
    let app = Fixture::open(world(20, 2)).await;
    let known = app.store.listed_asins(Some(&shop(1))).await;
    let known = known.expect("an answer");
    app.run(RunKind::BasicInfo).await;
    app.run(RunKind::PriceStock).await;
    let taken = app.store.listed_in(&shop(2), &known).await;
    let taken = taken.expect("an answer").len();
    let mut polls = 0;

    let id = loop {
        let order = order(shop(2), known.clone());
        let id = order.id;
        let cut = register(order, &app.ctx);
        poll_some(polls, cut).await;
        // The next writer waits for the lock that the interrupted one has left.
        let next = app.store.begin_backfill(RunId(uuid::Uuid::nil())).await;
        next.expect("an answer");

        let listed = app.store.listed_in(&shop(2), &known).await;
        let listed = listed.expect("an answer").len();
        let open = app.store.run(id).await.expect("an answer").is_some();
        let expected = if open { known.len() } else { taken };
        assert_eq!(listed, expected, "after {polls} polls, a run: {open}");
        if open {
            break id;
        }
        polls += 1;
    };

    assert!(polls > 1, "cut off {polls} times");
    let again = resume(&app.ctx).await;
    assert_eq!(again.expect("an answer"), [id]);
    assert_eq!(app.finish(id).await.state, RunState::Done);
}

#[tokio::test]
async fn a_run_for_texts_to_which_amazon_only_objects_is_not_done() {
    let app = Fixture::open(world(40, 1)).await;
    let refused = Fault {
        status: Some(400),
        ..Fault::new(SEARCH, FaultKind::Status)
    };
    app.simulator.add_fault(refused).expect("a fault");

    let refused = app.run(RunKind::BasicInfo).await;
    app.simulator.clear_faults();
    let answered = app.run(RunKind::BasicInfo).await;

    assert_eq!(refused.outcomes.api_error, 40, "{refused:?}");
    assert!(refused.mostly_failed());
    assert!(refused.unanswered[0].code.contains("InvalidInput"));
    assert!(!answered.mostly_failed());
}
