//! Wakes waiting claims when another process makes a message claimable.
//!
//! One subscription serves all queues of a process. Claims that miss a wake-up poll every few
//! seconds anyway: the subscription makes them fast, not correct.

use crate::redis::RedisLink;
use crate::redis::subscription::{SubscriptionEvent, subscribe};
use shared::jobs::QueueName;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::task::AbortHandle;

/// The wake-ups of all queues. The subscription ends with it.
pub struct Wakeups {
    queues: Arc<HashMap<QueueName, Notify>>,
    subscription: AbortHandle,
}

impl Wakeups {
    /// Subscribes to the channel of each queue.
    pub fn listen(link: RedisLink, channels: HashMap<String, QueueName>) -> Self {
        let queues = channels.values().map(|queue| (*queue, Notify::new()));
        let queues: Arc<HashMap<QueueName, Notify>> = Arc::new(queues.collect());
        let names = channels.keys().cloned().collect();
        let woken = Arc::clone(&queues);
        let subscription = subscribe(link, names, move |event| match event {
            // Messages may have been pushed before.
            SubscriptionEvent::Subscribed => woken.values().for_each(Notify::notify_waiters),
            SubscriptionEvent::Message { channel, .. } => {
                if let Some(queue) = channels.get(&channel).and_then(|queue| woken.get(queue)) {
                    queue.notify_waiters();
                }
            }
        });
        Self {
            queues,
            subscription: tokio::spawn(subscription).abort_handle(),
        }
    }

    /// Resolves with the next wake-up of `queue`. Create it before looking for messages, so that no
    /// wake-up is missed in between.
    pub fn notified(&self, queue: QueueName) -> Option<Notified<'_>> {
        self.queues.get(&queue).map(Notify::notified)
    }
}

impl Drop for Wakeups {
    fn drop(&mut self) {
        self.subscription.abort();
    }
}
