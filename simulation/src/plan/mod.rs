//! What goes wrong, and what changes in the world: drawn from the seed before anything runs, so that a
//! plan can be shrunk by leaving out entries.

mod disk_room;
mod draw;
mod entries;
mod fault;
mod fault_name;
mod later_changes;
mod later_kinds;
mod other_message;
mod person_deed;
mod standstills;
mod vendor_kinds;
mod world_act;

pub use disk_room::DiskRoom;
pub use draw::plan_of;
pub use entries::Plan;
pub use fault::{CutSide, FaultAct, NetTrouble, PlannedFault, QueueTrouble, StoreTrouble};
pub use fault_name::FaultName;
pub use other_message::OtherMessage;
pub use person_deed::PersonDeed;
pub use world_act::{PlannedChange, WorldChange};
