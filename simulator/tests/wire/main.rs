//! The simulator over the wire: each rule of the vendors' papers that a client can run into.
//!
//! Simulator time stands still in these tests and is moved by hand, so that none of them waits.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

mod amazon;
mod base;
mod controls;
mod faults;
mod support;
mod world;
