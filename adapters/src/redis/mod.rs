//! Redis, for everything that processes share: the connection, its faults, and subscriptions.

mod fault;
mod link;
mod owner;
mod state;
pub(crate) mod subscription;

pub use fault::RedisFault;
pub use link::{RedisLink, RedisSettings, connect};
pub use state::RedisState;
