//! The limiter: permits for the lanes of Amazon and BASE.
//!
//! `local` serves one process, over the pure state machines of `shared::domain::{rate, quota}`. What
//! a lane must not forget (its next opening, the calls of the hour) is stored before the permit is
//! handed out, so that a process that is killed and started again keeps the quota. `redis` serves many
//! processes, with the same state machines as scripts.

mod local;
mod rate_lane;
pub mod redis;
mod window_lane;

pub use self::redis::RedisLimiter;
pub use local::{LocalLimiter, Rates};
