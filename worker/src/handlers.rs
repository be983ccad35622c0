//! What the frame does with a job: the seam between `runtime` and the jobs.

use crate::failure::Failure;
use crate::jobs;
use async_trait::async_trait;
use shared::jobs::Job;
use shared::ports::context::Context;

/// Does jobs, and ends those that no try can mend.
#[async_trait]
pub trait Handlers: Send + Sync {
    /// See [`jobs::run`].
    async fn run(&self, job: &Job) -> Result<(), Failure>;

    /// See [`jobs::give_up`].
    async fn give_up(&self, job: &Job, failure: &Failure) -> Result<(), Failure>;

    /// See [`jobs::stop`].
    async fn stop(&self, job: &Job, failure: &Failure) -> Result<(), Failure>;
}

/// The product's jobs.
#[async_trait]
impl Handlers for Context {
    async fn run(&self, job: &Job) -> Result<(), Failure> {
        jobs::run(job, self).await
    }

    async fn give_up(&self, job: &Job, failure: &Failure) -> Result<(), Failure> {
        jobs::give_up(job, failure, self).await
    }

    async fn stop(&self, job: &Job, failure: &Failure) -> Result<(), Failure> {
        jobs::stop(job, failure, self).await
    }
}
