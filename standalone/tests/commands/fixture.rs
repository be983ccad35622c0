//! A small shop in its own database, and a command output that is kept for assertions.

use adapters::store::SqlStore;
use app::config::Settings;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, split};
use shared::domain::desired::{HoldReason, Urgency};
use shared::domain::guard::MassChangeGuard;
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::domain::observation::{JudgedOffer, Verdict};
use shared::domain::offer::Rejection;
use shared::domain::outcome::{MissReason, Outcome};
use shared::domain::product::{Change, Product, Seen, Stock};
use shared::domain::run::{RunId, RunKind};
use shared::ports::store::{
    AccountRow, AccountStore, BatchStore, CatalogueStore, ListingDecision, NewListing, NewRun,
    Record, RecordPart, RecordedAsin, RequestCost, RunStore,
};
use standalone::output::CommandOutput;
use ui::command_error::{CommandError, Exit};
use ui::message::Lang;
use uuid::Uuid;

pub const RUN: &str = "01939c1e-7c00-7000-8000-000000000001";

pub fn at(minutes: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-22T00:00:00Z".parse().unwrap();
    start + TimeDelta::minutes(minutes)
}

pub fn asin(number: u32) -> Asin {
    Asin::parse(&format!("B{number:09}")).unwrap()
}

pub fn account(name: &str) -> AccountId {
    AccountId::parse(name).unwrap()
}

pub fn state(price: u32, visible: bool) -> ShopState {
    ShopState {
        price: Yen(price),
        visible,
        stock: None,
    }
}

/// The settings of a person who set these.
pub fn settings(set: &[(&str, &str)]) -> Settings {
    let named = |name: &str| set.iter().find(|(known, _)| *known == name);
    Settings::load(None, &|name| {
        named(name).map(|(_, value)| (*value).to_owned())
    })
    .unwrap()
}

/// Two shops, the second one inactive, and three listings in the first.
pub async fn shop() -> SqlStore {
    let store = SqlStore::open("sqlite::memory:").await.unwrap();
    let row =
        |name: &str, title: &str, active| AccountRow::new(account(name), title.to_owned(), active);
    let rows = [
        row("main", "本店", true),
        row("second", "Second shop", false),
    ];
    store.sync_accounts(&rows).await.unwrap();
    let listing = |number: u32| NewListing {
        account: account("main"),
        asin: asin(number),
        item: ItemId(i64::from(number) + 1000),
        sku: format!("棚-{number}\u{1b}[2J"),
        shown: state(1300, true),
    };
    store.import(&[1, 2, 3].map(listing), at(0)).await.unwrap();
    store
}

/// An open run over the three listings: the first costs 1,200 yen now, the second is too expensive,
/// and the third was missing from the answer.
pub async fn open_run(store: &SqlStore) -> RunId {
    let id = RunId::parse(RUN).unwrap();
    let run = NewRun {
        id,
        kind: RunKind::PriceStock,
        account: None,
        max_items: None,
        dry_run: false,
        started_at: at(10),
        batches: split([1, 2, 3].map(asin)),
        guard: MassChangeGuard::default(),
    };
    store.start_run(&run).await.unwrap();
    let record = Record {
        id: Uuid::now_v7(),
        run: id,
        part: RecordPart::Batch(1),
        at: at(11),
        asins: vec![
            priced(store, 1, 1_200, state(1_560, true), None).await,
            priced(
                store,
                2,
                120_000,
                state(1_300, true),
                Some(HoldReason::PriceAboveBounds),
            )
            .await,
            missed(3),
        ],
        cost: RequestCost {
            requests: 1,
            lane_us: 10_000_000,
            waited_ms: 1500,
            ..RequestCost::default()
        },
    };
    store.record(&record).await.unwrap();
    id
}

async fn priced(
    store: &SqlStore,
    number: u32,
    price: u32,
    desired: ShopState,
    hold: Option<HoldReason>,
) -> RecordedAsin {
    let listings = store.listings(&[asin(number)], None).await.unwrap();
    let verdict = |row: &shared::ports::store::ListingRow| ListingDecision {
        listing: row.listing.id,
        desired,
        version: 1,
        hold,
        update: hold.is_none().then_some(Urgency::Normal),
    };
    RecordedAsin {
        product: product(number, price, at(11)),
        outcome: Outcome::Success,
        cache_hit: None,
        miss: None,
        why: None,
        change: Change::default(),
        offers: Some(offers(price)),
        listings: listings.iter().map(verdict).collect(),
        info: None,
        pending_in: None,
    }
}

fn missed(number: u32) -> RecordedAsin {
    RecordedAsin {
        product: Product::unknown(asin(number)),
        outcome: Outcome::ApiError,
        cache_hit: None,
        miss: Some(MissReason::Absent),
        why: None,
        change: Change::default(),
        offers: None,
        listings: Vec::new(),
        info: None,
        pending_in: None,
    }
}

fn offers(price: u32) -> Vec<JudgedOffer> {
    let offer = |price: i64, hours, verdict| JudgedOffer {
        seller_id: Some("A1SELLER".into()),
        price: Some(price),
        max_handling_hours: hours,
        ships_from: (price > 0).then(|| "CN".into()),
        verdict,
    };
    let price = i64::from(price);
    vec![
        offer(price - 300, Some(24), Verdict::Rejected(Rejection::NotNew)),
        offer(price, Some(24), Verdict::Won(1148)),
        offer(price + 50, Some(48), Verdict::Outscored(1024)),
        offer(0, None, Verdict::Rejected(Rejection::NoHandlingTime)),
    ]
}

pub fn product(number: u32, price: u32, seen_at: DateTime<Utc>) -> Product {
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

/// The output of a command.
pub struct Captured(Vec<u8>);

impl Captured {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    pub fn text(&mut self, lang: Lang) -> CommandOutput<'_> {
        CommandOutput::new(&mut self.0, lang, false)
    }

    pub fn json(&mut self) -> CommandOutput<'_> {
        CommandOutput::new(&mut self.0, Lang::Ja, true)
    }

    pub fn read(&self) -> String {
        String::from_utf8(self.0.clone()).unwrap()
    }

    /// The output as one JSON object; anything else is an error.
    pub fn object(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0).unwrap()
    }
}

/// The English text and the exit of a failed command.
pub fn failure<T: std::fmt::Debug>(result: Result<T, CommandError>) -> (String, Exit) {
    let (message, exit) = result.unwrap_err().verdict();
    (message.unwrap().en, exit)
}
