//! The controls in process: what `/_sim/` does over the wire, for tests and the demo.

use crate::control::{self, AsinSnapshot, ShopChange, ShopSnapshot};
use crate::faults::Fault;
use crate::ledger::LedgerReport;
use crate::quota::{QuotaChange, QuotaError};
use crate::server::Simulator;
use crate::state::{ChatworkMessage, MarketChange, MarketMove, MarketSet};

/// A control was called with a value that cannot be.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ControlError(String);

impl Simulator {
    /// What was asked so far, by operation.
    pub fn ledger(&self) -> LedgerReport {
        control::ledger(&self.world(), false)
    }

    /// The same, with each of the last 200,000 requests.
    pub fn detailed_ledger(&self) -> LedgerReport {
        control::ledger(&self.world(), true)
    }

    /// The items as this account's shop shows them; none for an account that does not exist.
    pub fn shop(&self, account: &str) -> Option<ShopSnapshot> {
        ShopSnapshot::of(&self.world(), account)
    }

    /// Edits, deletes and adds items as a person in the shop's admin; gives the ids of what was made.
    pub fn change_shop(&self, account: &str, work: ShopChange) -> Result<Vec<u64>, ControlError> {
        control::tend(&mut self.world(), account, work).map_err(ControlError)
    }

    /// What is true of an ASIN now.
    pub fn market(&self, asin: &str) -> AsinSnapshot {
        AsinSnapshot::of(&self.world(), asin)
    }

    /// The ASIN with this number in the catalogue, counted from 0.
    pub fn asin(&self, number: usize) -> String {
        self.world().market.asins().nth(number)
    }

    /// Makes something true of ASINs.
    pub fn set_market(&self, set: Vec<MarketSet>) -> Result<(), ControlError> {
        let change = MarketChange { set, moved: None };
        control::change_market(&mut self.world(), change)
            .map(|_| ())
            .map_err(ControlError)
    }

    /// Lets the whole market drift by some hours; returns how many ASINs were touched.
    pub fn move_market(&self, hours: u64) -> usize {
        let change = MarketChange {
            set: Vec::new(),
            moved: Some(MarketMove { hours }),
        };
        control::change_market(&mut self.world(), change).unwrap_or(0)
    }

    /// Puts a fault to work.
    pub fn add_fault(&self, fault: Fault) -> Result<(), ControlError> {
        if let Some(complaint) = fault.complaint() {
            return Err(ControlError(complaint));
        }
        self.world().faults.add(fault);
        Ok(())
    }

    /// The faults still at work.
    pub fn faults(&self) -> Vec<Fault> {
        self.world().faults.list().to_vec()
    }

    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    /// Changes a rate of Amazon or the limits of BASE.
    pub fn set_quota(&self, change: &QuotaChange) -> Result<(), QuotaError> {
        let mut world = self.world();
        let now = world.clock.elapsed_nanos();
        world.quotas.change(change, now)
    }

    /// Moves simulator time ahead by some seconds.
    pub fn advance(&self, seconds: f64) -> Result<(), ControlError> {
        control::advance(&mut self.world(), seconds).map_err(ControlError)
    }

    /// Begins again: market, shops, tokens, quotas, faults, ledger and clock.
    pub fn reset(&self) {
        control::reset(&mut self.world(), false);
    }

    /// Empties the ledger and leaves the world as it is.
    pub fn reset_ledger(&self) {
        control::reset(&mut self.world(), true);
    }

    /// The Chatwork messages received.
    pub fn messages(&self) -> Vec<ChatworkMessage> {
        self.world().rooms.messages()
    }

    /// The texts received by webhook.
    pub fn webhook_texts(&self) -> Vec<String> {
        self.world().hook.texts()
    }
}
