//! Two platforms in one run: BASE over HTTP, and a tiny one in memory with other pages and another quota.
//!
//! This file is all that the tiny platform needs: an implementation of the port [`Shop`], and its line
//! in the registry ([`open`]). Handlers, scheduler, store and domain do not know it.

use crate::fixture::{Fixture, world};
use adapters::platform_shops::PlatformShops;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::lane::{Lane, ShopLane};
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::money::Yen;
use shared::domain::platform::Platform;
use shared::domain::quota::{QuotaWindow, Window, WindowQuota};
use shared::domain::run::{RunKind, RunState};
use shared::domain::shop_page::{ItemView, PageCursor, ShopItem, ShopPage};
use shared::ports::clock::Clock;
use shared::ports::limiter::Permit;
use shared::ports::shop::{Shop, ShopError};
use shared::ports::store::{
    AccountRow, AccountStore as _, BatchStore as _, CatalogueStore as _, LaneStore as _, NewListing,
};
use simulator::{ItemEdit, ShopChange};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Items of the tiny shop: four full pages.
const ITEMS: usize = 12;
const PAGE: usize = 3;
/// Calls a second.
const CALLS: usize = 5;

/// A shop in memory: pages by token, so many calls in each second.
struct TinyShop {
    items: Mutex<BTreeMap<i64, ShopState>>,
    cursors: Mutex<Vec<Option<String>>>,
    calls: Mutex<Vec<DateTime<Utc>>>,
    clock: Arc<dyn Clock>,
}

impl TinyShop {
    fn quota() -> WindowQuota {
        let second = QuotaWindow {
            limit: u32::try_from(CALLS).ok(),
            length: TimeDelta::seconds(1),
            offset: TimeDelta::zero(),
        };
        WindowQuota {
            short: second,
            ..WindowQuota::UNLIMITED
        }
    }

    fn spend(&self, permit: &Permit, account: &AccountId) {
        assert_eq!(permit.lane, self.lane(account));
        self.calls.lock().expect("no panic").push(self.clock.now());
    }

    fn change(&self, item: i64, change: impl Fn(&mut ShopState)) {
        let mut items = self.items.lock().expect("no panic");
        change(items.get_mut(&item).expect("the item"));
    }
}

#[async_trait]
impl Shop for TinyShop {
    fn lane(&self, account: &AccountId) -> Lane {
        Lane::Shop(ShopLane {
            platform: platform(),
            account: account.clone(),
            quota: Self::quota(),
        })
    }

    async fn prepare(&self, _: &AccountId) -> Result<(), ShopError> {
        Ok(())
    }

    async fn edit(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
        state: &ShopState,
    ) -> Result<ItemView, ShopError> {
        self.spend(&permit, account);
        let unknown = || ShopError::UnknownItem("not_found".to_owned());
        let mut items = self.items.lock().expect("no panic");
        let shown = items.get_mut(&item.0).ok_or_else(unknown)?;
        *shown = ShopState {
            stock: state.stock.or(shown.stock),
            ..*state
        };
        Ok((*shown).into())
    }

    async fn items(
        &self,
        permit: Permit,
        account: &AccountId,
        cursor: Option<&PageCursor>,
    ) -> Result<ShopPage, ShopError> {
        self.spend(&permit, account);
        let token = cursor.map(|PageCursor(token)| token.clone());
        let after = token.as_deref().map_or(0, |token| {
            let id = token.strip_prefix("after-").expect("a token of this shop");
            id.parse().expect("an id")
        });
        self.cursors.lock().expect("no panic").push(token);
        let items = self.items.lock().expect("no panic");
        let mut rest = items.range(after + 1..).map(|(id, state)| ShopItem {
            id: ItemId(*id),
            sku: None,
            state: Some(*state),
            sale: None,
        });
        let page: Vec<ShopItem> = rest.by_ref().take(PAGE).collect();
        let last = page.last().map(|item| item.id.0);
        let next = last.filter(|_| rest.next().is_some());
        Ok(ShopPage {
            next: next.map(|id| PageCursor(format!("after-{id}"))),
            items: page,
        })
    }

    async fn item(
        &self,
        permit: Permit,
        account: &AccountId,
        item: ItemId,
    ) -> Result<Option<ItemView>, ShopError> {
        self.spend(&permit, account);
        let items = self.items.lock().expect("no panic");
        Ok(items.get(&item.0).map(|shown| (*shown).into()))
    }
}

fn platform() -> Platform {
    Platform::parse("tiny").expect("a name")
}

fn account(id: &str) -> AccountId {
    AccountId::parse(id).expect("an id")
}

/// An app with a shop on each platform. The tiny shop lists the first products of the other one.
async fn open() -> (Fixture, Arc<TinyShop>, Vec<Asin>) {
    let mut app = Fixture::open(world(20, 1)).await;
    let base = app.simulator.shop("shop-1").expect("the shop").items;
    let asins: Vec<Asin> = base
        .iter()
        .map(|item| Asin::parse(&item.asin).expect("an ASIN"))
        .collect();
    let shown = ShopState {
        price: Yen(1),
        visible: false,
        stock: None,
    };
    let listings: Vec<NewListing> = (1..)
        .zip(&asins[..ITEMS])
        .map(|(id, asin)| NewListing {
            account: account("tiny-1"),
            asin: *asin,
            item: ItemId(id),
            sku: String::new(),
            shown,
        })
        .collect();
    let in_shop = ShopState {
        stock: Some(0),
        ..shown
    };
    let tiny = Arc::new(TinyShop {
        items: Mutex::new(listings.iter().map(|row| (row.item.0, in_shop)).collect()),
        cursors: Mutex::default(),
        calls: Mutex::default(),
        clock: app.ctx.clock.clone(),
    });
    let row = |id: &str| AccountRow::new(account(id), id.to_owned(), true);
    let tiny_row = AccountRow {
        platform: platform(),
        ..row("tiny-1")
    };
    let rows = [row("shop-1"), tiny_row];
    app.store.sync_accounts(&rows).await.expect("accounts");
    let imported = app.store.import(&listings, app.now()).await;
    imported.expect("listings");
    let shop: Arc<dyn Shop> = tiny.clone();
    let shops = PlatformShops::new(app.ctx.shop.clone()).with(&shop, [account("tiny-1")]);
    app.ctx.shop = Arc::new(shops);
    (app, tiny, asins)
}

