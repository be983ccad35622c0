//! A whole plan.

use super::fault::PlannedFault;
use super::world_act::PlannedChange;

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
}
