//! The queue that all processes share, as Redis is: it may lose everything at once.

use adapters::queue::LocalQueue;
use futures::FutureExt as _;
use shared::jobs::QueueName;
use shared::ports::queue::{
    Capacity, Claimed, Message, MessagePage, MessageState, Queue as _, QueueAdmin as _, QueueError,
    QueueStats, QueueView as _, Settlement,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A claim's token has the number of the queue's life above these bits.
const TOKEN_BITS: u32 = 40;

/// The queue, over as many lives as it has.
#[derive(Debug, Default)]
pub struct SharedQueue(Mutex<QueueLife>);

#[derive(Debug, Default, Clone)]
struct QueueLife {
    number: u64,
    queue: Arc<LocalQueue>,
}

/// One message that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveMessage {
    /// Its queue.
    pub queue: &'static str,
    /// Its id.
    pub id: String,
    /// `ready`, `delayed` or `claimed`.
    pub state: &'static str,
    /// Until it is due, or its lease ends.
    pub due_in: Duration,
}

impl SharedQueue {
    /// Loses all messages. Claims of before are no longer valid.
    pub fn flush(&self) {
        let mut life = self.lock();
        life.number += 1;
        life.queue = Arc::default();
    }

    /// All messages that are alive.
    pub fn messages(&self) -> Vec<LiveMessage> {
        let states = [
            (MessageState::Ready, "ready"),
            (MessageState::Delayed, "delayed"),
            (MessageState::Claimed, "claimed"),
        ];
        let queue = Arc::clone(&self.lock().queue);
        let mut found = Vec::new();
        for name in QueueName::ALL {
            for (state, word) in states {
                let page = MessagePage::first(MessagePage::MOST);
                let listed = queue.list(name, state, page).now_or_never();
                let listed = listed.and_then(Result::ok).unwrap_or_default();
                found.extend(listed.into_iter().map(|message| LiveMessage {
                    queue: name.as_str(),
                    id: message.id,
                    state: word,
                    due_in: message.left.unwrap_or_default(),
                }));
            }
        }
        found
    }

    /// Makes all dead messages ready again; returns how many.
    pub async fn retry_dead(&self) -> Result<u64, QueueError> {
        let queue = self.life().queue;
        let mut retried = 0;
        for name in QueueName::ALL {
            let page = MessagePage::first(MessagePage::MOST);
            let dead = queue.list(name, MessageState::Dead, page).await?;
            let ids: Vec<String> = dead.into_iter().map(|message| message.id).collect();
            retried += queue.retry(name, &ids).await?;
        }
        Ok(retried)
    }

    /// As the port's method.
    pub async fn push(&self, messages: &[Message]) -> Result<u64, QueueError> {
        let life = self.life();
        life.queue.push(messages).await
    }

    /// As the port's method.
    pub async fn claim(
        &self,
        queue: QueueName,
        lease: Duration,
        timeout: Duration,
        capacity: &Capacity,
    ) -> Result<Vec<Claimed>, QueueError> {
        let life = self.life();
        let claimed = life.queue.claim(queue, lease, timeout, capacity).await?;
        let numbered = |claim: Claimed| Claimed {
            token: claim.token | life.number << TOKEN_BITS,
            ..claim
        };
        Ok(claimed.into_iter().map(numbered).collect())
    }

    /// As the port's method.
    pub async fn renew(
        &self,
        queue: QueueName,
        claim: &Claimed,
        lease: Duration,
    ) -> Result<bool, QueueError> {
        match self.own(claim) {
            Some((life, claim)) => life.queue.renew(queue, &claim, lease).await,
            None => Ok(false),
        }
    }

    /// As the port's method.
    pub async fn settle(
        &self,
        queue: QueueName,
        claim: &Claimed,
        settlement: Settlement,
    ) -> Result<bool, QueueError> {
        match self.own(claim) {
            Some((life, claim)) => life.queue.settle(queue, &claim, settlement).await,
            None => Ok(false),
        }
    }

    /// As the port's method.
    pub async fn stats(&self, queue: QueueName) -> Result<QueueStats, QueueError> {
        let life = self.life();
        life.queue.stats(queue).await
    }

    /// The claim as the queue of this life wrote it; `None` for one of an earlier life.
    fn own(&self, claim: &Claimed) -> Option<(QueueLife, Claimed)> {
        let life = self.life();
        let is_own = claim.token >> TOKEN_BITS == life.number;
        let claim = Claimed {
            token: claim.token & ((1 << TOKEN_BITS) - 1),
            ..claim.clone()
        };
        is_own.then_some((life, claim))
    }

    fn life(&self) -> QueueLife {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, QueueLife> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
