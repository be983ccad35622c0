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
