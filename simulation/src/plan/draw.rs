//! Draws a plan from the seed. Swarm: each seed leaves out most kinds of faults, so that those that are
//! left meet each other in ways that a mixture of all would hide.

use super::entries::Plan;
use super::fault::{CutSide, FaultAct, NetTrouble, PlannedFault, QueueTrouble, StoreTrouble};
use super::fault_name::FaultName;
use super::later_changes;
use super::later_kinds;
use super::standstills::{changed_answers, meet_runs, standstills};
use super::vendor_kinds::{BASE_TOKEN, CHATWORK, EDIT, ITEMS, LWA_TOKEN, OFFERS, VENDORS};
use super::world_act::{PlannedChange, WorldChange};
use crate::dice::Dice;
use crate::scenario::Scenario;
use chrono::TimeDelta;
use simulator::{Fault, FaultKind, ItemEdit, MarketSet, NewItem, OpeningListing, ShopChange};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// The kinds beside those of the vendors.
const OWN: [FaultName; 17] = [
    FaultName::Kill,
    FaultName::KillAtCall,
    FaultName::Freeze,
    FaultName::Clock,
    FaultName::QueueFlush,
    FaultName::QueueLost,
    FaultName::QueueLate,
    FaultName::QueueDouble,
    FaultName::QueueAway,
    FaultName::StoreAway,
    FaultName::StoreSlow,
    FaultName::StoreLostAnswer,
    FaultName::NetRefused,
    FaultName::NetLost,
    FaultName::NetCut,
    FaultName::NetLate,
    FaultName::NetDouble,
];

/// Draws the kinds of faults into `scenario`, and the plan.
pub fn plan_of(scenario: &mut Scenario) -> Plan {
    let mut dice = Dice::new(scenario.seed, "plan");
    let on = dice.pick(&[0, 60, 150, 300]);
    let vendors = VENDORS.iter().map(|(kind, _)| FaultName::Vendor(*kind));
    let all = OWN.into_iter().chain(vendors);
    scenario.kinds = all.filter(|_| dice.chance(on)).collect();
    if scenario.serve {
        // Its queue is its own memory.
        scenario.kinds.retain(|kind| !kind.is_of_the_queue());
    }
    let mut faults: Vec<PlannedFault> = Vec::new();
    for kind in scenario.kinds.clone() {
        for _ in 0..dice.between(1, 5) {
            faults.push(fault(kind, scenario, &mut dice));
        }
    }
    meet_runs(&mut faults, scenario);
    faults.extend(standstills(scenario));
    faults.extend(changed_answers(scenario));
    faults.extend(later_kinds::draw(scenario));
    faults.sort_by_key(|fault| fault.at);
    Plan {
        faults,
        changes: changes(scenario),
    }
}

fn fault(kind: FaultName, scenario: &Scenario, dice: &mut Dice) -> PlannedFault {
    let at = Duration::from_millis(dice.below(millis(scenario.length.mul_f64(0.9)).max(1)));
    let left = scenario.length.saturating_sub(at);
    let process = dice.size(0, scenario.processes - 1);
    let permille = dice.pick(&[1_000, 500, 200, 50]);
    let (what, longest) = match kind {
        FaultName::Kill => (FaultAct::Kill { process }, 10 * MINUTE),
        FaultName::KillAtCall => {
            let call = dice.between(1, 40) * dice.pick(&[1, 1, 10]);
            let side = dice.pick(&[CutSide::Before, CutSide::After]);
            (
                FaultAct::KillAtCall {
                    process,
                    call,
                    side,
                },
                MINUTE,
            )
        }
        FaultName::Freeze => (FaultAct::Freeze { process }, 3 * MINUTE),
        FaultName::Clock => {
            let ahead = ahead(scenario, dice);
            (FaultAct::Clock { process, ahead }, 60 * MINUTE)
        }
        FaultName::QueueLost
        | FaultName::QueueLate
        | FaultName::QueueDouble
        | FaultName::QueueAway => {
            let trouble = queue_trouble(kind, dice);
            (FaultAct::Queue { trouble, permille }, 5 * MINUTE)
        }
        FaultName::StoreAway | FaultName::StoreSlow | FaultName::StoreLostAnswer => {
            let process = dice.pick(&[None, Some(process)]);
            let trouble = match kind {
                FaultName::StoreAway => StoreTrouble::Away,
                FaultName::StoreSlow => StoreTrouble::Slow(dice.time(SECOND / 20, 14 * SECOND)),
                _ => StoreTrouble::AnswerLost,
            };
            let what = FaultAct::Store {
                process,
                trouble,
                permille,
            };
            (what, 10 * MINUTE)
        }
        FaultName::NetRefused
        | FaultName::NetLost
        | FaultName::NetCut
        | FaultName::NetLate
        | FaultName::NetDouble => (net_fault(kind, permille, dice), 20 * MINUTE),
        FaultName::Vendor(kind) => (vendor_fault(kind, dice), 30 * MINUTE),
        // `later_kinds` draws the others.
        _ => (FaultAct::QueueFlush, SECOND),
    };
    let lasts = dice.time(SECOND / 5, longest.min(left).max(SECOND / 2));
    PlannedFault { at, lasts, what }
}

/// With a server, all processes go by its clock, as exactly as an answer tells it.
fn ahead(scenario: &Scenario, dice: &mut Dice) -> TimeDelta {
    let most = if scenario.serve { 3 * 3_600_000 } else { 400 };
    let ahead = i64::try_from(dice.between(1, most)).unwrap_or(0);
    TimeDelta::milliseconds(if dice.chance(500) { ahead } else { -ahead })
}

