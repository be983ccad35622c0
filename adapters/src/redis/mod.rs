//! Redis, for everything that processes share: the connection, its faults, and subscriptions.

mod address;
mod clients;
mod connector;
mod fault;
mod fault_log;
mod link;
mod owner;
mod reconnect;
mod round_trip;
mod sentinels;
mod settings;
mod shared_connection;
mod state;
pub(crate) mod subscription;

pub use fault::RedisFault;
pub use link::{RedisLink, connect};
pub use round_trip::RoundTrip;
pub use settings::RedisSettings;
pub use shared_connection::SharedConnection;
pub use state::RedisState;
