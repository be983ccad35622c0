//! The schedule of runs, as one producer keeps it and the next one takes it over.

use crate::house::{House, world};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use producer::{Minder, Thinner};
use shared::domain::asin::Asin;
use shared::domain::run::RunKind;
use shared::ports::bench::Bench;
use shared::ports::clock::Clock;
use shared::ports::store::{CatalogueStore as _, RunStore as _};
use std::sync::Arc;

async fn open_runs(house: &House) -> usize {
    let open = house.store.runs(true, 10).await;
    open.expect("the store answers").len()
}

#[tokio::test]
async fn a_run_is_due_at_once_when_the_schedule_begins() {
    let house = House::open(world(20, 1)).await;
    house.run(RunKind::PriceStock).await;

    Minder::new(house.bench.clone(), 3, [])
        .start_what_is_due()
        .await;

    assert_eq!(open_runs(&house).await, 1);
}

#[tokio::test]
async fn who_follows_a_leader_keeps_to_its_schedule() {
    let house = House::open(world(20, 1)).await;
    house.run(RunKind::PriceStock).await;
    let following = |hours| Minder::following(house.bench.clone(), hours, []);

    let mut not_yet = following(3).await.expect("the store answers");
    not_yet.start_what_is_due().await;
    assert_eq!(open_runs(&house).await, 0);

    let mut overdue = following(0).await.expect("the store answers");
    overdue.start_what_is_due().await;
    assert_eq!(open_runs(&house).await, 1);
}

/// The clock of the machine, so much later.
pub struct Later(pub TimeDelta);

impl Clock for Later {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.0
    }
}

#[tokio::test]
async fn what_has_grown_old_goes_and_the_reports_stay() {
    let house = House::open(world(100, 2)).await;
    let first = house.run(RunKind::PriceStock).await;
    house.run(RunKind::PriceStock).await;
    let after = |days| Bench {
        clock: Arc::new(Later(TimeDelta::days(days))),
        ..house.bench.clone()
    };
    let (mut young, mut old) = (Thinner::new(after(29)), Thinner::new(after(31)));

    assert_eq!(young.look().await.expect("an answer"), 0);
    let mut gone = 0;
    loop {
        match old.look().await.expect("an answer") {
            0 => break,
            rows => gone += rows,
        }
    }

    assert!(
        gone >= 200,
        "{gone} rows: two outcomes for each of 100 ASINs"
    );
    let asin = Asin::parse(&house.simulator.asin(0)).expect("an ASIN");
    let story = house.store.story(asin).await.expect("an answer");
    assert_eq!((story.seen.len(), story.updates.len()), (1, 0));
    let told = house.store.report(first.run_id, house.now()).await;
    assert_eq!(told.expect("an answer"), Some(first));
    // Nothing is forgotten that the next run needs.
    let next = house.run(RunKind::PriceStock).await;
    assert_eq!((next.updates.applied, next.updates.failed), (0, 0));
}

async fn reconciliations(house: &House) -> usize {
    let runs = house
        .store
        .runs(false, 100)
        .await
        .expect("the store answers");
    runs.iter()
        .filter(|run| run.kind == RunKind::Reconcile)
        .count()
}

/// The house so much later, with a schedule that reads its shops back at midnight in Japan.
fn minding(house: &House, later: TimeDelta) -> Minder {
    let bench = Bench {
        clock: Arc::new(Later(later)),
        ..house.bench.clone()
    };
    Minder::new(bench, 3, []).reconciling_at(Some(NaiveTime::MIN))
}

#[tokio::test]
async fn the_shops_are_read_back_once_a_day() {
    let house = House::open(world(20, 1)).await;
    house.run(RunKind::PriceStock).await;
    house.run(RunKind::Reconcile).await;
    let mut minder = minding(&house, TimeDelta::zero());
    minder.start_what_is_due().await;
    minder.start_what_is_due().await;
    assert_eq!(reconciliations(&house).await, 1);

    // Nobody was there at midnight.
    let mut next_day = minding(&house, TimeDelta::hours(25));
    next_day.start_what_is_due().await;
    next_day.start_what_is_due().await;
    assert_eq!(reconciliations(&house).await, 2);
    // And whoever comes after it finds it done.
    minding(&house, TimeDelta::hours(25))
        .start_what_is_due()
        .await;
    assert_eq!(reconciliations(&house).await, 2);
}

#[tokio::test]
async fn a_new_house_waits_for_its_first_night() {
    let house = House::open(world(20, 1)).await;
    let mut minder = minding(&house, TimeDelta::zero());

    minder.start_what_is_due().await;

    assert_eq!(reconciliations(&house).await, 0);
    assert_eq!(open_runs(&house).await, 1);
}