fn queue_trouble(kind: FaultName, dice: &mut Dice) -> QueueTrouble {
    let time = dice.time(SECOND / 10, 5 * MINUTE);
    match kind {
        FaultName::QueueLost => QueueTrouble::Lost,
        FaultName::QueueLate => QueueTrouble::Late(time),
        FaultName::QueueDouble => QueueTrouble::Doubled(time),
        _ => QueueTrouble::Away,
    }
}

fn net_fault(kind: FaultName, permille: u32, dice: &mut Dice) -> FaultAct {
    let some = [OFFERS, EDIT, ITEMS, BASE_TOKEN, LWA_TOKEN, CHATWORK];
    let operation = dice.pick(&some);
    let operation = dice.pick(&[None, Some(operation), Some(operation)]);
    let trouble = match kind {
        FaultName::NetRefused => NetTrouble::Refused,
        FaultName::NetLost => NetTrouble::AnswerLost,
        FaultName::NetCut => NetTrouble::AnswerCut,
        FaultName::NetLate => NetTrouble::Late(dice.time(SECOND, 90 * SECOND)),
        _ => NetTrouble::Doubled,
    };
    FaultAct::Net {
        operation,
        trouble,
        permille,
    }
}

fn vendor_fault(kind: FaultKind, dice: &mut Dice) -> FaultAct {
    let known = VENDORS.iter().find(|(known, _)| *known == kind);
    let operation = known.map_or("*", |(_, operations)| dice.pick(operations));
    let mut fault = Fault::new(operation, kind);
    fault.count = dice.pick(&[Some(1), Some(3), Some(20), None]);
    fault.probability = dice.pick(&[None, None, Some(0.3)]);
    fault.items = dice.pick(&[None, None, Some(3)]);
    match kind {
        FaultKind::Slow => {
            fault.millis = Some(millis(dice.time(SECOND, 60 * SECOND)));
        }
        FaultKind::Status => fault.status = dice.pick(&[None, Some(500), Some(502)]),
        FaultKind::BaseError => {
            let error = dice.pick(&["db_error", "bad_item_id", "invalid_request"]);
            fault.error = Some(error.to_owned());
        }
        _ => {}
    }
    FaultAct::Vendor(Box::new(fault))
}

/// What Amazon, persons and buyers do.
fn changes(scenario: &Scenario) -> Vec<PlannedChange> {
    let mut dice = Dice::new(scenario.seed, "world");
    let hours = scenario.length.as_secs() / 3_600 + 1;
    let mut changes = Vec::new();
    for _ in 0..hours * dice.between(1, 6) {
        changes.push(market_change(&scenario.listings, scenario, &mut dice));
    }
    if dice.chance(400) {
        for _ in 0..hours.min(dice.between(1, 8)) {
            changes.push(shop_change(scenario, &mut dice));
        }
    }
    changes.extend(later_changes::draw(scenario));
    let mut dice = Dice::new(scenario.seed, "restless products");
    let stands_still = scenario.kinds.contains(&FaultName::FreezeAtCall);
    if stands_still || dice.chance(300) {
        // Two products change between any two runs: what a process does late is then wrong.
        let few = scenario.listings.len().min(2);
        for _ in 0..hours * 6 {
            changes.push(market_change(
                &scenario.listings[..few],
                scenario,
                &mut dice,
            ));
        }
    }
    changes.sort_by_key(|change| change.at);
    changes
}

fn when(scenario: &Scenario, dice: &mut Dice) -> Duration {
    Duration::from_millis(dice.below(millis(scenario.length).max(1)))
}

fn market_change(of: &[OpeningListing], scenario: &Scenario, dice: &mut Dice) -> PlannedChange {
    let asin = dice.pick(of).asin;
    let mut set = MarketSet {
        asin: asin.clone(),
        ..MarketSet::default()
    };
    match dice.below(10) {
        0..=1 => set.in_stock = Some(false),
        2..=3 => set.in_stock = Some(true),
        4 => set.known = Some(dice.chance(600)),
        5 => set.price = Some(amount(dice, 300, 90_000)),
        _ => {
            let listed = scenario.listings.iter().find(|one| one.asin == asin);
            let cost = listed.map_or(1_000, |one| one.price * 10 / 13).max(100);
            let percent = amount(dice, 40, 190);
            set.price = Some((cost * percent / 100).max(1));
        }
    }
    PlannedChange {
        at: when(scenario, dice),
        what: WorldChange::Market(vec![set]),
    }
}

fn shop_change(scenario: &Scenario, dice: &mut Dice) -> PlannedChange {
    let listing = dice.pick(&scenario.listings);
    let mut change = ShopChange::default();
    let mut edit = ItemEdit {
        item_id: listing.item_id,
        ..ItemEdit::default()
    };
    match dice.below(8) {
        0 => change.delete.push(listing.item_id),
        1 => change.add.push(NewItem {
            title: "手で足した商品".to_owned(),
            price: amount(dice, 500, 9_000),
            stock: 1,
            visible: true,
            identifier: None,
        }),
        2 => edit.price = Some(amount(dice, 500, 90_000)),
        3 => edit.visible = Some(dice.chance(500)),
        // Sold.
        _ => edit.stock = Some(0),
    }
    if change == ShopChange::default() {
        change.edit.push(edit);
    }
    PlannedChange {
        at: when(scenario, dice),
        what: WorldChange::Shop {
            account: scenario.accounts[listing.account].clone(),
            change,
        },
    }
}

fn amount(dice: &mut Dice, low: u64, high: u64) -> i64 {
    i64::try_from(dice.between(low, high)).unwrap_or(1_000)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
