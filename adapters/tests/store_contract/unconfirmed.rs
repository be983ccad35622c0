//! What was sent and not confirmed: stored with the lease, and kept until an answer says what the shop shows.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use crate::world::*;
use adapters::store::SqlStore;
use shared::domain::listing::{ListingId, ShopState, Unconfirmed};
use shared::ports::store::{BatchStore, UpdateClaim, UpdateResult, UpdateStore, UpdateTask};

/// A listing at 1,300 yen that is to cost 1,560.
async fn opened() -> (SqlStore, ListingId) {
    let store = open().await;
    shop(&store, "a", 1).await;
    let (_, listing) = run_with_update(&store).await;
    (store, listing)
}

async fn leased(store: &SqlStore, listing: ListingId, from: i64, until: i64) -> UpdateTask {
    let begun = store.begin_update(listing, at(from), at(until)).await;
    begun.unwrap().unwrap().unwrap()
}

/// What an answer left open.
fn in_doubt(task: &UpdateTask) -> UpdateClaim {
    UpdateClaim {
        in_doubt: Some(task.desired),
        ..task.claim()
    }
}

/// The shown state and what may be shown instead.
async fn known(store: &SqlStore) -> (ShopState, Option<Unconfirmed>) {
    let row = store.listings(&[asin(1)], None).await.unwrap().remove(0);
    (row.listing.shown, row.unconfirmed)
}

/// The desired state of the listing, as it was sent.
fn dearer() -> Unconfirmed {
    Unconfirmed(vec![shop_state(1560, true)])
}

#[tokio::test]
async fn a_leased_listing_may_show_what_is_to_be_sent_even_if_its_worker_dies() {
    let (store, listing) = opened().await;

    let task = leased(&store, listing, 30, 40).await;

    assert_eq!(task.unconfirmed, None);
    assert_eq!(known(&store).await.1, Some(dearer()));
    store.release_all_updates().await.unwrap();
    let next = leased(&store, listing, 31, 41).await;
    assert_eq!(next.unconfirmed, Some(dearer()));
    assert!(!next.is_equal());
}

#[tokio::test]
async fn a_lease_that_sent_nothing_leaves_no_doubt_and_one_that_did_leaves_it() {
    let (store, listing) = opened().await;
    let nothing = leased(&store, listing, 30, 40).await;
    store.release_update(nothing.claim(), at(31)).await.unwrap();
    assert_eq!(known(&store).await.1, None);

    let lost = leased(&store, listing, 32, 42).await;
    store.release_update(in_doubt(&lost), at(33)).await.unwrap();
    let nothing = leased(&store, listing, 34, 44).await;
    let parked = UpdateResult::Parked;
    let finished = store.finish_update(nothing.claim(), &parked, at(35));
    finished.await.unwrap();

    assert_eq!(known(&store).await.1, Some(dearer()));
}

#[tokio::test]
async fn a_given_up_update_stays_in_doubt_until_an_edit_is_answered() {
    let (store, listing) = opened().await;
    let lost = leased(&store, listing, 30, 40).await;
    store.release_update(in_doubt(&lost), at(31)).await.unwrap();
    let failed = UpdateResult::Failed("unavailable".to_owned());
    let given_up = store.finish_update(unleased(listing, i64::MAX), &failed, at(32));
    given_up.await.unwrap();
    assert_eq!(known(&store).await.1, Some(dearer()));

    let task = leased(&store, listing, 33, 43).await;
    let applied = UpdateResult::Applied(task.desired);
    let finished = store.finish_update(task.claim(), &applied, at(34));
    finished.await.unwrap();

    assert_eq!(known(&store).await, (shop_state(1560, true), None));
}

#[tokio::test]
async fn a_worker_that_wakes_up_late_settles_nothing_and_leaves_doubt() {
    for first_is_answered in [true, false] {
        let (store, listing) = opened().await;
        let frozen = leased(&store, listing, 30, 40).await;
        let other = leased(&store, listing, 41, 51).await;
        let applied = UpdateResult::Applied(shop_state(1700, true));
        let finished = store.finish_update(other.claim(), &applied, at(42));
        finished.await.unwrap();

        if first_is_answered {
            let late = UpdateResult::Applied(frozen.desired);
            let finished = store.finish_update(frozen.claim(), &late, at(43));
            finished.await.unwrap();
        } else {
            let released = store.release_update(in_doubt(&frozen), at(43));
            released.await.unwrap();
        }

        let expected = (shop_state(1700, true), Some(dearer()));
        assert_eq!(known(&store).await, expected);
    }
}

#[tokio::test]
async fn a_settlement_that_is_repeated_leaves_no_doubt() {
    let (store, listing) = opened().await;
    let task = leased(&store, listing, 30, 40).await;
    let applied = UpdateResult::Applied(task.desired);

    for _ in 0..2 {
        let finished = store.finish_update(task.claim(), &applied, at(31));
        finished.await.unwrap();
    }

    assert_eq!(known(&store).await, (shop_state(1560, true), None));
}

#[tokio::test]
async fn an_edit_that_is_answered_confirms_no_other_that_came_meanwhile() {
    let (store, listing) = opened().await;
    let frozen = leased(&store, listing, 30, 40).await;
    let other = leased(&store, listing, 41, 51).await;
    let released = store.release_update(in_doubt(&frozen), at(42));
    released.await.unwrap();

    let applied = UpdateResult::Applied(other.desired);
    let finished = store.finish_update(other.claim(), &applied, at(43));
    finished.await.unwrap();

    assert!(known(&store).await.1.is_some());
}
