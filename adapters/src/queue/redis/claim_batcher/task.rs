//! The task that collects a batch, calls `batch.lua`, and replies to the callers.

use super::batch::{BatchRequest, ClaimBatch};
use super::delivery::{Delivery, OpenClaims, ReturnOnDrop};
use crate::queue::redis::calls::{QueueCalls, micros, shown_id, span};
use shared::jobs::QueueName;
use shared::ports::queue::{Claimed, QueueError};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// A batch that follows another this soon waits for further requests. Fewer calls, but the slots of
/// the worker are idle meanwhile.
const GATHER: Duration = Duration::from_millis(3);
/// The batch stops waiting when one in so many open claims is completed.
const COMPLETED_PART: usize = 4;
/// Due messages are moved to the ready lists only this often while other messages are ready.
const MOVE_DUE_EVERY: Duration = Duration::from_millis(50);
/// The most due messages, and the most ended leases, that one call moves.
const MOVED_AT_ONCE: usize = 100;

/// The reply of `batch.lua`: wait, valid completions, messages.
type BatchReply = (i64, String, Vec<ClaimedFields>);

/// Id, payload, attempt, token.
type ClaimedFields = (Vec<u8>, Vec<u8>, u32, u64);

/// The task of one queue.
pub struct BatchTask {
    calls: Arc<QueueCalls>,
    queue: QueueName,
    requests: mpsc::UnboundedReceiver<BatchRequest>,
    open: OpenClaims,
    last_batch: Option<Instant>,
    last_move: Option<Instant>,
    /// The last claim found no message.
    empty: bool,
}

impl BatchTask {
    /// A task that serves `requests`.
    pub fn new(
        calls: Arc<QueueCalls>,
        queue: QueueName,
        requests: mpsc::UnboundedReceiver<BatchRequest>,
        open: OpenClaims,
    ) -> Self {
        Self {
            calls,
            queue,
            requests,
            open,
            last_batch: None,
            last_move: None,
            empty: true,
        }
    }

    /// Runs until all senders are dropped.
    pub async fn run(mut self) {
        while let Some(request) = self.requests.recv().await {
            let mut batch = ClaimBatch::default();
            batch.add(request);
            self.gather(&mut batch).await;
            self.last_batch = Some(Instant::now());
            if batch.is_empty() {
                continue;
            }
            let shares = batch.shares();
            let reply = self.call(&batch, shares.iter().sum()).await;
            if !batch.claims.is_empty() {
                self.empty = reply
                    .as_ref()
                    .is_ok_and(|(.., messages)| messages.is_empty());
            }
            self.reply(batch, shares, reply);
        }
    }

    /// Waits for further requests if the last batch was just before.
    async fn gather(&mut self, batch: &mut ClaimBatch) {
        let until = self.last_batch.map(|last| last + GATHER);
        loop {
            while !batch.is_full()
                && let Ok(request) = self.requests.try_recv()
            {
                batch.add(request);
            }
            let Some(until) = until.filter(|until| *until > Instant::now()) else {
                return;
            };
            let enough = batch.completions.len() * COMPLETED_PART >= self.open.count();
            if batch.is_full() || enough {
                return;
            }
            match tokio::time::timeout_at(until, self.requests.recv()).await {
                Ok(Some(request)) => batch.add(request),
                Ok(None) | Err(_) => return,
            }
        }
    }

    async fn call(&mut self, batch: &ClaimBatch, wanted: usize) -> Result<BatchReply, QueueError> {
        let move_due = self.move_due();
        let lease = batch.claims.iter().map(|claim| claim.lease).max();
        let keys = self.calls.keys(self.queue)?;
        let script = &self.calls.scripts.batch;
        let mut call = script.key((&keys.messages, &keys.ready, &keys.delayed, &keys.leases));
        call.key((&keys.paused, &keys.counts, &keys.workers))
            .arg((&keys.wakeups, micros(lease.unwrap_or_default())))
            .arg((MOVED_AT_ONCE, wanted, move_due));
        self.calls.add_heartbeat(&mut call, self.queue);
        for completion in &batch.completions {
            call.arg((&completion.id, completion.token));
        }
        self.calls.invoke(&call).await
    }

    /// The argument of the script that decides when due messages are moved.
    fn move_due(&mut self) -> &'static str {
        if self.empty {
            return "idle";
        }
        let now = Instant::now();
        if self
            .last_move
            .is_some_and(|last| now < last + MOVE_DUE_EVERY)
        {
            return "";
        }
        self.last_move = Some(now);
        "always"
    }

    fn reply(&self, batch: ClaimBatch, shares: Vec<usize>, reply: Result<BatchReply, QueueError>) {
        // No batch waits for these claims any more, whatever the reply is.
        self.open.remove(batch.completions.len());
        let (wait, valid, messages) = match reply {
            Ok(reply) => reply,
            Err(QueueError(why)) => return batch.fail(&why),
        };
        // A completion counts even if its caller has cancelled.
        for (completion, valid) in batch.completions.into_iter().zip(valid.bytes()) {
            completion.reply.send(Ok(valid == b'1')).ok();
        }
        let mut messages: VecDeque<Claimed> = messages
            .into_iter()
            .filter_map(|message| self.readable(message))
            .collect();
        for (claim, share) in batch.claims.into_iter().zip(shares) {
            let share: Vec<Claimed> = messages.drain(..share.min(messages.len())).collect();
            self.open.add(share.len());
            let delivery = Delivery {
                messages: share,
                next_due: span(wait),
                return_path: self.return_path(),
            };
            // A failed send drops the delivery, which returns its messages.
            claim.reply.send(Ok(delivery)).ok();
        }
    }

    /// The message; one whose id is not text goes to the dead list, where a person finds it, and does not
    /// spoil the others.
    fn readable(&self, (id, payload, attempt, token): ClaimedFields) -> Option<Claimed> {
        let id = match String::from_utf8(id) {
            Ok(id) => id,
            Err(error) => {
                self.bury(error.into_bytes(), token);
                return None;
            }
        };
        Some(Claimed {
            id,
            payload,
            attempt,
            token,
        })
    }

    fn bury(&self, id: Vec<u8>, token: u64) {
        let (calls, queue) = (Arc::clone(&self.calls), self.queue);
        let shown = shown_id(&id);
        tracing::error!(queue = queue.as_str(), id = %shown, "the id of a message is not text; moved it to the dead list");
        tokio::spawn(async move {
            let why = "the id is not text; another program has written it";
            if let Err(error) = calls.bury(queue, &id, token, why).await {
                tracing::debug!(%error, id = %shown, "could not move a message to the dead list; trying again when its lease ends");
            }
        });
    }

    fn return_path(&self) -> ReturnOnDrop {
        ReturnOnDrop {
            calls: Arc::clone(&self.calls),
            queue: self.queue,
            open: self.open.clone(),
            runtime: Handle::current(),
        }
    }
}
