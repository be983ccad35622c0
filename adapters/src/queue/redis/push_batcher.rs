//! Batches concurrent pushes of this process into one Redis call per queue.
//!
//! A push is sent at once if no other is in flight; pushes that arrive meanwhile form the next
//! batch.

use super::calls::{PushEntry, QueueCalls, micros};
use shared::jobs::{QueueName, Rank};
use shared::ports::queue::{Message, QueueError};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// The most messages of one call. A call of this size takes about a millisecond, holds up all other
/// clients, and its messages become ready only at its end.
const BATCH_SIZE: usize = 250;

/// Sends pushes to the task of one queue. The task ends with it.
pub struct PushBatcher {
    requests: mpsc::UnboundedSender<PushRequest>,
    task: AbortHandle,
}

/// The entries of one caller; the reply is the number of new ones.
struct PushRequest {
    entries: Vec<PushEntry>,
    reply: oneshot::Sender<Result<u64, QueueError>>,
}

impl PushBatcher {
    /// Starts the task for `queue`.
    pub fn start(calls: Arc<QueueCalls>, queue: QueueName) -> Self {
        let (requests, receiver) = mpsc::unbounded_channel();
        let task = tokio::spawn(push_all(calls, queue, receiver)).abort_handle();
        Self { requests, task }
    }

    /// Pushes `messages` in chunks of limited size; returns how many were new.
    pub async fn push(&self, messages: &[&Message]) -> Result<u64, QueueError> {
        let mut new = 0;
        for chunk in messages.chunks(BATCH_SIZE) {
            let entries = chunk.iter().map(|message| entry(message));
            new += self.push_chunk(entries.collect::<Result<_, _>>()?).await?;
        }
        Ok(new)
    }

    async fn push_chunk(&self, entries: Vec<PushEntry>) -> Result<u64, QueueError> {
        let (reply, answer) = oneshot::channel();
        let stopped = || QueueError("the push task has stopped".to_owned());
        self.requests
            .send(PushRequest { entries, reply })
            .map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

impl Drop for PushBatcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn entry(message: &Message) -> Result<PushEntry, QueueError> {
    Ok(PushEntry {
        id: message.job.id(),
        rank: message.rank.0.min(Rank::COUNT - 1),
        delay_us: micros(message.delay),
        payload: message
            .job
            .encode()
            .map_err(|error| QueueError(format!("cannot encode a job: {error}")))?,
    })
}

async fn push_all(
    calls: Arc<QueueCalls>,
    queue: QueueName,
    mut requests: mpsc::UnboundedReceiver<PushRequest>,
) {
    let mut waiting = VecDeque::new();
    while let Some(first) = requests.recv().await {
        waiting.push_back(first);
        while let Ok(request) = requests.try_recv() {
            waiting.push_back(request);
        }
        while !waiting.is_empty() {
            let batch = next_batch(&mut waiting);
            let entries = batch.iter().flat_map(|request| &request.entries);
            let flags = calls.push(queue, entries).await;
            reply(batch, &flags);
        }
    }
}

/// The first request and all following ones that fit into the same call.
fn next_batch(waiting: &mut VecDeque<PushRequest>) -> Vec<PushRequest> {
    let mut size = 0;
    let fitting = waiting.iter().take_while(|request| {
        size += request.entries.len();
        size <= BATCH_SIZE
    });
    let count = fitting.count().max(1);
    waiting.drain(..count).collect()
}

fn reply(batch: Vec<PushRequest>, flags: &Result<String, QueueError>) {
    let mut flags = flags.as_deref().map(str::bytes);
    for request in batch {
        let new = match &mut flags {
            Ok(flags) => {
                let new = flags.by_ref().take(request.entries.len());
                Ok(new.map(|flag| u64::from(flag == b'1')).sum())
            }
            Err(error) => Err(QueueError(error.0.clone())),
        };
        // The messages are pushed even if the caller has cancelled.
        request.reply.send(new).ok();
    }
}
