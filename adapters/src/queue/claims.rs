//! The backend for apalis: yields claimed messages of one queue.
//!
//! apalis runs the worker loop and its shutdown. One call claims a message for each slot that is
//! free at that moment, so that no message waits on its lease. Leases, attempts and settlements
//! stay with our contract (`shared::ports::queue`), since apalis acknowledges per worker and not
//! per claim: the worker crate settles. A queue that is down for a while does not end a worker,
//! which claims again.

use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::layers::Identity;
use apalis_core::task::Task;
use apalis_core::worker::context::WorkerContext;
use futures::future::BoxFuture;
use shared::jobs::QueueName;
use shared::ports::queue::{Capacity, Claimed, Queue, Settlement};
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The time-out of one claim.
const CLAIM_TIMEOUT: Duration = Duration::from_secs(5);
/// The pause after a failed claim.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(500);

/// Yields the messages of one queue, each on a lease.
pub struct Claims {
    queue: Arc<dyn Queue>,
    name: QueueName,
    lease: Duration,
    slots: Arc<Semaphore>,
    pending: Option<BoxFuture<'static, VecDeque<AssignedMessage>>>,
    assigned: VecDeque<AssignedMessage>,
}

/// A message with the slot that processes it.
#[derive(Debug)]
pub struct AssignedMessage {
    /// The message.
    pub claimed: Claimed,
    /// Keep it while the job runs: after its drop the next message is claimed for the slot.
    pub slot: OwnedSemaphorePermit,
}

/// Never constructed: an error of the queue is logged and the claim repeated.
#[derive(Debug, thiserror::Error)]
#[error("claims do not fail")]
pub struct ClaimsError;

impl Claims {
    /// Claims the messages of `name` from `queue`, each for `lease`, for at most `slots` jobs at
    /// once.
    pub fn new(queue: Arc<dyn Queue>, name: QueueName, lease: Duration, slots: usize) -> Self {
        Self {
            queue,
            name,
            lease,
            slots: Arc::new(Semaphore::new(slots)),
            pending: None,
            assigned: VecDeque::new(),
        }
    }

    /// Waits for a free slot first, and then for a message.
    fn claim(&self) -> BoxFuture<'static, VecDeque<AssignedMessage>> {
        let (queue, name, lease) = (Arc::clone(&self.queue), self.name, self.lease);
        let slots = Arc::clone(&self.slots);
        Box::pin(async move {
            let Ok(first) = Arc::clone(&slots).acquire_owned().await else {
                return VecDeque::new();
            };
            let free = Arc::clone(&slots);
            let capacity = Capacity::from_fn(move || 1 + free.available_permits());
            match queue.claim(name, lease, CLAIM_TIMEOUT, &capacity).await {
                // Only this task takes slots, so that there is one for each message.
                Ok(claimed) => std::iter::once(first)
                    .chain(std::iter::from_fn(|| {
                        Arc::clone(&slots).try_acquire_owned().ok()
                    }))
                    .zip(claimed)
                    .map(|(slot, claimed)| AssignedMessage { claimed, slot })
                    .collect(),
                Err(error) => {
                    tracing::debug!(queue = name.as_str(), %error, "could not claim messages; trying again");
                    tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                    VecDeque::new()
                }
            }
        })
    }

    /// Returns the messages whose jobs have not started.
    fn give_back(&mut self) {
        for unused in self.assigned.drain(..) {
            let (queue, name) = (Arc::clone(&self.queue), self.name);
            tokio::spawn(async move {
                let now = Settlement::Defer(Duration::ZERO);
                if let Err(error) = queue.settle(name, &unused.claimed, now).await {
                    tracing::debug!(%error, "could not return an unprocessed message; it is ready again when its lease ends");
                }
            });
        }
    }
}

impl Backend for Claims {
    type Task = Task<AssignedMessage>;
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
            if let Some(assigned) = self.assigned.pop_front() {
                return Poll::Ready(Some(Ok(Task::new(assigned))));
            }
            let mut claim = self.pending.take().unwrap_or_else(|| self.claim());
            match claim.as_mut().poll(cx) {
                Poll::Ready(assigned) => self.assigned = assigned,
                Poll::Pending => {
                    self.pending = Some(claim);
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
        // A claim that is dropped while it waits claims nothing.
        self.pending = None;
        self.give_back();
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for Claims {
    type Args = AssignedMessage;
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
