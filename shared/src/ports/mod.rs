//! What the rules and the handlers need of the outside, one file a port. `adapters` answers them.

pub mod cache;
pub mod clock;
pub mod context;
pub mod limiter;
pub mod marketplace;
pub mod messages;
pub mod notifier;
pub mod queue;
pub mod shop;
pub mod store;
