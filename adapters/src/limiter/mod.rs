//! The rate limiter: permits for the lanes of Amazon and BASE.
//!
//! `local` serves one process and uses the pure state machines of `shared::domain::{rate, quota}`.
//! It stores the state that must survive a restart (the next opening, the calls of the hour) before
//! it grants a permit, so that a process that is killed and restarted keeps the quota. `redis`
//! serves many processes and runs the same state machines as Lua scripts.

mod lane_news;
mod local;
mod rate_lane;
pub mod redis;
mod window_lane;

pub use self::redis::RedisLimiter;
pub use local::{LocalLimiter, Rates};

use shared::domain::rate::Micros;
use std::time::Duration;

fn micros(span: Micros) -> Duration {
    Duration::from_micros(u64::try_from(span).unwrap_or(0))
}
