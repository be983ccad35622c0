//! The marks of ASINs that Amazon calls invalid: set, asked again, named, removed.

use crate::world::*;
use adapters::store::SqlStore;
use chrono::{DateTime, Utc};
use shared::domain::outcome::{MissReason, Outcome};
use shared::domain::product::InvalidMark;
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{
    BatchStore, CatalogueStore, InvalidAsinStore, RecordPart, RecordedAsin,
};

const DAY: i64 = 24 * 3_600;

/// Amazon called the ASIN invalid at `seconds`, and first at `since`.
fn invalid(number: u32, since: i64, seconds: i64) -> RecordedAsin {
    let mut asin = missed(number, MissReason::Absent);
    asin.miss = None;
    asin.outcome = Outcome::InvalidAsin;
    asin.product.invalid = Some(InvalidMark {
        since: at(since),
        seen_at: at(seconds),
    });
    asin
}

async fn put(store: &SqlStore, run: RunId, no: u32, asin: RecordedAsin) {
    let record = record(run, RecordPart::Batch(no), vec![asin]);
    store.record(&record).await.expect("an answer");
}

async fn mark(store: &SqlStore, number: u32) -> Option<InvalidMark> {
    let products = store.products(&[asin(number)]).await.expect("an answer");
    products[&asin(number)].invalid
}

async fn due(store: &SqlStore, now: DateTime<Utc>) -> usize {
    store.due_again(None, now).await.expect("an answer").len()
}

#[tokio::test]
async fn a_mark_keeps_its_first_instant_until_a_newer_answer() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let run = started(&store, 120).await;

    put(&store, run, 1, invalid(1, 20, 20)).await;
    put(&store, run, 2, priced(1, 900, at(10))).await;
    put(&store, run, 3, invalid(1, 20, 50)).await;
    put(&store, run, 4, invalid(1, 20, 40)).await;

    let expected = InvalidMark {
        since: at(20),
        seen_at: at(50),
    };
    assert_eq!(mark(&store, 1).await, Some(expected));
    assert_eq!(store.listed_asins(None).await.unwrap(), []);
    put(&store, run, 5, priced(1, 900, at(60))).await;
    assert_eq!(mark(&store, 1).await, None);
    put(&store, run, 6, invalid(1, 55, 55)).await;
    assert_eq!(mark(&store, 1).await, None, "an older mark proves nothing");
    assert_eq!(store.listed_asins(None).await.unwrap(), [asin(1)]);
}

#[tokio::test]
async fn a_marked_asin_is_due_daily_and_then_weekly() {
    let store = open().await;
    shop(&store, "a", 2).await;
    let run = started(&store, 120).await;

    put(&store, run, 1, invalid(1, 0, 0)).await;
    put(&store, run, 2, invalid(2, 0, 8 * DAY)).await;

    for seconds in [0, DAY / 2, DAY, 8 * DAY, 9 * DAY, 15 * DAY] {
        let now = at(seconds);
        let marks = [mark(&store, 1).await, mark(&store, 2).await];
        let expected = marks.iter().flatten().filter(|mark| mark.is_due(now));
        assert_eq!(due(&store, now).await, expected.count(), "{seconds}");
    }
    // The second mark is one of the future then, which is not obeyed.
    assert_eq!(due(&store, at(DAY)).await, 2);
    assert_eq!(due(&store, at(9 * DAY)).await, 1);
    assert_eq!(due(&store, at(15 * DAY)).await, 2);
}

#[tokio::test]
async fn a_listing_that_is_shown_is_named_until_its_asin_is_imported_anew() {
    let store = open().await;
    shop(&store, "a", 2).await;
    let run = started(&store, 60).await;
    put(&store, run, 1, invalid(1, 20, 20)).await;

    let named = store.invalid_listings().await.unwrap();
    store.import(&[new_listing("a", 1)], at(30)).await.unwrap();

    assert_eq!((named.count, named.examples[0].asin), (1, asin(1)));
    assert_eq!(named.examples[0].since, at(20));
    assert_eq!(store.invalid_listings().await.unwrap().count, 0);
    assert_eq!(mark(&store, 1).await, None);
    assert_eq!(store.listed_asins(None).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_mark_is_forgotten_when_a_person_names_its_asin() {
    let store = open().await;
    shop(&store, "a", 1).await;
    let run = started(&store, 60).await;
    put(&store, run, 1, invalid(1, 20, 20)).await;

    store.forget_invalid(&[asin(1), asin(9)]).await.unwrap();

    assert_eq!(mark(&store, 1).await, None);
}

#[tokio::test]
async fn no_run_is_doubtful_that_is_not_held() {
    let store = open().await;
    started(&store, 60).await;

    let cancelled = store.cancel_doubtful(RunKind::PriceStock, at(1)).await;

    assert_eq!(cancelled.unwrap(), None);
}
