//! The outside of Miseban: one folder a port, no rule of the business.

pub mod cache;
pub mod store;
