//! What goes wrong, and what changes in the world: drawn from the seed before anything runs, so that a
//! plan can be shrunk by leaving out entries.

mod draw;
mod entries;
mod fault;
mod vendor_kinds;
mod world_act;

pub use draw::plan_of;
pub use entries::Plan;
pub use fault::{
    CutSide, FaultAct, FaultName, NetTrouble, PlannedFault, QueueTrouble, StoreTrouble,
};
pub use world_act::{PlannedChange, WorldChange};
