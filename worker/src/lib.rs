//! The work: one file a job, and the frame in which jobs run.
//!
//! Begin with `jobs/sync_batch.rs`; the rest is written so that it reads like the description of
//! that job. Handlers see ports only; adapters are built in the binary's `wiring.rs`.

mod away;
pub mod failure;
pub mod handlers;
pub mod jobs;
pub mod pulsed_queue;
pub mod runtime;
mod settle;
pub mod shift;
