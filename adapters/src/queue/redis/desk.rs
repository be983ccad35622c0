//! What a person does with a queue in Redis.

use super::{RedisQueue, call};
use async_trait::async_trait;
use shared::jobs::QueueName;
use shared::ports::queue::{QueueDesk, QueueError};

#[async_trait]
impl QueueDesk for RedisQueue {
    async fn retry(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = call(&self.calls.scripts.retry, [&keys.messages]);
        call.key(&keys.ready)
            .key(&keys.dead)
            .key(&keys.dead_messages)
            .arg(&keys.bell)
            .arg(ids);
        self.calls.ask(&call).await
    }

    async fn discard(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = call(
            &self.calls.scripts.discard,
            [&keys.dead, &keys.dead_messages],
        );
        call.arg(ids);
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
