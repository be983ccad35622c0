//! Changes the simulated world: Amazon, the shops, and the end of a vendor's fault.

use crate::event::{Happening, PersonAct};
use crate::plan::WorldChange;
use crate::simulation::Simulation;
use simulator::{Fault, ShopChange, Simulator};

/// Makes a change of the plan.
pub fn change(simulation: &Simulation, change: &WorldChange) {
    let simulator = &simulation.simulator;
    simulator.advance_to(simulation.time.elapsed());
    match change.clone() {
        WorldChange::Market(set) => {
            let asins = set.iter().map(|one| one.asin.clone()).collect();
            if simulator.set_market(set).is_ok() {
                simulation.record(None, Happening::Market(asins));
            }
        }
        WorldChange::Shop { account, change } => {
            let ShopChange { edit, delete, .. } = &change;
            let edited = edit.iter().map(|edit| edit.item_id).collect();
            let deleted = delete.clone();
            // An item that is deleted already stays as it is.
            if let Ok(added) = simulator.change_shop(&account, change) {
                let act = PersonAct {
                    account,
                    edited,
                    deleted,
                    added,
                };
                simulation.record(None, Happening::Person(act));
            }
        }
    }
}

/// Ends a fault. The simulator ends its faults all at once; those that go on are added again.
pub fn end_vendor_fault(simulator: &Simulator, ended: &Fault) {
    let mut active = simulator.faults();
    let is_ended = |fault: &Fault| {
        let (kind, operation) = (&fault.kind, &fault.operation);
        *kind == ended.kind && *operation == ended.operation
    };
    if let Some(place) = active.iter().position(is_ended) {
        active.remove(place);
        simulator.clear_faults();
        for fault in active {
            // It was valid before.
            let _ = simulator.add_fault(fault);
        }
    }
}
