//! What a person does with a queue in Redis.

use super::{RedisQueue, call, span};
use async_trait::async_trait;
use shared::jobs::QueueName;
use shared::ports::queue::{DeadMessage, QueueDesk, QueueError};

#[async_trait]
impl QueueDesk for RedisQueue {
    async fn dead(&self, queue: QueueName, limit: usize) -> Result<Vec<DeadMessage>, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = call(&self.calls.scripts.dead, [&keys.dead, &keys.dead_messages]);
        call.arg(limit);
        let listed: Vec<(String, Vec<u8>, u32, Vec<u8>, i64)> = self.calls.ask(&call).await?;
        let told = |(id, payload, attempts, error, age): (_, _, _, Vec<u8>, _)| DeadMessage {
            id,
            payload,
            attempts,
            error: String::from_utf8_lossy(&error).into_owned(),
            age: span(age).unwrap_or_default(),
        };
        Ok(listed.into_iter().map(told).collect())
    }

    async fn retry(&self, queue: QueueName, id: &str) -> Result<bool, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = call(&self.calls.scripts.retry, [&keys.messages]);
        call.key(&keys.ready)
            .key(&keys.dead)
            .key(&keys.dead_messages)
            .arg(&keys.bell)
            .arg(id);
        self.calls.ask(&call).await
    }

    async fn discard(&self, queue: QueueName, id: &str) -> Result<bool, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = call(
            &self.calls.scripts.discard,
            [&keys.dead, &keys.dead_messages],
        );
        call.arg(id);
        self.calls.ask(&call).await
    }

    async fn pause(&self, queue: QueueName) -> Result<(), QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut connection = self.calls.link.shared();
        let mut set = redis::cmd("SET");
        set.arg(&keys.paused).arg(1);
        let pausing = set.exec_async(&mut connection);
        self.calls
            .link
            .within(pausing)
            .await
            .map_err(QueueError::from)
    }

    async fn resume(&self, queue: QueueName) -> Result<(), QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut connection = self.calls.link.shared();
        let mut both = redis::pipe();
        both.atomic().cmd("DEL").arg(&keys.paused);
        both.cmd("PUBLISH").arg(&keys.bell).arg(1);
        let resuming = both.exec_async(&mut connection);
        self.calls
            .link
            .within(resuming)
            .await
            .map_err(QueueError::from)
    }
}
