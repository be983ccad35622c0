//! The schedule of runs, as one producer keeps it and the next one takes it over.

use crate::house::{House, world};
use producer::Minder;
use shared::domain::run::RunKind;
use shared::ports::store::RunStore as _;

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
