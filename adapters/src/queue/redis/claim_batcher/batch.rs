//! One batch: the claims and completions that one call of `batch.lua` serves.

use super::delivery::Delivery;
use shared::ports::queue::{Capacity, QueueError};
use std::time::Duration;
use tokio::sync::oneshot;

/// The most messages, and the most completions, of one batch: its call holds up all other clients.
const BATCH_SIZE: usize = 100;

type ReplySender<T> = oneshot::Sender<Result<T, QueueError>>;

/// What a caller asks of the task.
pub enum BatchRequest {
    /// Messages.
    Claim(ClaimRequest),
    /// The end of a claim whose job is done.
    Complete(Completion),
}

/// A caller that waits for messages.
pub struct ClaimRequest {
    /// How many messages the caller can take.
    pub capacity: Capacity,
    /// The least lease.
    pub lease: Duration,
    /// Receives the messages.
    pub reply: ReplySender<Delivery>,
}

/// A claim whose job is done.
pub struct Completion {
    pub(crate) id: String,
    pub(crate) token: u64,
    /// Receives whether the claim was valid.
    pub reply: ReplySender<bool>,
}

/// The requests of one call.
#[derive(Default)]
pub struct ClaimBatch {
    pub(crate) claims: Vec<ClaimRequest>,
    pub(crate) completions: Vec<Completion>,
}

impl ClaimBatch {
    /// Adds a request, unless it is a claim whose caller has cancelled.
    pub fn add(&mut self, request: BatchRequest) {
        match request {
            BatchRequest::Claim(claim) if claim.reply.is_closed() => {}
            BatchRequest::Claim(claim) => self.claims.push(claim),
            BatchRequest::Complete(completion) => self.completions.push(completion),
        }
    }

    /// The most messages for each claim, in order.
    pub fn shares(&self) -> Vec<usize> {
        let share = |claim: &ClaimRequest| claim.capacity.now().min(BATCH_SIZE);
        self.claims.iter().map(share).collect()
    }

    /// Whether there is nothing to call for.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.completions.is_empty()
    }

    /// Whether the batch takes no further request.
    pub fn is_full(&self) -> bool {
        let messages = self.shares().iter().sum::<usize>();
        messages.max(self.completions.len()) >= BATCH_SIZE
    }

    /// Fails all requests.
    pub fn fail(self, why: &str) {
        let error = || QueueError(why.to_owned());
        for claim in self.claims {
            claim.reply.send(Err(error())).ok();
        }
        for completion in self.completions {
            completion.reply.send(Err(error())).ok();
        }
    }
}
