//! Random histories: the market moves, answers of the shop are lost before or after it acted, processes are
//! killed between any two lines. In the end every item is as an oracle says, which knows the market and
//! none of our rows; and in between nothing of ours is taken for a sale or a manual change.

use crate::fixture::{Fixture, world};
use producer::resume;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shared::domain::money::Yen;
use shared::domain::retry::Remedy;
use shared::domain::rules::Rules;
use shared::domain::run::{RunId, RunKind};
use shared::jobs::QueueName;
use shared::ports::context::Context;
use shared::ports::queue::{Capacity, Claimed, Settlement};
use shared::ports::store::{ReportStore as _, RunQueries as _, UpdateStore as _};
use simulator::{Fault, FaultKind, MarketSet};
use std::time::Duration;
use worker::jobs;

const LISTINGS: usize = 40;
const STEPS: usize = 25;
const ATTEMPTS: u32 = 3;

/// Faults of an edit or a look: the call is not executed, or it is and its answer is lost, or tells
/// something else.
const FAULTS: [FaultKind; 13] = [
    FaultKind::Status,
    FaultKind::Html,
    FaultKind::BaseError,
    FaultKind::Cut,
    FaultKind::Truncate,
    FaultKind::Malformed,
    FaultKind::WrongTypes,
    FaultKind::LateStatus,
    FaultKind::LateHtml,
    FaultKind::Empty,
    FaultKind::OldValues,
    FaultKind::OtherItem,
    FaultKind::TokenExpiry,
];

/// One history, from a seed.
struct History {
    app: Fixture,
    /// The process of now.
    ctx: Context,
    die: ChaCha8Rng,
    /// Products with an offer that the shop sells, with their price at first.
    products: Vec<(String, i64)>,
}

