//! What the predecessor sold, taken over: each of its listings is taken, or left out for a reason that
//! is counted and shown. Its prices and stocks are not taken: Amazon is asked anew, and the first run
//! after it does so.

mod row;
#[cfg(test)]
mod tests;
mod trap;

pub use trap::Trap;

use adapters::ecauto::{OldListing, OldProducts};
use row::Judge;
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::ports::store::NewListing;
use std::collections::BTreeMap;

/// Every trap shows so many examples.
const EXAMPLES: usize = 10;

/// What becomes of a file.
#[derive(Debug, Default)]
pub struct Takeover {
    /// What is taken, in the order of the file.
    pub listings: Vec<NewListing>,
    /// What was met on the way, the gravest first.
    pub met: Vec<Met>,
}

/// A trap, and the rows in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Met {
    /// Which.
    pub trap: Trap,
    /// Rows in it.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// A row that is in a trap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The id of the predecessor's row.
    pub row: i64,
    /// What stands there.
    pub found: String,
}

impl Takeover {
    /// Judges every listing of a file; `accounts` are the shops that listings may belong to.
    pub fn judge(old: &[OldListing], accounts: &[AccountId]) -> Self {
        let mut judge = Judge::new(accounts);
        let mut met: BTreeMap<Trap, Met> = BTreeMap::new();
        let mut note = |row: i64, trap: Trap, found: String| {
            let met = met.entry(trap).or_insert_with(|| Met::none(trap));
            met.count += 1;
            if met.examples.len() < EXAMPLES && trap.is_shown() {
                met.examples.push(Example { row, found });
            }
        };
        let mut listings = Vec::new();
        for row in old {
            match judge.read(row) {
                Ok((listing, noted)) => {
                    listings.push(listing);
                    for (trap, found) in noted {
                        note(row.id, trap, found);
                    }
                }
                Err((trap, found)) => note(row.id, trap, found),
            }
        }
        Self {
            listings,
            met: met.into_values().collect(),
        }
    }

    /// Adds what its products are like.
    #[must_use]
    pub fn with_products(mut self, products: &OldProducts) -> Self {
        let counted = [
            (Trap::ProductAbsent, products.listed_without_product),
            (Trap::PriceUnknown, products.without_price),
            (Trap::TitleErased, products.without_title),
            (Trap::LocalTime, products.local_times),
            (Trap::UnclearTime, products.unclear_times),
        ];
        let met = counted.into_iter().filter(|(_, count)| *count > 0);
        self.met.extend(met.map(|(trap, count)| Met {
            count,
            ..Met::none(trap)
        }));
        self
    }

    /// Whether a person has something to mend.
    pub fn wants_mending(&self) -> bool {
        self.met.iter().any(|met| met.trap.wants_mending())
    }
}

impl Met {
    fn none(trap: Trap) -> Self {
        Self {
            trap,
            count: 0,
            examples: Vec::new(),
        }
    }
}
