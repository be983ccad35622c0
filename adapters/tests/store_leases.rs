//! Leases: only one holder at a time.

use adapters::store::SqlStore;
use chrono::{DateTime, TimeDelta, Utc};
use shared::ports::store::LeaseStore as _;

fn noon() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

async fn take(store: &SqlStore, holder: &str, after: i64) -> bool {
    let now = noon() + TimeDelta::seconds(after);
    let until = now + TimeDelta::seconds(10);
    store
        .take_lease("refresh", holder, now, until)
        .await
        .expect("an answer")
}

async fn store() -> SqlStore {
    SqlStore::open("sqlite::memory:").await.expect("a store")
}

#[tokio::test]
async fn only_one_of_many_gets_the_lease_and_can_renew_it() {
    let store = store().await;

    assert!(take(&store, "a", 0).await);
    assert!(!take(&store, "b", 5).await);
    assert!(take(&store, "a", 8).await);
    assert!(!take(&store, "b", 12).await);
}

#[tokio::test]
async fn a_dead_holder_loses_the_lease_when_it_expires() {
    let store = store().await;
    take(&store, "a", 0).await;

    assert!(take(&store, "b", 10).await);
    assert!(!take(&store, "a", 11).await);
}

#[tokio::test]
async fn only_the_holder_releases_the_lease() {
    let store = store().await;
    take(&store, "a", 0).await;

    store.end_lease("refresh", "b").await.expect("an answer");
    assert!(!take(&store, "b", 1).await);
    store.end_lease("refresh", "a").await.expect("an answer");
    assert!(take(&store, "b", 1).await);
}

#[tokio::test]
async fn everybody_sees_until_when_a_lease_is_held() {
    let store = store().await;
    let until = async || store.lease_until("refresh").await.expect("an answer");
    assert_eq!(until().await, None);

    take(&store, "a", 0).await;

    assert_eq!(until().await, Some(noon() + TimeDelta::seconds(10)));
    store.end_lease("refresh", "a").await.expect("an answer");
    assert_eq!(until().await, None);
}

#[tokio::test]
async fn a_dead_holder_of_tomorrow_had_a_wrong_clock_and_loses_the_lease_now() {
    const DAY: i64 = 24 * 3_600;
    let store = store().await;
    assert!(take(&store, "a", DAY).await);

    assert!(take(&store, "b", 0).await);
    assert!(!take(&store, "a", 1).await);
}
