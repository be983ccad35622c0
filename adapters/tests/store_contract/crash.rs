//! A record that is cancelled in the middle.

use super::cut_off::poll_some;
use crate::world::*;
use shared::ports::store::{BatchStore, RecordPart, ReportStore, RunQueries, RunStore};

#[tokio::test]
async fn a_cancelled_record_writes_everything_or_nothing() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", 1).await;
    let listing = listing_of(&store, 1).await;
    let (mut cut, mut whole) = (0, 0);
    for polls in 0..60 {
        let run = started(&store, 1).await;
        let mut seen = priced(1, 1000 + polls, at(20 + i64::from(polls)));
        seen.listings = vec![due(
            listing,
            shop_state(1300 + polls, true),
            i64::from(polls) + 1,
        )];
        let answer = record(run, RecordPart::Batch(1), vec![seen]);

        poll_some(polls, store.record(&answer)).await;

        let open = store.batch(run, 1).await.unwrap().is_some();
        let report = store.report(run, at(99)).await.unwrap().unwrap();
        let written = (report.outcomes.total(), report.requests);
        assert_eq!(
            written,
            if open { (0, 0) } else { (1, 1) },
            "after {polls} polls"
        );
        cut += u32::from(open);
        whole += u32::from(!open);
        store.fail_run(run, "next", at(99)).await.unwrap();
    }
    assert!(cut > 1 && whole > 1, "{cut} cut off, {whole} whole");
}

#[tokio::test]
async fn a_cancelled_record_that_trips_the_guard_holds_all_or_nothing() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", 60).await;
    let asins: Vec<_> = (1..=60).map(asin).collect();
    let (mut cut, mut whole) = (0, 0);
    for polls in 0..80 {
        let run = started(&store, 60).await;
        let seen_at = at(20 + i64::from(polls));
        let rows = store.listings(&asins, None).await.unwrap();
        let answer = |no: u32| {
            let seen = (no * 20 - 19..=no * 20).map(|number| {
                let row = &rows[number as usize - 1];
                let version = row.desired.map_or(1, |(version, _)| version + 1);
                let mut seen = gone(number, seen_at);
                seen.listings = vec![due(row.listing.id, shop_state(1300, false), version)];
                seen
            });
            record(run, RecordPart::Batch(no), seen.collect())
        };
        for no in 1..=2 {
            store.record(&answer(no)).await.unwrap();
        }

        poll_some(polls, store.record(&answer(3))).await;

        let open = store.batch(run, 3).await.unwrap().is_some();
        let view = store.run_view(run).await.unwrap();
        let written = (view.updates, view.updates_done, view.held_back);
        let expected = if open { (40, 0, 0) } else { (60, 60, 60) };
        assert_eq!(written, expected, "after {polls} polls");
        cut += u32::from(open);
        whole += u32::from(!open);
        store.fail_run(run, "next", at(99)).await.unwrap();
    }
    assert!(cut > 1 && whole > 1, "{cut} cut off, {whole} whole");
}
