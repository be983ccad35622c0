//! Seeds draw every kind.

use simulation::plan::{FaultName, PersonDeed, plan_of};
use simulation::scenario::Scenario;
use simulator::FaultKind;
use std::collections::HashSet;
use std::time::Duration;

#[test]
fn every_kind_is_drawn() {
    let mut drawn = HashSet::new();
    for seed in 0..400 {
        let mut scenario = Scenario::of(seed, Duration::from_secs(3 * 3_600));
        let plan = plan_of(&mut scenario);
        drawn.extend(plan.faults.iter().map(|fault| fault.what.name()));
    }

    let later = [
        FaultName::HourUsedUp,
        FaultName::DayUsedUp,
        FaultName::FewCalls,
        FaultName::DiskFull,
        FaultName::Suspend,
        FaultName::Restricted,
        FaultName::Settings,
        FaultName::SwitchOff,
        FaultName::OldRows,
        FaultName::OtherVersion,
        FaultName::Freeze,
        FaultName::Clock,
        FaultName::Vendor(FaultKind::OtherItem),
        FaultName::Vendor(FaultKind::Status),
    ];
    let deeds = PersonDeed::ALL.map(FaultName::Deed);
    for kind in later.into_iter().chain(deeds) {
        assert!(drawn.contains(&kind), "{kind:?} is never drawn");
    }
}
