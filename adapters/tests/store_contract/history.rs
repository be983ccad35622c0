//! The history: changes in the shops, page by page.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

use crate::world::*;
use adapters::store::SqlStore;
use shared::domain::money::Yen;
use shared::domain::outcome::Outcome;
use shared::domain::run::RunId;
use shared::ports::store::{
    BatchStore, ChangesFilter, HistoryStore, ListingChange, RecordPart, UpdateResult, UpdateStore,
};

fn since(seconds: i64) -> ChangesFilter {
    ChangesFilter {
        since: at(seconds),
        asin: None,
        account: None,
    }
}

/// A run in which each of so many listings changes its price, applied a second apart from the
/// fortieth on.
async fn changed(store: &SqlStore, count: u32) -> RunId {
    let run = started(store, count).await;
    for first in (1..=count).step_by(20) {
        let mut answers = Vec::new();
        for number in first..=(first + 19).min(count) {
            let mut seen = priced(number, 1200, at(20));
            seen.change = price_change(1000, 1200);
            let asins = [asin(number)];
            for row in store.listings(&asins, None).await.unwrap() {
                seen.listings
                    .push(due(row.listing.id, shop_state(1560, true), 1));
            }
            answers.push(seen);
        }
        let part = RecordPart::Batch(first / 20 + 1);
        store.record(&record(run, part, answers)).await.unwrap();
    }
    run
}

async fn all(store: &SqlStore, asked: &ChangesFilter, page: u32) -> Vec<ListingChange> {
    let mut found: Vec<ListingChange> = Vec::new();
    loop {
        let next = store.changes(asked, found.last(), page).await.unwrap();
        assert!(next.len() <= page as usize);
        if next.is_empty() {
            return found;
        }
        found.extend(next);
    }
}

#[tokio::test]
async fn a_change_has_its_run_its_observation_and_its_final_state() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let run = changed(&store, 1).await;
    let listing = listing_of(&store, 1).await;
    let applied = UpdateResult::Applied(shop_state(1560, true));
    store
        .finish_update(unleased(listing, 1), &applied, at(41))
        .await
        .unwrap();

    let found = store.changes(&since(0), None, 10).await.unwrap();

    let [change] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((change.run, change.listing), (run, listing));
    assert_eq!(change.from, shop_state(1300, true));
    assert_eq!(change.to, shop_state(1560, true));
    assert_eq!((change.state.as_str(), change.at), ("applied", at(41)));
    assert_eq!(change.amazon, Some((Yen(1000), Yen(1200))));
    let seen = change.seen.as_ref().unwrap();
    assert_eq!((seen.outcome, seen.price), (Outcome::Success, Some(1200)));
    assert_eq!((seen.first_at, seen.offers.len()), (at(20), 1));
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let store = open().await;
    shop(&store, "a", 45).await;
    shop(&store, "b", 45).await;
    changed(&store, 45).await;
    let listings: Vec<_> = all(&store, &since(0), 1000).await;
    // Some of them at the same instant as others.
    for change in listings.iter().step_by(3) {
        let applied = UpdateResult::Applied(shop_state(1560, true));
        let second = 40 + change.listing.0 % 5;
        store
            .finish_update(unleased(change.listing, 1), &applied, at(second))
            .await
            .unwrap();
    }

    let at_once = all(&store, &since(0), 1000).await;
    let by_seven = all(&store, &since(0), 7).await;

    assert_eq!(at_once.len(), 90);
    assert_eq!(by_seven, at_once);
    assert!(at_once.is_sorted_by_key(|change| std::cmp::Reverse(change.at)));
}

#[tokio::test]
async fn changes_are_filtered_by_asin_account_and_time() {
    let store = open().await;
    shop(&store, "a", 3).await;
    shop(&store, "b", 3).await;
    changed(&store, 3).await;
    let of_b = ChangesFilter {
        account: Some(account("b")),
        ..since(0)
    };
    let of_two = ChangesFilter {
        asin: Some(asin(2)),
        ..since(0)
    };

    assert_eq!(all(&store, &since(0), 9).await.len(), 6);
    assert_eq!(all(&store, &of_b, 9).await.len(), 3);
    assert_eq!(all(&store, &of_two, 9).await.len(), 2);
    assert_eq!(all(&store, &since(20), 9).await.len(), 6);
    assert_eq!(all(&store, &since(21), 9).await, []);
}

#[tokio::test]
async fn an_equal_update_is_no_change() {
    let store = open().await;
    shop(&store, "a", 1).await;
    changed(&store, 1).await;
    let listing = listing_of(&store, 1).await;
    store
        .finish_update(unleased(listing, 1), &UpdateResult::Equal, at(41))
        .await
        .unwrap();

    assert_eq!(all(&store, &since(0), 9).await, []);
}
