//! The outside of Miseban: one folder a port, no business rule.

#![warn(missing_docs)]

pub mod base;
pub mod http;
pub mod spapi;
