//! Draws the kinds that were added later, from a stream of their own: the other faults of a seed stay as
//! they were.

use super::disk_room::DiskRoom;
use super::fault::{FaultAct, PlannedFault};
use super::fault_name::FaultName;
use super::other_message::OtherMessage;
use super::person_deed::PersonDeed;
use super::vendor_kinds::{EDIT, ITEMS, RESTRICTED};
use crate::dice::Dice;
use crate::scenario::Scenario;
use simulator::{Fault, FaultKind, ShopLimit};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// Beside those of persons.
const KINDS: [FaultName; 10] = [
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
];

/// Draws these kinds into `scenario`, and their faults.
pub fn draw(scenario: &mut Scenario) -> Vec<PlannedFault> {
    let mut dice = Dice::new(scenario.seed, "later kinds");
    let on = dice.pick(&[0, 60, 150, 300]);
    let is_possible = |deed: &PersonDeed| !scenario.serve || deed.is_possible_beside_serve();
    let deeds = PersonDeed::ALL
        .into_iter()
        .filter(is_possible)
        .map(FaultName::Deed);
    let all = KINDS.into_iter().chain(deeds);
    let kinds: Vec<FaultName> = all.filter(|_| dice.chance(on)).collect();
    if kinds.contains(&FaultName::DayUsedUp) {
        let midnight = part(scenario.length, (20, 95), &mut dice);
        scenario.begin_before_midnight(midnight);
    }
    let mut faults = Vec::new();
    for kind in &kinds {
        for _ in 0..dice.between(1, 4) {
            faults.push(fault(*kind, scenario, &mut dice));
        }
    }
    scenario.kinds.extend(kinds);
    faults
}

fn fault(kind: FaultName, scenario: &Scenario, dice: &mut Dice) -> PlannedFault {
    let account = dice.pick(&scenario.accounts);
    let process = dice.size(0, scenario.processes - 1);
    let mut at = part(scenario.length, (0, 90), dice);
    let (what, longest) = match kind {
        FaultName::HourUsedUp => {
            let limit = ShopLimit::Hour;
            (FaultAct::UseUp { account, limit }, SECOND)
        }
        FaultName::DayUsedUp => {
            let limit = ShopLimit::Day;
            let midnight = scenario.opens_at(Duration::ZERO, limit);
            at = at.min(midnight.saturating_sub(SECOND));
            (FaultAct::UseUp { account, limit }, SECOND)
        }
        FaultName::FewCalls => {
            let an_hour = dice.between(5, 60);
            (FaultAct::FewCalls { an_hour }, 3 * HOUR)
        }
        FaultName::DiskFull => {
            let room = dice.pick(&[DiskRoom::Nothing, DiskRoom::NoNewRows]);
            (FaultAct::DiskFull { room }, 20 * MINUTE)
        }
        FaultName::SwitchOff => (FaultAct::SwitchOff { account }, 2 * HOUR),
        FaultName::OldRows => {
            let percent = dice.pick(&[100, 50, 10]);
            (FaultAct::OldRows { percent }, SECOND)
        }
        FaultName::OtherVersion => {
            let other = dice.pick(&[OtherMessage::MoreFields, OtherMessage::UnknownTag]);
            let permille = dice.pick(&[1_000, 500, 50]);
            (FaultAct::OtherVersion { other, permille }, 20 * MINUTE)
        }
        FaultName::Suspend => {
            let wrong_for = dice.time(SECOND / 5, 5 * SECOND);
            (FaultAct::Suspend { process, wrong_for }, 20 * MINUTE)
        }
        FaultName::Settings => {
            let changed = scenario.rules.changed(dice);
            (FaultAct::Settings(Box::new(changed)), HOUR)
        }
        FaultName::Deed(deed) => {
            let after = dice.time(SECOND, 2 * MINUTE);
            (FaultAct::Deed { deed, after }, 2 * HOUR)
        }
        _ => (restricted(dice), 30 * MINUTE),
    };
    let left = scenario.length.saturating_sub(at);
    let lasts = dice.time(SECOND / 5, longest.min(left).max(SECOND / 2));
    PlannedFault { at, lasts, what }
}

/// From the start to an instant between two percentages of `length`.
fn part(length: Duration, (from, to): (u64, u64), dice: &mut Dice) -> Duration {
    let permille = dice.between(from * 10, to * 10);
    length / 1_000 * u32::try_from(permille).unwrap_or(0)
}

/// BASE refuses a shop or the application, whatever it asks.
fn restricted(dice: &mut Dice) -> FaultAct {
    let operation = dice.pick(&[EDIT, ITEMS]);
    let mut fault = Fault::new(operation, FaultKind::BaseError);
    fault.error = Some(dice.pick(&RESTRICTED).to_owned());
    fault.count = dice.pick(&[Some(1), Some(5), None]);
    FaultAct::Vendor(Box::new(fault))
}
