//! The ports of one process: the real adapters behind its gate.

mod cache;
mod lanes;
mod limiter;
mod network;
mod queue;
mod store;

pub use cache::GatedCache;
pub use lanes::LaneRows;
pub use limiter::GatedLimiter;
pub use network::GatedNetwork;
pub use queue::GatedQueue;
pub use store::GatedStore;
