//! The read-only view of a queue in Redis: one script per call, limited by the page.

use super::RedisQueue;
use super::calls::{micros, shown_id, span};
use async_trait::async_trait;
use shared::jobs::{QueueName, Rank};
use shared::ports::queue::{
    MessageInfo, MessagePage, MessageState, QueueError, QueueView, WorkerHeartbeat,
};
use std::time::Duration;

/// A message as `message.lua` returns it: state, id, payload, rank, attempts, since, left, error.
type MessageFields = (String, Vec<u8>, Vec<u8>, u8, u32, i64, i64, Vec<u8>);

fn message(fields: MessageFields) -> Result<MessageInfo, QueueError> {
    let (state, id, payload, rank, attempts, since, left, error) = fields;
    let mut states = MessageState::ALL.into_iter();
    let state = states
        .find(|known| known.as_str() == state)
        .ok_or_else(|| QueueError(format!("there is no state {state}")))?;
    let dead = state == MessageState::Dead;
    Ok(MessageInfo {
        id: shown_id(&id),
        payload,
        rank: Rank(rank),
        attempts,
        state,
        since: span(since),
        left: span(left),
        error: dead.then(|| String::from_utf8_lossy(&error).into_owned()),
    })
}

#[async_trait]
impl QueueView for RedisQueue {
    async fn list(
        &self,
        queue: QueueName,
        state: MessageState,
        page: MessagePage,
    ) -> Result<Vec<MessageInfo>, QueueError> {
        let keys = self.calls.keys(queue)?;
        let list = &self.calls.scripts.list;
        let mut call = list.key((&keys.messages, &keys.ready, &keys.delayed));
        call.key((&keys.leases, &keys.dead, &keys.dead_messages))
            .arg(state.as_str())
            // Redis accepts no larger number as an offset.
            .arg(page.offset.min(u64::from(u32::MAX)))
            .arg(page.size());
        let rows: Vec<MessageFields> = self.calls.invoke(&call).await?;
        rows.into_iter().map(message).collect()
    }

    async fn find(&self, queue: QueueName, id: &str) -> Result<Vec<MessageInfo>, QueueError> {
        let keys = self.calls.keys(queue)?;
        let find = &self.calls.scripts.find;
        let mut call = find.key((&keys.messages, &keys.delayed, &keys.leases));
        call.key((&keys.dead, &keys.dead_messages)).arg(id);
        let rows: Vec<MessageFields> = self.calls.invoke(&call).await?;
        rows.into_iter().map(message).collect()
    }

    async fn workers(&self, queue: QueueName) -> Result<Vec<WorkerHeartbeat>, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = self.calls.scripts.workers.key(&keys.workers);
        call.arg(micros(WorkerHeartbeat::SILENCE));
        let rows: Vec<(String, u64, u64)> = self.calls.invoke(&call).await?;
        let heartbeat = |(name, begun, heard)| WorkerHeartbeat {
            name,
            begun: Duration::from_micros(begun),
            heard: Duration::from_micros(heard),
        };
        let mut workers: Vec<WorkerHeartbeat> = rows.into_iter().map(heartbeat).collect();
        workers.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(workers)
    }
}
