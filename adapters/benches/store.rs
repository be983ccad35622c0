//! How long the store takes for what a run does most. Run with `cargo bench -p adapters`; prints
//! the median and the 99th percentile over 12,829 listings, in a `SQLite` file and on a
//! `PostgreSQL` server of this machine. `-- sqlite` or `-- postgres` measures one of them.

#![expect(clippy::unwrap_used, reason = "a bench that fails may panic")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "../tests/store_fixture/mod.rs"]
mod store_fixture;

use adapters::store::SqlStore;
use shared::domain::account::AccountId;
use shared::domain::run::RunId;
use shared::ports::cache::Cache;
use shared::ports::store::{
    AccountStore, BatchStore, CatalogueStore, NewListing, RecordPart, ReportStore, RunStore,
    UpdateResult, UpdateStore,
};
use std::time::Instant;
use store_fixture::{
    account_row, asin, at, due, new_listing, price_change, priced, record, run_of, shop_state,
};

const LISTINGS: u32 = 12_829;

#[tokio::main]
async fn main() {
    let only = std::env::args().find(|word| word == "sqlite" || word == "postgres");
    let asked = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if asked("sqlite") {
        println!("SQLite");
        let home = store_fixture::sqlite::home().await;
        measure(&home.store().await).await;
    }
    if asked("postgres") {
        println!("PostgreSQL");
        let home = store_fixture::postgres::home().await;
        measure(&home.store().await).await;
    }
}

async fn measure(store: &SqlStore) {
    let accounts = [account_row("a", true)];
    store.sync_accounts(&accounts).await.unwrap();
    let listings: Vec<NewListing> = (1..=LISTINGS).map(|no| new_listing("a", no)).collect();

    let begun = Instant::now();
    store.import(&listings, at(0)).await.unwrap();
    println!("import of {LISTINGS}: {:?}", begun.elapsed());
    let begun = Instant::now();
    store.import(&listings, at(0)).await.unwrap();
    println!("the same again: {:?}", begun.elapsed());

    let all: Option<&AccountId> = None;
    let begun = Instant::now();
    let asins = store.listed_asins(all).await.unwrap();
    println!("listed_asins of {}: {:?}", asins.len(), begun.elapsed());

    let run = run_of(shared::domain::run::RunKind::PriceStock, LISTINGS);
    let begun = Instant::now();
    store.start_run(&run).await.unwrap();
    println!("start_run: {:?}", begun.elapsed());
    let changed = batches(store, run.id, 20).await;
    updates(store, &changed).await;
    let begun = Instant::now();
    store.report(run.id, at(99)).await.unwrap().unwrap();
    println!("report: {:?}", begun.elapsed());
    let begun = Instant::now();
    store.scratch_copy().await.unwrap();
    println!("scratch_copy: {:?}", begun.elapsed());
    cache(store).await;
    long_run(store).await;
}

/// Every batch of the run, with every tenth listing to be updated.
async fn batches(
    store: &SqlStore,
    run: RunId,
    seconds: i64,
) -> Vec<shared::domain::listing::ListingId> {
    let (mut reads, mut writes, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    let count = LISTINGS / 20;
    for no in 1..=count {
        let begun = Instant::now();
        let open = store.batch(run, no).await.unwrap().unwrap();
        let asins = open.batch.asins();
        store.products(asins).await.unwrap();
        let listings = store.listings(asins, None).await.unwrap();
        reads.push(begun.elapsed());
        let recorded = (0..20).map(|place| {
            let number = (no - 1) * 20 + place + 1;
            let mut seen = priced(number, 1000 + no, at(seconds));
            seen.change = price_change(1000, 1000 + no);
            let listing = listings[place as usize].listing.id;
            let state = shop_state(1300 + no, true);
            let mut verdict = due(listing, state, 1);
            if place % 10 == 0 {
                changed.push(listing);
            } else {
                verdict.update = None;
            }
            seen.listings = vec![verdict];
            seen
        });
        let record = record(run, RecordPart::Batch(no), recorded.collect());
        let begun = Instant::now();
        store.record(&record).await.unwrap();
        writes.push(begun.elapsed());
    }
    print("read a batch (3 calls)", reads);
    print("record 20 ASINs", writes);
    changed
}

async fn updates(store: &SqlStore, listings: &[shared::domain::listing::ListingId]) {
    let mut times = Vec::new();
    for listing in listings {
        let begun = Instant::now();
        let task = store.begin_update(*listing, at(30), at(90)).await.unwrap();
        let task = task.unwrap().unwrap();
        let applied = UpdateResult::Applied(task.desired);
        store
            .finish_update(task.claim(), &applied, at(40))
            .await
            .unwrap();
        times.push(begun.elapsed());
    }
    print("begin and finish an update", times);
}

async fn cache(store: &SqlStore) {
    let cache = store.cache();
    let (mut puts, mut gets) = (Vec::new(), Vec::new());
    for no in 0..LISTINGS / 20 {
        let numbers = no * 20 + 1..=no * 20 + 20;
        let products: Vec<_> = numbers
            .clone()
            .map(|number| store_fixture::in_stock(number, 1000, at(50)))
            .collect();
        let asins: Vec<_> = numbers.map(asin).collect();
        let begun = Instant::now();
        cache.put(&products, at(51)).await.unwrap();
        puts.push(begun.elapsed());
        let begun = Instant::now();
        cache.get(&asins).await.unwrap();
        gets.push(begun.elapsed());
    }
    print("cache.put of 20", puts);
    print("cache.get of 20", gets);
}

/// A million ASINs: the last batches of a long run must cost what the first do.
async fn long_run(store: &SqlStore) {
    let run = run_of(shared::domain::run::RunKind::Stale, 1_000_000);
    let begun = Instant::now();
    store.start_run(&run).await.unwrap();
    println!("start_run of a million: {:?}", begun.elapsed());
    let mut times = Vec::new();
    for no in 1..=50_000 {
        let begun = Instant::now();
        let part = RecordPart::GivenUp(no);
        store
            .record(&record(run.id, part, Vec::new()))
            .await
            .unwrap();
        times.push(begun.elapsed());
    }
    let last = times.split_off(45_000);
    times.truncate(5_000);
    print("close one of the first 5,000 batches", times);
    print("close one of the last 5,000 batches", last);
}

fn print(what: &str, mut times: Vec<std::time::Duration>) {
    times.sort();
    let (median, late) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{what}: median {median:?}, 99 % {late:?}");
}
