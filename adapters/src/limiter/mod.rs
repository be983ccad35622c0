//! The limiter: permits for the lanes of Amazon and BASE.
//!
//! `local` serves one process, over the pure state machines of `shared::domain::{rate, quota}`. What
//! a lane must not forget (its next opening, the calls of the hour) is stored before the permit is
//! handed out, so that a process that is killed and started again keeps the quota.

mod local;
mod rate_lane;
mod window_lane;

pub use local::{LocalLimiter, Rates};
