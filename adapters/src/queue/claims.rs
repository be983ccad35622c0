//! The seam to apalis: a backend that yields claimed messages of one queue.
//!
//! apalis runs the worker loop, its concurrency and its shutdown. Leases, attempts and settling stay
//! with our contract (`shared::ports::queue`), since apalis acknowledges by worker and not by claim;
//! the handler's frame settles (`worker/src/runtime.rs`). So a store that is away for a while ends no
//! worker: the claim is simply asked again.

use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::layers::Identity;
use apalis_core::task::Task;
use apalis_core::worker::context::WorkerContext;
use futures::future::BoxFuture;
use shared::jobs::QueueName;
use shared::ports::queue::{Claimed, Queue};
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How long one claim call waits for a message before it is asked anew.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause after a claim call that failed, so that a store that is away is not hammered.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(500);

/// Yields the messages of one queue, each on a lease.
pub struct Claims {
    queue: Arc<dyn Queue>,
    name: QueueName,
    lease: Duration,
    pending: Option<BoxFuture<'static, Option<Claimed>>>,
}

/// Never made: an error of the store is logged and the claim asked again.
#[derive(Debug, thiserror::Error)]
#[error("claims do not fail")]
pub struct ClaimsError;

impl Claims {
    /// Claims from `queue` the messages of `name`, each for `lease`.
    pub fn new(queue: Arc<dyn Queue>, name: QueueName, lease: Duration) -> Self {
        Self {
            queue,
            name,
            lease,
            pending: None,
        }
    }

    fn ask(&self) -> BoxFuture<'static, Option<Claimed>> {
        let (queue, name, lease) = (Arc::clone(&self.queue), self.name, self.lease);
        Box::pin(async move {
            match queue.claim(name, lease, PATIENCE).await {
                Ok(claimed) => claimed,
                Err(error) => {
                    tracing::warn!(queue = name.as_str(), %error, "no message can be claimed now");
                    tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                    None
                }
            }
        })
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Backend for Claims {
    type Task = Task<Claimed>;
    type Error = ClaimsError;

    fn poll_ready(
        &mut self,
        _: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Result<(), ClaimsError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Option<Result<Self::Task, ClaimsError>>> {
        loop {
            let mut asking = self.pending.take().unwrap_or_else(|| self.ask());
            match asking.as_mut().poll(cx) {
                Poll::Ready(Some(claimed)) => return Poll::Ready(Some(Ok(Task::new(claimed)))),
                Poll::Ready(None) => {}
                Poll::Pending => {
                    self.pending = Some(asking);
                    return Poll::Pending;
                }
            }
        }
    }

    fn poll_close(
        &mut self,
        _: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Result<(), ClaimsError>> {
        // A claim that is dropped while it waits has taken nothing.
        self.pending = None;
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for Claims {
    type Args = Claimed;
    type Id = ();
    type Kind = Ephemeral;
    type Config = ();
    type Layer = Identity;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}
