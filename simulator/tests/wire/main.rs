//! The simulator over HTTP: each rule of the vendors' documentation that affects a client.
//!
//! Simulator time is stopped in these tests and advanced by them, so that no test waits.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

mod amazon;
mod base;
mod controls;
mod faults;
mod in_process;
mod offers;
mod restart;
mod support;
mod world;
