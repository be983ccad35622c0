//! The outside of Miseban: one folder a port, no business rule.

#![warn(missing_docs)]

pub mod clock;
pub mod dry_shop;
pub mod limiter;
pub mod queue;