impl History {
    async fn open(seed: u64) -> Self {
        let app = Fixture::open(world(LISTINGS, 1)).await;
        app.run(RunKind::PriceStock).await;
        app.run(RunKind::PriceStock).await;
        let asins = (0..LISTINGS).map(|number| app.simulator.asin(number));
        let priced = asins.filter_map(|asin| Some((app.simulator.market(&asin).best_price?, asin)));
        let may_vary = 1_000..50_000;
        let products = priced
            .filter(|(price, _)| may_vary.contains(price))
            .map(|(price, asin)| (asin, price));
        Self {
            products: products.collect(),
            ctx: app.ctx.clone(),
            app,
            die: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// A few products become dearer or cheaper, or go back to their price at first; one sells out or comes
    /// back. Few enough that nothing looks like a broken answer.
    fn move_market(&mut self) {
        let percents = [100, 100, 110, 130];
        let mut set = Vec::new();
        for _ in 0..self.die.random_range(1..6) {
            let (asin, price) = self.any_product();
            let percent = percents[self.die.random_range(0..percents.len())];
            set.push(MarketSet {
                asin,
                price: Some(price * percent / 100),
                ..MarketSet::default()
            });
        }
        let (asin, _) = self.any_product();
        set.push(MarketSet {
            asin,
            in_stock: Some(self.die.random_bool(0.6)),
            ..MarketSet::default()
        });
        self.app.simulator.set_market(set).expect("a market");
    }

    fn any_product(&mut self) -> (String, i64) {
        self.products[self.die.random_range(0..self.products.len())].clone()
    }

    fn break_shop(&mut self) {
        self.app.simulator.clear_faults();
        for _ in 0..self.die.random_range(0..4) {
            let kind = FAULTS[self.die.random_range(0..FAULTS.len())];
            let operation =
                ["items/edit", "items/edit", "items/detail"][self.die.random_range(0..3)];
            // Some calls, or all until the next step.
            let count = self
                .die
                .random_bool(0.6)
                .then(|| self.die.random_range(1..5));
            let fault = Fault {
                skip: self.die.random_range(0..3),
                count: count.or((kind == FaultKind::TokenExpiry).then_some(1)),
                ..Fault::new(operation, kind)
            };
            self.app.simulator.add_fault(fault).expect("a fault");
        }
    }

    /// A run of this kind, during which the process may be killed and started again.
    async fn run(&mut self, kind: RunKind) -> RunId {
        let order = producer::RunOrder::new(kind);
        let started = producer::start_run(order, &self.ctx).await;
        let run = started.expect("the run starts").id;
        while self.is_open(run).await {
            if self.work().await == Worked::Killed {
                self.start_process().await;
            }
        }
        run
    }

    async fn is_open(&self, run: RunId) -> bool {
        let row = self.app.store.run(run).await.expect("the store answers");
        row.expect("the run").state.is_open()
    }

    /// A new process takes over: it knows the rows only.
    async fn start_process(&mut self) {
        self.ctx = self.app.next_process().await;
        let store = &self.app.store;
        store.release_all_updates().await.expect("it answers");
        let resumed = resume(&self.ctx).await;
        resumed.expect("the messages are sent again");
    }

    /// Runs the jobs that are queued, one after the other.
    async fn work(&mut self) -> Worked {
        for name in QueueName::ALL {
            let (lease, one) = (Duration::from_secs(60), Capacity::fixed(1));
            let claim = self.ctx.queue.claim(name, lease, Duration::ZERO, &one);
            for claimed in claim.await.expect("the queue answers") {
                if self.job(name, claimed).await == Worked::Killed {
                    return Worked::Killed;
                }
            }
        }
        Worked::On
    }

    async fn job(&mut self, name: QueueName, claimed: Claimed) -> Worked {
        let handlers = jobs::handlers(self.ctx.clone());
        let job = handlers.decode(&claimed.payload).expect("a job");
        let killed_after = if self.die.random_bool(0.03) {
            Duration::from_micros(self.die.random_range(0..30_000))
        } else {
            Duration::from_secs(30)
        };
        let Ok(result) = tokio::time::timeout(killed_after, job.run(&self.ctx)).await else {
            return Worked::Killed;
        };
        let settlement = match result {
            Ok(()) => Settlement::Done,
            Err(error) => match error.remedy {
                Remedy::Wait(_) | Remedy::Pause(_) | Remedy::PauseThenStop(_) => {
                    Settlement::Defer(Duration::from_millis(5))
                }
                Remedy::TryAgain if claimed.attempt < ATTEMPTS => {
                    Settlement::Retry(Duration::ZERO, error.why)
                }
                _ => {
                    job.give_up(&error, &self.ctx)
                        .await
                        .expect("it is given up");
                    Settlement::Dead(error.why)
                }
            },
        };
        let settled = self.ctx.queue.settle(name, &claimed, settlement);
        settled.await.expect("the queue answers");
        Worked::On
    }

    /// Reads the shop back. Nobody sold or changed anything there.
    async fn reconcile(&mut self) {
        let run = self.run(RunKind::Reconcile).await;
        let report = self.app.store.report(run, self.app.now()).await;
        let report = report.expect("it answers").expect("a report");
        let found = report.reconcile.expect("the findings");
        assert_eq!((found.sold_out, found.drifted), (0, 0), "{found:?}");
    }

    /// Every item is for sale exactly if Amazon sells it, at a price that follows Amazon's.
    fn check_items(&self, seed: u64) {
        let rule = &Rules::default().selling;
        for (asin, _) in &self.products {
            let item = self.app.shown(asin);
            let Some(cost) = self.app.simulator.market(asin).best_price else {
                assert!(!item.visible, "seed {seed}: {item:?} is sold out on Amazon");
                continue;
            };
            let for_sale = item.visible && item.stock > 0;
            assert!(for_sale, "seed {seed}: {item:?} is in stock on Amazon");
            assert!(item.price >= cost, "seed {seed}: {item:?} costs {cost}");
            let right = rule
                .strategy
                .selling_price(Yen(u32::try_from(cost).expect("a price")));
            let off = (item.price - i64::from(right.0)).abs();
            assert!(
                off < i64::from(rule.min_change.0) && off * 100 < 3 * item.price,
                "seed {seed}: {item:?} should be near {right:?}"
            );
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worked {
    On,
    Killed,
}

#[tokio::test]
async fn whatever_answers_are_lost_every_item_is_right_after_the_next_run() {
    for seed in 1..=3 {
        let mut history = History::open(seed).await;
        for _ in 0..STEPS {
            history.move_market();
            history.break_shop();
            history.run(RunKind::PriceStock).await;
            if history.die.random_bool(0.2) {
                history.reconcile().await;
            }
            if history.die.random_bool(0.3) {
                history.move_market();
                history.app.simulator.clear_faults();
                history.run(RunKind::PriceStock).await;
                history.check_items(seed);
            }
        }
        history.app.simulator.clear_faults();
        history.run(RunKind::PriceStock).await;
        history.check_items(seed);

        history.app.simulator.reset_ledger();
        history.reconcile().await;

        let calls = history.app.simulator.ledger().operations;
        let edited = calls.contains_key("items/edit");
        assert!(!edited, "seed {seed}: nothing is left to do");
    }
}
