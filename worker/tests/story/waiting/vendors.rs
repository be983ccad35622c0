//! Amazon, a shop platform with a quota a day, and the limiter, in memory and on a clock that the test
//! moves.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::lane::{Lane, Priority, ShopLane};
use shared::domain::listing::{ItemId, ShopState};
use shared::domain::observation::ItemAnswer;
use shared::domain::offer::{Amount, Availability, Offer};
use shared::domain::platform::Platform;
use shared::domain::quota::{Window, WindowQuota};
use shared::domain::rate::{Feedback, Micros};
use shared::domain::shop_page::{ItemView, PageCursor, ShopItem, ShopPage};
use shared::ports::clock::Clock;
use shared::ports::limiter::{Grant, Limiter, LimiterError, Permit};
use shared::ports::marketplace::{InfoPage, Marketplace, MarketplaceError};
use shared::ports::shop::{Shop, ShopError};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The time of the test.
pub struct TestClock(pub Mutex<DateTime<Utc>>);

impl TestClock {
    pub fn advance(&self, span: TimeDelta) {
        *self.0.lock().expect("no panic") += span;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("no panic")
    }
}

/// All vendors.
pub struct Vendors {
    pub clock: Arc<TestClock>,
    pub market: Mutex<World>,
}

#[derive(Default)]
pub struct World {
    /// The price of each product; `None` while it is out of stock.
    pub prices: BTreeMap<Asin, Option<i64>>,
    pub items: BTreeMap<(AccountId, i64), ShopState>,
    /// Shops without calls left until then.
    pub spent: BTreeMap<AccountId, DateTime<Utc>>,
    /// What the limiter knows of that.
    closed: BTreeMap<String, DateTime<Utc>>,
    /// Shops that answer nothing.
    pub down: BTreeSet<AccountId>,
}

impl Vendors {
    fn permit(lane: &Lane) -> Permit {
        Permit {
            lane: lane.clone(),
            granted_at: 0,
            period: 0,
            waited: Duration::ZERO,
            good_until: None,
        }
    }

    /// A call to a shop.
    fn call<T>(
        &self,
        account: &AccountId,
        call: impl FnOnce(&mut World) -> Result<T, ShopError>,
    ) -> Result<T, ShopError> {
        let mut world = self.market.lock().expect("no panic");
        let now = self.clock.now();
        if world.spent.get(account).is_some_and(|until| *until > now) {
            return Err(ShopError::Quota {
                window: Window::Long,
                code: "day_api_limit",
            });
        }
        if world.down.contains(account) {
            return Err(ShopError::Unavailable("http 503".to_owned()));
        }
        call(&mut world)
    }
}

#[async_trait]
impl Limiter for Vendors {
    async fn acquire(&self, lane: &Lane, _: Priority) -> Result<Grant, LimiterError> {
        let world = self.market.lock().expect("no panic");
        let closed = world.closed.get(&lane.to_string()).copied();
        Ok(match closed.filter(|until| *until > self.clock.now()) {
            Some(until) => Grant::Closed(until),
            None => Grant::Go(Self::permit(lane)),
        })
    }

    async fn feedback(&self, _: &Lane, _: Micros, _: Feedback) {}

    async fn close(&self, lane: &Lane, _: Window) -> DateTime<Utc> {
        let Lane::Shop(ShopLane { account, .. }) = lane else {
            unreachable!("only shops have windows");
        };
        let mut world = self.market.lock().expect("no panic");
        let until = world.spent[account];
        world.closed.insert(lane.to_string(), until);
        until
    }

    async fn period(&self, _: &Lane) -> Option<Micros> {
        None
    }
}

#[async_trait]
impl Marketplace for Vendors {
    fn lane(&self) -> Lane {
        Lane::ItemOffers("test".to_owned())
    }

    async fn prepare(&self) -> Result<(), MarketplaceError> {
        Ok(())
    }

    async fn keep_alive(&self) -> Infallible {
        std::future::pending().await
    }

    async fn offers(
        &self,
        _: Permit,
        batch: &AsinBatch,
    ) -> Result<Vec<(Asin, ItemAnswer)>, MarketplaceError> {
        let world = self.market.lock().expect("no panic");
        let answer = |asin: &Asin| match world.prices.get(asin).copied().flatten() {
            Some(price) => ItemAnswer::Offers(vec![offer(price)]),
            None => ItemAnswer::NoOffer,
        };
        let asins = batch.asins().iter();
        Ok(asins.map(|asin| (*asin, answer(asin))).collect())
    }

    fn info_lane(&self) -> Lane {
        Lane::CatalogItems("test".to_owned())
    }

    async fn basic_info(
        &self,
        _: Permit,
        _: &AsinBatch,
        _: Option<&str>,
    ) -> Result<InfoPage, MarketplaceError> {
        Ok(InfoPage::default())
    }
}

fn offer(price: i64) -> Offer {
    let yen = |units| Amount {
        currency: Some("JPY".into()),
        units,
    };
    Offer {
        sub_condition: Some("new".into()),
        listing_price: Some(yen(price)),
        shipping: Some(yen(0)),
        max_handling_hours: Some(24),
        availability: Availability::Now,
        prime: true,
        ..Offer::default()
    }
}

#[async_trait]
impl Shop for Vendors {
    fn lane(&self, account: &AccountId) -> Lane {
        Lane::Shop(ShopLane {
            platform: Platform::default(),
            account: account.clone(),
            quota: WindowQuota::UNLIMITED,
        })
    }

    async fn prepare(&self, _: &AccountId) -> Result<(), ShopError> {
        Ok(())
    }

    async fn edit(
        &self,
        _: Permit,
        account: &AccountId,
        item: ItemId,
        state: &ShopState,
    ) -> Result<ItemView, ShopError> {
        // The answer takes a moment, and a process may be killed meanwhile.
        tokio::task::yield_now().await;
        self.call(account, |world| {
            let key = (account.clone(), item.0);
            let unknown = || ShopError::UnknownItem("bad_item_id".to_owned());
            let shown = world.items.get_mut(&key).ok_or_else(unknown)?;
            let stock = state.stock.or(shown.stock);
            *shown = ShopState { stock, ..*state };
            Ok((*shown).into())
        })
    }

    async fn items(
        &self,
        _: Permit,
        account: &AccountId,
        _: Option<&PageCursor>,
    ) -> Result<ShopPage, ShopError> {
        self.call(account, |world| {
            let of_shop = world.items.iter().filter(|((of, _), _)| of == account);
            let item = |((_, id), state): (&(AccountId, i64), &ShopState)| ShopItem {
                id: ItemId(*id),
                sku: None,
                state: Some(*state),
                sale: None,
            };
            Ok(ShopPage {
                items: of_shop.map(item).collect(),
                next: None,
            })
        })
    }

    async fn item(
        &self,
        _: Permit,
        account: &AccountId,
        item: ItemId,
    ) -> Result<Option<ItemView>, ShopError> {
        self.call(account, |world| {
            let shown = world.items.get(&(account.clone(), item.0));
            Ok(shown.map(|shown| (*shown).into()))
        })
    }
}
