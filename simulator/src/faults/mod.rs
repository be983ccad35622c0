//! Faults: what goes wrong on demand, selected by operation, account, ASIN, count and probability.

mod active;
mod effects;
mod fault;

pub use active::{ActiveFaults, CallFaults};
pub use fault::{Fault, FaultKind, FaultList};
