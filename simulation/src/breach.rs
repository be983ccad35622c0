//! What must not have happened.

use chrono::{DateTime, Utc};
use std::fmt;

/// A rule of the domain that a history breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The rule, by a name like a sentence: `sold-below-cost`.
    pub rule: &'static str,
    /// When it was broken, by the true time.
    pub at: DateTime<Utc>,
    /// What was seen, and what should have been.
    pub text: String,
    /// The product concerned.
    pub asin: Option<String>,
    /// The shop concerned.
    pub account: Option<String>,
    /// The run concerned.
    pub run: Option<String>,
}

impl Breach {
    /// Gives the ids in it the names that they have in the history.
    pub fn name_ids(&mut self, mut named: impl FnMut(&str) -> String) {
        self.text = named(&self.text);
        self.run = self.run.as_deref().map(named);
    }

    /// The arguments by which `simulate` tells of what it is about.
    pub fn about(&self) -> Option<String> {
        let listing = self.asin.as_ref().map(|asin| format!("--listing {asin}"));
        let run = self.run.as_ref().map(|run| format!("--run {run}"));
        let shop = self.account.as_ref().map(|shop| format!("--about {shop}"));
        listing.or(run).or(shop)
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.rule, self.at, self.text)?;
        let about = [
            ("shop", &self.account),
            ("ASIN", &self.asin),
            ("run", &self.run),
        ];
        for (what, name) in about {
            if let Some(name) = name {
                write!(f, " ({what} {name})")?;
            }
        }
        Ok(())
    }
}
