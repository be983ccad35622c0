//! Faults: what goes wrong on demand, by operation, count and probability.

mod book;
mod deliver;
mod fault;

pub use book::{Faults, Struck};
pub use fault::{Fault, FaultKind, FaultList};
