//! No row waits for a message that is not its own, and no run for a reset: random histories of runs,
//! limits of a day, kills, lost queues, decisions of a person and vanished items over the real store.
//!
//! The test claims each message itself and moves the clock. At every quiet point, when nothing is left
//! to do before the next reset, no update is queued and no run is open that does not read a parked
//! shop; and in the end every item is as the market says.

mod queue;
pub mod vendors;

use adapters::store::SqlStore;
use chrono::{DateTime, TimeDelta, Utc};
use producer::{LostMessages, RunOrder, StartRunError, start_run};
use queue::TestQueue;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::guard::MassChangeGuard;
use shared::domain::listing::{ItemId, ListingId, ShopState};
use shared::domain::money::Yen;
use shared::domain::retry::{Remedy, RetryTable};
use shared::domain::rules::Rules;
use shared::domain::run::{RunKind, RunState};
use shared::ports::clock::Clock as _;
use shared::ports::context::Context;
use shared::ports::queue::{Claimed, Settlement};
use shared::ports::store::{
    AccountRow, AccountStore as _, BatchStore as _, CatalogueStore as _, GuardStore as _,
    NewListing, RunQueries as _, SentNow, UpdateStore as _,
};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use vendors::{TestClock, Vendors, World};
use worker::handlers::Handlers;
use worker::jobs;

const HISTORIES: u64 = 25;
const STEPS: usize = 60;
const SHOPS: i64 = 2;
const PRODUCTS: i64 = 12;
const KINDS: [RunKind; 3] = [RunKind::PriceStock, RunKind::Visibility, RunKind::Reconcile];

/// A small generator (`SplitMix64`), so that a seed names a history.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % sides.max(1) as u64).expect("a small number")
    }
}

struct History {
    seed: u64,
    dice: Dice,
    clock: Arc<TestClock>,
    queue: Arc<TestQueue>,
    vendors: Arc<Vendors>,
    store: Arc<SqlStore>,
    ctx: Context,
    handlers: Handlers<Context>,
    lost: LostMessages,
    /// Jobs that are done, and whose messages are not settled yet.
    unsettled: Vec<(Claimed, Settlement)>,
    _folder: tempfile::TempDir,
}

fn asin(no: i64) -> Asin {
    Asin::parse(&format!("B{no:09}")).expect("an ASIN")
}

fn shop(no: i64) -> AccountId {
    AccountId::parse(&format!("shop-{no}")).expect("an id")
}

/// Shops that show every product as the market says.
fn shops() -> (World, Vec<NewListing>) {
    let mut world = World::default();
    let mut listings = Vec::new();
    for no in 0..PRODUCTS {
        let shown = ShopState {
            price: Yen(1_300),
            visible: true,
            stock: Some(1),
        };
        let account = shop(1 + no % SHOPS);
        world.prices.insert(asin(no), Some(1_000));
        world.items.insert((account.clone(), no), shown);
        listings.push(NewListing {
            account,
            asin: asin(no),
            item: ItemId(no),
            sku: String::new(),
            shown,
        });
    }
    (world, listings)
}

