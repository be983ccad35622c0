//! The controls as methods, for tests and the demo that run the simulator in their own process.

use std::time::Duration;

use crate::control::{self, AsinSnapshot, ShopChange, ShopSnapshot};
use crate::faults::Fault;
use crate::ledger::LedgerReport;
use crate::quota::{QuotaChange, QuotaError};
use crate::server::Simulator;
use crate::state::{ChatworkMessage, MarketChange, MarketMove, MarketSet};

/// A control was called with an impossible value.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ControlError(String);

impl Simulator {
    /// The requests so far, counted by operation.
    pub fn ledger(&self) -> LedgerReport {
        control::ledger(&self.world(), false)
    }

    /// The same, with each of the last 200,000 requests in full.
    pub fn detailed_ledger(&self) -> LedgerReport {
        control::ledger(&self.world(), true)
    }

    /// The items of this account's shop; `None` if there is no such account.
    pub fn shop(&self, account: &str) -> Option<ShopSnapshot> {
        ShopSnapshot::of(&self.world(), account)
    }

    /// Edits, deletes and adds items as a person does in the shop's admin pages. Returns the ids of
    /// the new items.
    pub fn change_shop(&self, account: &str, change: ShopChange) -> Result<Vec<u64>, ControlError> {
        control::change_shop(&mut self.world(), account, change).map_err(ControlError)
    }

    /// The state of an ASIN on Amazon now.
    pub fn market(&self, asin: &str) -> AsinSnapshot {
        AsinSnapshot::of(&self.world(), asin)
    }

    /// The ASIN of product `number` of the catalogue, counted from 0.
    pub fn asin(&self, number: usize) -> String {
        self.world().market.asins().nth(number)
    }

    /// Changes the state of ASINs on Amazon.
    pub fn set_market(&self, set: Vec<MarketSet>) -> Result<(), ControlError> {
        let change = MarketChange { set, moved: None };
        let changed = control::change_market(&mut self.world(), change);
        changed.map(drop).map_err(ControlError)
    }

    /// Lets prices and stock change as in `hours` hours. Returns how many ASINs changed.
    pub fn move_market(&self, hours: u64) -> usize {
        let change = MarketChange {
            set: Vec::new(),
            moved: Some(MarketMove { hours }),
        };
        control::change_market(&mut self.world(), change).unwrap_or(0)
    }

    /// Activates a fault.
    pub fn add_fault(&self, fault: Fault) -> Result<(), ControlError> {
        if let Some(problem) = fault.problem() {
            return Err(ControlError(problem));
        }
        self.world().faults.add(fault);
        Ok(())
    }

    /// The active faults, with the counts that are left.
    pub fn faults(&self) -> Vec<Fault> {
        self.world().faults.list().to_vec()
    }

    /// Deactivates all faults.
    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    /// Changes a rate limit of Amazon or the limits of BASE.
    pub fn set_quota(&self, change: &QuotaChange) -> Result<(), QuotaError> {
        let mut world = self.world();
        let now = world.clock.elapsed_nanos();
        world.quotas.change(change, now)
    }

    /// Moves simulator time ahead.
    pub fn advance(&self, seconds: f64) -> Result<(), ControlError> {
        control::advance(&mut self.world(), seconds).map_err(ControlError)
    }

    /// Moves simulator time to `elapsed` after its start; never back. For a time scale of 0.
    pub fn advance_to(&self, elapsed: Duration) {
        let mut world = self.world();
        let now = Duration::from_nanos(world.clock.elapsed_nanos());
        world.advance(elapsed.saturating_sub(now));
    }

    /// Returns everything to the start: market, shops, tokens, quotas, faults, ledger and clock.
    pub fn reset(&self) {
        control::reset(&mut self.world(), false);
    }

    /// Clears the ledger and nothing else.
    pub fn reset_ledger(&self) {
        control::reset(&mut self.world(), true);
    }

    /// The Chatwork messages received so far.
    pub fn messages(&self) -> Vec<ChatworkMessage> {
        self.world().chatwork.messages()
    }

    /// The texts received by the webhook so far.
    pub fn webhook_texts(&self) -> Vec<String> {
        self.world().webhook.texts()
    }
}
