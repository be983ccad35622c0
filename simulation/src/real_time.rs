//! Runs the store's futures in real time, in one step of the simulation.
//!
//! The driver of the database has threads and tasks of its own, which virtual time must not know. They
//! belong to a runtime in real time; the simulating thread polls the call itself and sleeps until it is
//! done. So no virtual time passes in a call, nothing else happens meanwhile, and how long it really
//! takes changes nothing.

use futures::executor::block_on;
use std::io;
use tokio::runtime::{Builder, Runtime};
use tokio::task::unconstrained;

/// The runtime of the store.
#[derive(Debug)]
pub struct RealTime {
    runtime: Runtime,
}

impl RealTime {
    /// Starts its thread.
    pub fn start() -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build()?;
        Ok(Self { runtime })
    }

    /// Blocks this thread until `work` is done.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let _entered = self.runtime.enter();
        // The budget of the task that calls this would end the call in the middle.
        block_on(unconstrained(work))
    }
}
