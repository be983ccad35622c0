//! The market: what is true on Amazon now. The opening state of the catalogue, and what has
//! changed since, by hand or by time.

mod change;
mod drift;

use std::borrow::Cow;
use std::collections::HashMap;

pub use change::{MarketChange, MarketMove, MarketSet};

use crate::catalog::{AsinState, Asins, opening_state};

/// What is true on Amazon of every ASIN.
#[derive(Debug)]
pub struct Market {
    asins: Asins,
    seed: u64,
    unknown_permille: u32,
    changed: HashMap<String, AsinState>,
    /// Hours by which the whole market has drifted.
    hours: u64,
}

impl Market {
    pub fn new(asins: Asins, seed: u64, unknown_permille: u32) -> Self {
        Self {
            asins,
            seed,
            unknown_permille,
            changed: HashMap::new(),
            hours: 0,
        }
    }

    pub fn asins(&self) -> &Asins {
        &self.asins
    }

    /// What is true of `asin`; unknown to Amazon if neither the catalogue nor a change names it.
    pub fn state(&self, asin: &str) -> Cow<'_, AsinState> {
        match self.changed.get(asin) {
            Some(state) => Cow::Borrowed(state),
            None => Cow::Owned(self.opening(asin)),
        }
    }

    fn opening(&self, asin: &str) -> AsinState {
        match self.asins.number_of(asin) {
            Some(number) => opening_state(self.seed, number, self.unknown_permille),
            None => AsinState::unknown(),
        }
    }
}
