//! A small shop in a new database, and functions to write into it. They work on any store, so that the
//! same tests run on every database.

#![expect(dead_code, reason = "each suite uses its own part")]
#![expect(clippy::unwrap_used, reason = "a fixture that fails is a failed test")]

pub mod postgres;
pub mod server;
pub mod sqlite;

use adapters::store::SqlStore;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, split};
use shared::domain::basic_info::BasicInfo;
use shared::domain::desired::Urgency;
use shared::domain::guard::MassChangeGuard;
use shared::domain::listing::{ItemId, ListingId, ShopState};
use shared::domain::money::Yen;
use shared::domain::observation::{JudgedOffer, Verdict};
use shared::domain::outcome::{MissReason, Outcome};
use shared::domain::product::{Change, Product, Seen, Stock, StockChange};
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{
    AccountRow, AccountStore, BatchStore, CatalogueStore, ListingDecision, NewListing, NewRun,
    Record, RecordPart, RecordedAsin, RequestCost, RunStore, SentNow, UpdateClaim, UpdateStore,
};
use uuid::Uuid;

/// A database that can be opened more than once, as by several processes.
pub struct Home {
    /// Its URL.
    pub url: String,
    _folder: Option<tempfile::TempDir>,
}

impl Home {
    /// Opens the database, as another process does.
    pub async fn store(&self) -> SqlStore {
        SqlStore::open(&self.url).await.unwrap()
    }
}

/// An instant, in seconds after the start of the tests.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-21T00:00:00.123Z")
        .unwrap()
        .with_timezone(&Utc)
        + TimeDelta::seconds(seconds)
}

pub fn asin(number: u32) -> Asin {
    Asin::parse(&format!("B{number:09}")).unwrap()
}

pub fn account(name: &str) -> AccountId {
    AccountId::parse(name).unwrap()
}

pub fn account_row(name: &str, active: bool) -> AccountRow {
    AccountRow::new(account(name), format!("Shop {name}"), active)
}

pub fn shop_state(price: u32, visible: bool) -> ShopState {
    ShopState {
        price: Yen(price),
        visible,
        stock: Some(u32::from(visible)),
    }
}

/// A shop with `count` listings of the ASINs from 1, each shown at 1,300 yen.
pub async fn shop(store: &SqlStore, name: &str, count: u32) {
    let mut accounts = store.accounts().await.unwrap();
    accounts.push(account_row(name, true));
    store.sync_accounts(&accounts).await.unwrap();
    let listings: Vec<NewListing> = (1..=count).map(|no| new_listing(name, no)).collect();
    store.import(&listings, at(0)).await.unwrap();
}

/// Settles updates up to `version` without a lease of the listing.
pub fn unleased(listing: ListingId, version: i64) -> UpdateClaim {
    UpdateClaim::without_lease(listing, version)
}

/// A listing to import.
pub fn new_listing(account_name: &str, number: u32) -> NewListing {
    NewListing {
        account: account(account_name),
        asin: asin(number),
        item: ItemId(i64::from(number) + 1000),
        sku: format!("SKU-{number}"),
        shown: shop_state(1300, true),
    }
}

pub fn run_of(kind: RunKind, asins: u32) -> NewRun {
    NewRun {
        id: RunId(Uuid::now_v7()),
        kind,
        account: None,
        max_items: None,
        dry_run: false,
        started_at: at(10),
        batches: split((1..=asins).map(asin)),
        guard: MassChangeGuard::default(),
    }
}

/// A started run over the ASINs from 1.
pub async fn started(store: &SqlStore, asins: u32) -> RunId {
    let run = run_of(RunKind::PriceStock, asins);
    store.start_run(&run).await.unwrap();
    run.id
}

pub fn in_stock(number: u32, price: u32, seen_at: DateTime<Utc>) -> Product {
    Product {
        price: Some(Seen {
            value: Yen(price),
            at: seen_at,
        }),
        stock: Some(Seen {
            value: Stock::In,
            at: seen_at,
        }),
        ..Product::unknown(asin(number))
    }
}

