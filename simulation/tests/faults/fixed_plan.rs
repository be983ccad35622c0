//! A world with a fixed plan.

use simulation::oracle::{Oracle, WATCH};
use simulation::plan::{FaultAct, Plan, PlannedChange, PlannedFault, WorldChange};
use simulation::run::{History, Order, run};
use simulation::scenario::Scenario;
use simulation::trace::TraceKind;
use simulator::{MarketSet, OpeningListing};
use std::time::Duration;

/// A plan that a test fills, and its world.
pub struct FixedPlan {
    pub scenario: Scenario,
    pub plan: Plan,
}

impl FixedPlan {
    /// One shop of some products for two hours; one process, or a producer and a worker.
    pub fn of(serve: bool) -> Self {
        let mut seed = 1;
        let scenario = loop {
            let scenario = Scenario::of(seed, minutes(120));
            let is_small = (15..40).contains(&scenario.listings.len());
            let is_small = is_small && scenario.accounts.len() == 1;
            let is_like = scenario.serve == serve && scenario.processes < 3;
            if is_small && is_like && scenario.run_every == minutes(60) {
                break scenario;
            }
            seed += 1;
        };
        Self {
            scenario: Scenario {
                length: minutes(120),
                shop_calls_an_hour: None,
                ..scenario
            },
            plan: Plan::default(),
        }
    }

    /// With this fault.
    pub fn with(mut self, at: Duration, lasts: Duration, what: FaultAct) -> Self {
        self.plan.faults.push(PlannedFault { at, lasts, what });
        self
    }

    /// From the start on Amazon asks as much as the shop.
    pub fn dearer(mut self) -> Self {
        let dearer = |listing: &OpeningListing| MarketSet {
            asin: listing.asin.clone(),
            price: Some(listing.price.max(2_000)),
            ..MarketSet::default()
        };
        let listings = self.scenario.listings.iter();
        let what = WorldChange::Market(listings.map(dearer).collect());
        let at = Duration::ZERO;
        self.plan.changes.push(PlannedChange { at, what });
        self
    }

    /// At this instant Amazon has none of the products any more.
    pub fn sold_out(mut self, at: Duration) -> Self {
        let out = |asin: String| MarketSet {
            asin,
            in_stock: Some(false),
            ..MarketSet::default()
        };
        let asins = self.scenario.listings.iter().map(|one| one.asin.clone());
        let what = WorldChange::Market(asins.map(out).collect());
        self.plan.changes.push(PlannedChange { at, what });
        self
    }

    /// What becomes of it; nothing may be broken.
    pub fn history(self) -> Told {
        let order = Order {
            scenario: self.scenario,
            plan: self.plan,
            kind: TraceKind::Text,
            install: WATCH,
            watch: |world| Box::new(Oracle::new(world)),
        };
        let history = run(order).expect("it runs");
        assert!(history.breaches.is_empty(), "{:?}", history.breaches);
        Told(history)
    }
}

/// A history in which nothing is broken.
pub struct Told(History);

impl Told {
    /// The lines with all of these words.
    pub fn lines(&self, words: &[&str]) -> Vec<&str> {
        let has_all = |line: &&str| words.iter().all(|word| line.contains(word));
        let lines = self.0.lines.iter().map(String::as_str);
        lines.filter(has_all).collect()
    }

    /// Whether this branch was reached.
    pub fn reached(&self, name: &str) -> bool {
        self.0.reached.iter().any(|reached| reached == name)
    }
}

pub fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}
