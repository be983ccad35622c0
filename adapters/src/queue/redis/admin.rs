//! The administration of a queue in Redis.

use super::RedisQueue;
use async_trait::async_trait;
use shared::jobs::QueueName;
use shared::ports::queue::{QueueAdmin, QueueError};

#[async_trait]
impl QueueAdmin for RedisQueue {
    async fn retry(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError> {
        let keys = self.calls.keys(queue)?;
        let mut call = self.calls.scripts.retry.key((&keys.messages, &keys.ready));
        call.key((&keys.dead, &keys.dead_messages))
            .arg(&keys.wakeups)
            .arg(ids);
        self.calls.invoke(&call).await
    }

    async fn discard(&self, queue: QueueName, ids: &[String]) -> Result<u64, QueueError> {
        let keys = self.calls.keys(queue)?;
        let discard = &self.calls.scripts.discard;
        let mut call = discard.key((&keys.dead, &keys.dead_messages));
        self.calls.invoke(call.arg(ids)).await
    }

    async fn pause(&self, queue: QueueName) -> Result<(), QueueError> {
        let keys = self.calls.keys(queue)?;
        let link = &self.calls.link;
        let mut connection = link.shared();
        let mut set = redis::cmd("SET");
        set.arg(&keys.paused).arg(1);
        Ok(link.within(set.exec_async(&mut connection)).await?)
    }

    async fn resume(&self, queue: QueueName) -> Result<(), QueueError> {
        let keys = self.calls.keys(queue)?;
        let link = &self.calls.link;
        let mut connection = link.shared();
        let mut both = redis::pipe();
        both.atomic().cmd("DEL").arg(&keys.paused);
        both.cmd("PUBLISH").arg(&keys.wakeups).arg(1);
        Ok(link.within(both.exec_async(&mut connection)).await?)
    }
}