pub fn sold_out(number: u32, seen_at: DateTime<Utc>) -> Product {
    Product {
        stock: Some(Seen {
            value: Stock::NoOffer,
            at: seen_at,
        }),
        ..Product::unknown(asin(number))
    }
}

/// An answer that priced the product.
pub fn priced(number: u32, price: u32, seen_at: DateTime<Utc>) -> RecordedAsin {
    RecordedAsin {
        product: in_stock(number, price, seen_at),
        outcome: Outcome::Success,
        cache_hit: None,
        miss: None,
        why: None,
        change: Change::default(),
        offers: Some(vec![JudgedOffer {
            seller_id: Some("S1".into()),
            price: Some(i64::from(price)),
            max_handling_hours: Some(24),
            ships_from: None,
            verdict: Verdict::Won(1048),
        }]),
        listings: Vec::new(),
        info: None,
        pending_in: None,
    }
}

/// Basic information that is complete.
pub fn informed(title: &str, seen_at: DateTime<Utc>) -> Seen<BasicInfo> {
    let some = |text: &str| Some(text.to_owned());
    Seen {
        value: BasicInfo {
            title: some(title),
            description: some("一行目\n二行目"),
            brand: some("店番"),
            category: some("台所"),
            images: Some(vec!["https://example.com/1.jpg".to_owned()]),
        },
        at: seen_at,
    }
}

/// An answer without any offer.
pub fn gone(number: u32, seen_at: DateTime<Utc>) -> RecordedAsin {
    RecordedAsin {
        product: sold_out(number, seen_at),
        outcome: Outcome::OutOfStock,
        offers: Some(Vec::new()),
        ..priced(number, 1, seen_at)
    }
}

/// No answer.
pub fn missed(number: u32, reason: MissReason) -> RecordedAsin {
    RecordedAsin {
        product: Product::unknown(asin(number)),
        outcome: Outcome::ApiError,
        miss: Some(reason),
        offers: None,
        ..priced(number, 1, at(0))
    }
}

pub fn price_change(old: u32, new: u32) -> Change {
    Change {
        price: Some((Yen(old), Yen(new))),
        ..Change::default()
    }
}

pub fn stock_change(way: StockChange) -> Change {
    Change {
        stock: Some(way),
        ..Change::default()
    }
}

pub fn due(listing: ListingId, desired: ShopState, version: i64) -> ListingDecision {
    ListingDecision {
        listing,
        desired,
        version,
        hold: None,
        update: Some(Urgency::Normal),
    }
}

pub fn record(run: RunId, part: RecordPart, asins: Vec<RecordedAsin>) -> Record {
    Record {
        id: Uuid::now_v7(),
        run,
        part,
        at: at(20),
        asins,
        cost: RequestCost {
            requests: 1,
            backfill_requests: u32::from(part == RecordPart::Backfill),
            refused: 0,
            waited_ms: 1500,
            lane_us: 10_000_000,
        },
    }
}

/// The listing of an ASIN in the only shop.
pub async fn listing_of(store: &SqlStore, number: u32) -> ListingId {
    let rows = store.listings(&[asin(number)], None).await.unwrap();
    rows[0].listing.id
}

/// A run of one batch whose first listing has an update due to 1,560 yen; with its listing.
pub async fn run_with_update(store: &SqlStore) -> (RunId, ListingId) {
    let run = started(store, 1).await;
    let listing = listing_of(store, 1).await;
    let mut seen = priced(1, 1200, at(20));
    seen.listings = vec![due(listing, shop_state(1560, true), 1)];
    store
        .record(&record(run, RecordPart::Batch(1), vec![seen]))
        .await
        .unwrap();
    (run, listing)
}

/// All updates that need a message in ten years' time.
pub async fn unsettled(store: &SqlStore) -> Vec<(ListingId, i64, Urgency)> {
    let rows = store.unsettled_updates(at(315_360_000), SentNow::All, ListingId(0), 1_000);
    rows.await.unwrap()
}

/// Ends a run whose batches are all recorded, with nothing missing.
pub async fn backfilled(store: &SqlStore, run: RunId) {
    assert!(store.begin_backfill(run).await.unwrap());
    store.end_backfill(run, at(40)).await.unwrap();
}
