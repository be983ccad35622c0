//! The seam to apalis: a backend that yields claimed messages of one queue.
//!
//! apalis runs the worker loop and its shutdown. Messages are claimed for the places that are free when they
//! are taken, all in one call, so that none lies about on its lease. Leases, attempts and settling stay
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
use shared::ports::queue::{Claimed, Queue, Room, Settlement};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long one claim call waits for a message before it is asked anew.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause after a claim call that failed, so that a store that is away is not hammered.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(500);

/// Yields the messages of one queue, each on a lease.
pub struct Claims {
    queue: Arc<dyn Queue>,
    name: QueueName,
    lease: Duration,
    places: Arc<Semaphore>,
    pending: Option<BoxFuture<'static, VecDeque<Placed>>>,
    placed: VecDeque<Placed>,
}

/// A message, and the place at which it is worked on.
#[derive(Debug)]
pub struct Placed {
    /// The message.
    pub claimed: Claimed,
    /// Held while the job runs: when it is dropped, the next message is claimed for it.
    pub place: OwnedSemaphorePermit,
}

/// Never made: an error of the store is logged and the claim asked again.
#[derive(Debug, thiserror::Error)]
#[error("claims do not fail")]
pub struct ClaimsError;

impl Claims {
    /// Claims from `queue` the messages of `name`, each for `lease`, as many at once as there are
    /// `places`.
    pub fn new(queue: Arc<dyn Queue>, name: QueueName, lease: Duration, places: usize) -> Self {
        Self {
            queue,
            name,
            lease,
            places: Arc::new(Semaphore::new(places)),
            pending: None,
            placed: VecDeque::new(),
        }
    }

    /// Waits for a free place first, and then for a message.
    fn ask(&self) -> BoxFuture<'static, VecDeque<Placed>> {
        let (queue, name, lease) = (Arc::clone(&self.queue), self.name, self.lease);
        let places = Arc::clone(&self.places);
        Box::pin(async move {
            let Ok(first) = Arc::clone(&places).acquire_owned().await else {
                return VecDeque::new();
            };
            let room = {
                let places = Arc::clone(&places);
                Room::told_by(move || 1 + places.available_permits())
            };
            match queue.claim(name, lease, PATIENCE, &room).await {
                // Nobody else takes places, so that there is one for each message.
                Ok(claimed) => std::iter::once(first)
                    .chain(std::iter::from_fn(|| {
                        Arc::clone(&places).try_acquire_owned().ok()
                    }))
                    .zip(claimed)
                    .map(|(place, claimed)| Placed { claimed, place })
                    .collect(),
                Err(error) => {
                    tracing::warn!(queue = name.as_str(), %error, "no message can be claimed now");
                    tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                    VecDeque::new()
                }
            }
        })
    }

    /// Messages that no job was begun for.
    fn give_back(&mut self) {
        for placed in self.placed.drain(..) {
            let (queue, name) = (Arc::clone(&self.queue), self.name);
            tokio::spawn(async move {
                let back = Settlement::Defer(Duration::ZERO);
                if let Err(error) = queue.settle(name, &placed.claimed, back).await {
                    tracing::debug!(%error, "a message that was not begun stays on its lease");
                }
            });
        }
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
    type Task = Task<Placed>;
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
            if let Some(placed) = self.placed.pop_front() {
                return Poll::Ready(Some(Ok(Task::new(placed))));
            }
            let mut asking = self.pending.take().unwrap_or_else(|| self.ask());
            match asking.as_mut().poll(cx) {
                Poll::Ready(placed) => self.placed = placed,
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
        self.give_back();
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for Claims {
    type Args = Placed;
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
