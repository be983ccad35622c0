//! A whole plan.

use super::fault::{FaultAct, PlannedFault};
use super::world_act::PlannedChange;
use crate::scenario::Scenario;
use simulator::ShopLimit;
use std::time::Duration;

/// Everything that is planned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// What goes wrong, by its begin.
    pub faults: Vec<PlannedFault>,
    /// What changes on Amazon and in the shops, by its instant.
    pub changes: Vec<PlannedChange>,
}

impl Plan {
    /// The same plan with only those faults whose place `keep` accepts.
    #[must_use]
    pub fn keeping(&self, keep: impl Fn(usize) -> bool) -> Self {
        let faults = self.faults.iter().enumerate();
        let kept = faults.filter(|(place, _)| keep(*place));
        Self {
            faults: kept.map(|(_, fault)| fault.clone()).collect(),
            changes: self.changes.clone(),
        }
    }

    /// From the start until BASE accepts again what others have used up; zero if they used up nothing.
    pub fn shops_open_at(&self, scenario: &Scenario) -> Duration {
        let opens_at = |fault: &PlannedFault| match fault.what {
            FaultAct::UseUp { limit, .. } => scenario.opens_at(fault.at, limit),
            FaultAct::FewCalls { .. } => {
                let until = (fault.at + fault.lasts).min(scenario.length);
                scenario.opens_at(until, ShopLimit::Hour)
            }
            _ => Duration::ZERO,
        };
        self.faults.iter().map(opens_at).max().unwrap_or_default()
    }
}
