//! The belt to one queue: what several tasks of this process push at the same moment goes together.
//!
//! A push leaves at once when none is on its way; what comes meanwhile is the next one.

use super::{Calls, micros};
use shared::jobs::{QueueName, Rank};
use shared::ports::queue::{Message, QueueError};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// Messages of one push script: it holds up everyone else, and the first of them is not there before it
/// ends, which is about a millisecond.
const PUSHED_AT_ONCE: usize = 250;

/// Where one loads. The task that pushes ends with it.
pub struct Belt {
    loads: mpsc::UnboundedSender<Order>,
    mover: AbortHandle,
}

/// A message as the script takes it.
pub struct Load {
    pub id: String,
    pub rank: u8,
    /// In microseconds.
    pub delay: u64,
    pub payload: Vec<u8>,
}

/// What one caller pushes; the reply tells how many were new.
struct Order {
    loads: Vec<Load>,
    reply: oneshot::Sender<Result<u64, QueueError>>,
}

impl Belt {
    /// Pushes to `queue` from now on.
    pub fn start(calls: Arc<Calls>, queue: QueueName) -> Self {
        let (loads, loaded) = mpsc::unbounded_channel();
        let mover = tokio::spawn(push_all(calls, queue, loaded)).abort_handle();
        Self { loads, mover }
    }

    /// Pushes `messages`, a bounded part at a time; returns how many were new.
    pub async fn push(&self, messages: &[&Message]) -> Result<u64, QueueError> {
        let mut new = 0;
        for part in messages.chunks(PUSHED_AT_ONCE) {
            let loads = part.iter().map(|message| load(message));
            new += self.push_part(loads.collect::<Result<_, _>>()?).await?;
        }
        Ok(new)
    }

    async fn push_part(&self, loads: Vec<Load>) -> Result<u64, QueueError> {
        let (reply, answer) = oneshot::channel();
        let stopped = || QueueError("the belt stands still".to_owned());
        self.loads
            .send(Order { loads, reply })
            .map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

impl Drop for Belt {
    fn drop(&mut self) {
        self.mover.abort();
    }
}

fn load(message: &Message) -> Result<Load, QueueError> {
    Ok(Load {
        id: message.job.id(),
        rank: message.rank.0.min(Rank::COUNT - 1),
        delay: micros(message.delay),
        payload: message
            .job
            .encode()
            .map_err(|error| QueueError(format!("a job cannot be written: {error}")))?,
    })
}

async fn push_all(calls: Arc<Calls>, queue: QueueName, mut loaded: mpsc::UnboundedReceiver<Order>) {
    let mut waiting = VecDeque::new();
    while let Some(first) = loaded.recv().await {
        waiting.push_back(first);
        while let Ok(order) = loaded.try_recv() {
            waiting.push_back(order);
        }
        while !waiting.is_empty() {
            let together = together(&mut waiting);
            let loads = together.iter().flat_map(|order| &order.loads);
            let answer = calls.push(queue, loads).await;
            reply(together, &answer);
        }
    }
}

/// The first of those who wait, and who else fits into the same call.
fn together(waiting: &mut VecDeque<Order>) -> Vec<Order> {
    let mut size = 0;
    let fitting = waiting.iter().take_while(|order| {
        size += order.loads.len();
        size <= PUSHED_AT_ONCE
    });
    let count = fitting.count().max(1);
    waiting.drain(..count).collect()
}

fn reply(orders: Vec<Order>, answer: &Result<String, QueueError>) {
    let mut flags = answer.as_deref().map(str::bytes);
    for order in orders {
        let told = match &mut flags {
            Ok(flags) => {
                let new = flags.by_ref().take(order.loads.len());
                Ok(new.map(|flag| u64::from(flag == b'1')).sum())
            }
            Err(error) => Err(QueueError(error.0.clone())),
        };
        // Who does not wait for it has pushed all the same.
        order.reply.send(told).ok();
    }
}
