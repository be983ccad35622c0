//! Faults that meet the work: at the begin of a run, during all of it, and in the middle of what it writes. Drawn from
//! streams of their own, so that the other faults of a seed stay as they were.

use super::fault::{FaultAct, PlannedFault};
use super::fault_name::FaultName;
use super::vendor_kinds::OFFERS;
use crate::dice::Dice;
use crate::scenario::Scenario;
use simulator::{Fault, FaultKind};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// A fault that meets a run begins from this long before the run is due,
const BEFORE: Duration = Duration::from_secs(40);
/// within this time.
const WITHIN_MS: u64 = 80_000;

/// Calls of workers, of which each stands between what a vendor did and its rows, or between two writes.
const CALLS: [&str; 6] = [
    "finish_update",
    "finish_update",
    "put",
    "put",
    "record",
    "save_token",
];
/// From one run until after the next one: what a process goes on with is then old.
const AND_LONGER: Duration = Duration::from_secs(20 * 60);
const LONGEST: Duration = Duration::from_secs(150 * 60);

/// Lets half of the faults begin about when a run does: runs take minutes, and hours pass between them.
pub fn meet_runs(faults: &mut [PlannedFault], scenario: &Scenario) {
    let mut dice = Dice::new(scenario.seed, "meet runs");
    for fault in faults {
        let begin = run_near(fault.at, scenario, &mut dice);
        if dice.chance(500) {
            fault.at = begin;
        }
    }
}

/// An instant at the begin of the run before `at`.
fn run_near(at: Duration, scenario: &Scenario, dice: &mut Dice) -> Duration {
    let begin = run_due(at, scenario) + Duration::from_millis(dice.below(WITHIN_MS));
    begin.saturating_sub(BEFORE)
}

fn run_due(at: Duration, scenario: &Scenario) -> Duration {
    let runs = at.as_secs() / scenario.run_every.as_secs().max(1);
    scenario.run_every * u32::try_from(runs).unwrap_or(0)
}

/// Amazon's answers change their form: during a whole run no ASIN seems to have an offer.
pub fn changed_answers(scenario: &mut Scenario) -> Vec<PlannedFault> {
    let mut dice = Dice::new(scenario.seed, "changed answers");
    if !dice.chance(100) {
        return Vec::new();
    }
    let kind = FaultKind::EmptyOffers;
    scenario.kinds.push(FaultName::Vendor(kind));
    let at = scenario.length / 100 * u32::try_from(dice.between(20, 90)).unwrap_or(0);
    let fault = PlannedFault {
        at: run_due(at, scenario).saturating_sub(BEFORE),
        lasts: dice.time(3 * MINUTE, 20 * MINUTE),
        what: FaultAct::Vendor(Box::new(Fault::new(OFFERS, kind))),
    };
    vec![fault]
}

/// Standstills in the middle of a call, with other processes to take over.
pub fn standstills(scenario: &mut Scenario) -> Vec<PlannedFault> {
    let mut dice = Dice::new(scenario.seed, "standstills");
    if scenario.processes < 3 || !dice.chance(500) {
        return Vec::new();
    }
    scenario.kinds.push(FaultName::FreezeAtCall);
    // One of two workers: the other one takes over.
    let process = dice.size(1, 2);
    let long = LONGEST.min(scenario.run_every + AND_LONGER);
    let faults = 0..dice.between(1, 4);
    let fault = |_| {
        let percent = u32::try_from(dice.below(80)).unwrap_or(0);
        let at = scenario.run_every.max(scenario.length / 100 * percent);
        let short = dice.time(MINUTE / 6, LONGEST);
        PlannedFault {
            at: run_near(at, scenario, &mut dice),
            lasts: dice.pick(&[short, long]),
            what: FaultAct::FreezeAtCall {
                process,
                name: dice.pick(&CALLS),
                call: dice.between(1, 2),
            },
        }
    };
    faults.map(fault).collect()
}

#[cfg(test)]
mod tests {
    use crate::plan::{FaultAct, plan_of};
    use crate::scenario::Scenario;
    use std::time::Duration;

    #[test]
    fn many_faults_meet_a_run_and_a_standstill_meets_a_call_where_others_can_take_over() {
        let (mut faults, mut near, mut standstills) = (0, 0, 0);
        for seed in 1..200 {
            let mut scenario = Scenario::of(seed, Duration::from_secs(3 * 3_600));
            for fault in plan_of(&mut scenario).faults {
                faults += 1;
                let since_run = fault.at.as_secs() % scenario.run_every.as_secs();
                near += u32::from((since_run + 40) % scenario.run_every.as_secs() < 80);
                if matches!(fault.what, FaultAct::FreezeAtCall { .. }) {
                    standstills += 1;
                    assert!(scenario.processes > 2, "others can take over");
                }
            }
        }

        assert!(near > faults / 4, "{near} of {faults}");
        assert!(standstills > 10, "{standstills}");
    }
}