/// Runs the updates that wait for the quota until every item of both shops shows its desired state. Returns how
/// many of each are on display.
async fn settle(app: &Fixture, tiny: &TinyShop, asins: &[Asin]) -> (usize, usize) {
    let settled = async {
        loop {
            match on_display(app, tiny, asins).await {
                Some(displayed) => return displayed,
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    app.work(settled).await
}

/// `None` while an item does not show its desired state.
async fn on_display(app: &Fixture, tiny: &TinyShop, asins: &[Asin]) -> Option<(usize, usize)> {
    let mut displayed = (0, 0);
    for row in app.store.listings(asins, None).await.expect("rows") {
        let Some((_, desired)) = row.desired else {
            continue;
        };
        let (shown, count) = if row.listing.account == account("tiny-1") {
            let items = tiny.items.lock().expect("no panic");
            (items[&row.listing.item.0], &mut displayed.1)
        } else {
            let item = app.shown(row.listing.asin.as_str());
            let shown = ShopState {
                price: Yen(u32::try_from(item.price).expect("a price")),
                visible: item.visible,
                stock: u32::try_from(item.stock).ok(),
            };
            (shown, &mut displayed.0)
        };
        if !shown.satisfies(&desired) {
            return None;
        }
        *count += usize::from(shown.visible);
    }
    Some(displayed)
}

#[tokio::test]
async fn accounts_of_two_platforms_are_brought_to_their_desired_states_in_one_run() {
    let (app, tiny, asins) = open().await;

    let first = app.run(RunKind::PriceStock).await;
    let second = app.run(RunKind::PriceStock).await;

    // Incomplete while the small shop's quota is used up, which a slow machine may not see.
    for run in [first, second] {
        assert!(
            matches!(run.state, RunState::Incomplete | RunState::Done),
            "{run:?}"
        );
    }
    let (base, other) = settle(&app, &tiny, &asins).await;
    assert!(base > other && other > 0, "{base} {other}");
    assert_eq!(
        app.ctx.shop.lane(&account("shop-1")).to_string(),
        "base/shop-1"
    );
    let lanes = app.store.lanes().await.expect("lanes");
    assert!(
        lanes.iter().any(|(name, _)| name == "tiny/tiny-1"),
        "{lanes:?}"
    );
}

#[tokio::test]
async fn both_platforms_are_read_back_by_their_own_pages_within_their_own_quota() {
    let (app, tiny, asins) = open().await;
    app.run(RunKind::PriceStock).await;
    app.run(RunKind::PriceStock).await;
    let displayed = settle(&app, &tiny, &asins).await;
    app.simulator.reset_ledger();
    tiny.calls.lock().expect("no panic").clear();
    // A person changes an item in each shop.
    let manual = app.simulator.shop("shop-1").expect("the shop").items;
    let manual = manual.iter().find(|item| item.visible).expect("an item");
    let edit = ItemEdit {
        item_id: manual.item_id,
        price: Some(manual.price + 500),
        ..ItemEdit::default()
    };
    let change = ShopChange {
        edit: vec![edit],
        ..ShopChange::default()
    };
    app.simulator.change_shop("shop-1", change).expect("edited");
    for item in 1..=i64::try_from(ITEMS).expect("few") {
        tiny.change(item, |state| state.price = Yen(state.price.0 + 500));
    }

    let report = app.run(RunKind::Reconcile).await;

    assert!(!report.state.is_open());
    let found = report.reconcile.expect("the findings");
    assert_eq!(found.drifted, ITEMS as u64 + 1);
    assert_eq!(settle(&app, &tiny, &asins).await, displayed);
    let pages = [None, Some("after-3"), Some("after-6"), Some("after-9")];
    let cursors = tiny.cursors.lock().expect("no panic").clone();
    assert_eq!(
        cursors.iter().map(Option::as_deref).collect::<Vec<_>>(),
        pages
    );
    assert_eq!(app.simulator.ledger().operations["items"].requests, 1);
    assert_within_quota(&tiny.calls.lock().expect("no panic"));
}

/// A call is sent in the window of its permit or later, so the calls need at least that many windows.
fn assert_within_quota(calls: &[DateTime<Utc>]) {
    let quota = TinyShop::quota();
    let window =
        |call: Option<&DateTime<Utc>>| quota.window(Window::Short).start(*call.expect("a call"));
    assert!(calls.len() > 2 * CALLS, "{calls:?}");
    let windows = (window(calls.last()) - window(calls.first())).num_seconds() + 1;
    let needed = calls.len().div_ceil(CALLS);
    assert!(
        usize::try_from(windows).is_ok_and(|windows| windows >= needed),
        "{calls:?}"
    );
}
