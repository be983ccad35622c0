//! Runs the jobs: one file a job in [`jobs`], the steps that jobs share in `steps`, and the runtime
//! that claims messages and calls the handlers.
//!
//! Begin with `jobs/sync_batch.rs`; the other files follow its pattern. Handlers use ports only; the
//! crate `app` builds the adapters.

pub mod cli;
mod conclusion;
pub mod handlers;
pub mod heartbeat_queue;
pub mod job_error;
mod job_outage;
mod job_runner;
pub mod jobs;
pub mod runtime;
mod steps;
pub mod worker_pool;