impl History {
    async fn open(seed: u64) -> Self {
        let start: DateTime<Utc> = "2026-11-27T03:00:00Z".parse().expect("an instant");
        let clock = Arc::new(TestClock(Mutex::new(start)));
        let queue = Arc::new(TestQueue::new(clock.clone()));
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("shop.db").display());
        let store = Arc::new(SqlStore::open(&url).await.expect("the store opens"));
        let rows: Vec<AccountRow> = (1..=SHOPS)
            .map(|no| AccountRow::new(shop(no), format!("{no}"), true))
            .collect();
        store.sync_accounts(&rows).await.expect("accounts");
        let (world, listings) = shops();
        store.import(&listings, start).await.expect("listings");
        let vendors = Arc::new(Vendors {
            clock: clock.clone(),
            market: Mutex::new(world),
        });
        let guard = MassChangeGuard {
            percent: 10,
            count: 3,
        };
        let ctx = Context {
            clock: clock.clone(),
            store: store.clone(),
            cache: Arc::new(store.cache()),
            queue: queue.clone(),
            limiter: vendors.clone(),
            marketplace: vendors.clone(),
            shop: vendors.clone(),
            rules: Arc::new(Rules {
                guard,
                ..Rules::default()
            }),
        };
        Self {
            seed,
            dice: Dice(seed),
            handlers: jobs::handlers(ctx.clone()),
            lost: LostMessages::new(ctx.clone()),
            unsettled: Vec::new(),
            clock,
            queue,
            vendors,
            store,
            ctx,
            _folder: folder,
        }
    }

    async fn step(&mut self) {
        match self.dice.roll(16) {
            0 | 1 => self.change_market(),
            2 | 3 => {
                let kind = KINDS[self.dice.roll(KINDS.len())];
                self.start(kind).await;
            }
            4..=6 => while self.work(None).await {},
            7 | 8 => {
                for _ in 0..self.dice.roll(8) {
                    self.work(None).await;
                }
            }
            9 => {
                let polls = self.dice.roll(40);
                self.work(Some(polls)).await;
            }
            10 => self.spend_quota(),
            11 => self.vanish(),
            12 => match self.dice.roll(4) {
                0 => self.queue.lose_all(),
                1 => self.decide().await,
                2 => self.proxy().await,
                _ => self.outage(),
            },
            13 => {
                let seconds = 1 + self.dice.roll(30);
                self.clock
                    .advance(TimeDelta::seconds(i64::try_from(seconds).expect("few")));
            }
            14 => self.search().await,
            _ => self.quiet().await,
        }
    }

    fn change_market(&mut self) {
        for _ in 0..=self.dice.roll(5) {
            let product = self.dice.roll(usize::try_from(PRODUCTS).expect("few"));
            let price = [None, Some(1_000), Some(1_500), Some(2_000)][self.dice.roll(4)];
            let asin = asin(i64::try_from(product).expect("few"));
            let mut world = self.vendors.market.lock().expect("no panic");
            world.prices.insert(asin, price);
        }
        self.clock.advance(TimeDelta::seconds(1));
    }

    async fn start(&mut self, kind: RunKind) {
        self.clock.advance(TimeDelta::seconds(1));
        match start_run(RunOrder::new(kind), &self.ctx).await {
            Ok(_) | Err(StartRunError::AlreadyOpen(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// A worker claims any message that is ready and does its job. It may be killed: after so many
    /// steps of the job, or between the job and its settlement.
    async fn work(&mut self, kill_after: Option<usize>) -> bool {
        let dice = &mut self.dice;
        let Some(claimed) = self.queue.claim_any(|count| dice.roll(count)) else {
            return false;
        };
        let job = self.handlers.decode(&claimed.payload).expect("a job");
        let done = async {
            let Err(error) = job.run(&self.ctx).await else {
                return Settlement::Done;
            };
            let delay = RetryTable::default().delay_after(claimed.attempt);
            match (error.remedy, delay) {
                (Remedy::Wait(pause) | Remedy::Pause(pause) | Remedy::PauseThenStop(pause), _) => {
                    Settlement::Defer(pause)
                }
                (Remedy::TryAgain, Some(delay)) => Settlement::Retry(delay, error.why),
                _ => {
                    job.give_up(&error, &self.ctx).await.expect("given up");
                    Settlement::Dead(error.why)
                }
            }
        };
        if let Some(settlement) = killed_after(kill_after, done).await {
            self.unsettled.push((claimed, settlement));
        }
        if self.dice.roll(4) > 0 {
            self.settle();
        }
        true
    }

    /// Other jobs may have run between the end of a job and its settlement.
    fn settle(&mut self) {
        for (claimed, settlement) in self.unsettled.drain(..) {
            self.queue.end(&claimed, &settlement);
        }
    }

    /// A shop has no calls left until tomorrow.
    fn spend_quota(&mut self) {
        let shop = shop(1 + i64::from(self.dice.roll(2) == 1));
        let until = self.clock.now() + TimeDelta::hours(20);
        let mut world = self.vendors.market.lock().expect("no panic");
        world.spent.entry(shop).or_insert(until);
    }

    fn vanish(&mut self) {
        let mut world = self.vendors.market.lock().expect("no panic");
        if world.items.len() > 6 {
            let item = self.dice.roll(world.items.len());
            let key = world.items.keys().nth(item).expect("an item").clone();
            world.items.remove(&key);
        }
    }

    /// A shop answers nothing, or answers again.
    fn outage(&mut self) {
        let shop = shop(1 + i64::from(self.dice.roll(2) == 1));
        let mut world = self.vendors.market.lock().expect("no panic");
        if !world.down.remove(&shop) {
            world.down.insert(shop);
        }
    }

    /// A person releases or cancels what is held.
    async fn decide(&mut self) {
        let now = self.clock.now();
        for run in self.store.runs(true, 10).await.expect("runs") {
            let decided = match self.dice.roll(2) {
                0 => self.store.release_run(run.id, now).await,
                _ => self.store.cancel_run(run.id, now).await,
            };
            decided.expect("decided");
        }
    }

    /// The proxy of a shop fails, or works again.
    async fn proxy(&mut self) {
        let (shop, now) = (shop(1), self.clock.now());
        let failed = (self.dice.roll(2) == 0).then(|| (now, now + TimeDelta::minutes(5)));
        let set = self.store.set_proxy_failed(&shop, failed).await;
        set.expect("stored");
    }

    /// What the schedule and `run` do every few seconds.
    async fn search(&mut self) {
        self.lost.send_again().await.expect("searched");
    }

    /// Works until only a reset is waited for, and checks what is left.
    async fn quiet(&mut self) {
        loop {
            self.search().await;
            while self.work(None).await {
                self.clock.advance(TimeDelta::milliseconds(20));
            }
            self.settle();
            let soon = self.clock.now() + TimeDelta::minutes(10);
            match self.queue.next_ready().filter(|at| *at < soon) {
                Some(at) => *self.clock.0.lock().expect("no panic") = at,
                None => break,
            }
        }
        let now = self.clock.now();
        let unsettled = self
            .store
            .unsettled_updates(now, SentNow::All, ListingId(0), 100);
        let unsettled = unsettled.await.expect("rows");
        let (seed, ids) = (self.seed, self.queue.ids());
        assert_eq!(unsettled, [], "history {seed}, messages: {ids:?}");
        for run in self.store.runs(true, 10).await.expect("runs") {
            let work = self.store.open_work(run.id).await.expect("rows");
            let parts = self
                .store
                .open_parts(run.id, now, 0, 100)
                .await
                .expect("rows");
            let reads_parked_shop = !work.reads.is_empty() && parts.reads.is_empty();
            assert!(
                run.state == RunState::Held || reads_parked_shop,
                "history {seed}: {run:?} {work:?} {ids:?}"
            );
        }
    }

    /// After the resets, a run brings every item to what the market says.
    async fn end(&mut self) {
        self.vendors.market.lock().expect("no panic").down.clear();
        self.quiet().await;
        self.clock.advance(TimeDelta::hours(21));
        self.vendors.market.lock().expect("no panic").spent.clear();
        self.quiet().await;
        for _ in 0..3 {
            let now = self.clock.now();
            for run in self.store.runs(true, 10).await.expect("runs") {
                self.store.release_run(run.id, now).await.expect("released");
            }
            self.quiet().await;
            self.start(RunKind::PriceStock).await;
            self.quiet().await;
        }
        let asins: Vec<Asin> = (0..PRODUCTS).map(asin).collect();
        let rows = self.store.listings(&asins, None).await.expect("rows");
        let (seed, world) = (self.seed, self.vendors.market.lock().expect("no panic"));
        for row in &rows {
            let listing = &row.listing;
            let Some(item) = world.items.get(&(listing.account.clone(), listing.item.0)) else {
                // It is asked for when its state changes, or at night.
                continue;
            };
            let price = world.prices[&listing.asin];
            assert_eq!(
                item.visible,
                price.is_some(),
                "history {seed}: {row:?} {item:?}"
            );
            if let Some(price) = price {
                let wanted = u32::try_from(price * 13 / 10).expect("a price");
                let differs = item.price.0.abs_diff(wanted);
                assert!(differs < 100, "history {seed}: {row:?} {item:?}");
            }
        }
    }
}

/// The output of `work`, unless it is killed after so many polls.
async fn killed_after<T>(polls: Option<usize>, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut polled = 0;
    poll_fn(|cx| {
        if polls.is_some_and(|most| polled >= most) {
            return Poll::Ready(None);
        }
        polled += 1;
        work.as_mut().poll(cx).map(Some)
    })
    .await
}

#[tokio::test]
async fn no_row_waits_for_a_message_that_is_not_its_own() {
    for seed in 0..HISTORIES {
        let mut history = History::open(seed).await;
        for _ in 0..STEPS {
            history.step().await;
        }
        history.end().await;
    }
}
