//! What became of one seed, as a process that ran it tells it to the one that started it.

use crate::breach::Breach;
use crate::plan::Plan;
use crate::run::History;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedReport {
    /// The seed.
    pub seed: u64,
    /// The hash of the history.
    pub hash: String,
    /// Days of virtual time.
    pub days: f64,
    /// The faults of the plan, by kind.
    pub faults: BTreeMap<String, u64>,
    /// The rule that was broken first, and the text of the breach.
    pub broken: Option<(String, String)>,
    /// The arguments that tell of what the breach is about.
    pub about: Option<String>,
    /// The branches that were reached.
    pub reached: Vec<String>,
}

impl SeedReport {
    /// The report of `history`.
    pub fn of(seed: u64, plan: &Plan, history: &History) -> Self {
        let mut faults = BTreeMap::new();
        for fault in &plan.faults {
            *faults
                .entry(format!("{:?}", fault.what.name()))
                .or_default() += 1;
        }
        let first = history.breaches.first();
        Self {
            seed,
            hash: format!("{:016x}", history.hash),
            days: history.lasted.as_secs_f64() / 86_400.0,
            faults,
            broken: first.map(|one| (one.rule.to_owned(), one.to_string())),
            about: first.and_then(Breach::about),
            reached: history.reached.clone(),
        }
    }
}
