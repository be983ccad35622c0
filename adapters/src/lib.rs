//! The outside of Miseban: one folder a port, no business rule.

#![warn(missing_docs)]

pub mod base;
pub mod cache;
pub mod call_watch;
pub mod clock;
pub mod dry_shop;
pub mod http;
pub mod limiter;
mod lock;
pub mod notify;
pub mod platform_shops;
pub mod queue;
pub mod redis;
pub mod spapi;
pub mod store;
pub mod warning_pace;
