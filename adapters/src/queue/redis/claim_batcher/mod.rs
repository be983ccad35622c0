//! Batches the claims and completions of this process into one Redis call per queue.
//!
//! One call serves all concurrent callers, so that a busy process sends few calls. A caller of an
//! idle process does not wait for others.

mod batch;
mod delivery;
mod task;

use super::calls::QueueCalls;
use batch::{BatchRequest, ClaimRequest, Completion};
use delivery::{Delivery, OpenClaims};
use shared::jobs::QueueName;
use shared::ports::queue::{Capacity, Claimed, QueueError};
use std::sync::Arc;
use std::time::Duration;
use task::BatchTask;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// Sends requests to the task of one queue. The task ends with it.
pub struct ClaimBatcher {
    requests: mpsc::UnboundedSender<BatchRequest>,
    open: OpenClaims,
    task: AbortHandle,
}

impl ClaimBatcher {
    /// Starts the task for `queue`.
    pub fn start(calls: Arc<QueueCalls>, queue: QueueName) -> Self {
        let (requests, receiver) = mpsc::unbounded_channel();
        let open = OpenClaims::default();
        let task = BatchTask::new(calls, queue, receiver, open.clone());
        let task = tokio::spawn(task.run()).abort_handle();
        Self {
            requests,
            open,
            task,
        }
    }

    /// Claims as many messages as `capacity` allows, each for `lease` or longer. Without any, the
    /// second value is the time until the next message or lease is due. If the caller cancels
    /// before messages arrive, they are returned to the queue.
    pub async fn claim(
        &self,
        capacity: &Capacity,
        lease: Duration,
    ) -> Result<(Vec<Claimed>, Option<Duration>), QueueError> {
        let (reply, answer) = oneshot::channel();
        let request = BatchRequest::Claim(ClaimRequest {
            capacity: capacity.clone(),
            lease,
            reply,
        });
        self.send(request, answer).await.map(Delivery::accept)
    }

    /// Ends a claim whose job is done; `false` if the claim is no longer valid.
    pub async fn complete(&self, claim: &Claimed) -> Result<bool, QueueError> {
        let (reply, answer) = oneshot::channel();
        let request = BatchRequest::Complete(Completion {
            id: claim.id.clone(),
            token: claim.token,
            reply,
        });
        self.send(request, answer).await
    }

    /// Notes that `count` claims ended without a completion, so that no batch waits for them.
    pub fn remove_open(&self, count: usize) {
        self.open.remove(count);
    }

    async fn send<T>(
        &self,
        request: BatchRequest,
        answer: oneshot::Receiver<Result<T, QueueError>>,
    ) -> Result<T, QueueError> {
        let stopped = || QueueError("the claim task has stopped".to_owned());
        self.requests.send(request).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

impl Drop for ClaimBatcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}
