//! Wakes waiting claims when another process puts something on a queue.
//!
//! One subscription for all queues of a process. What it misses while it is broken is found by the
//! claims themselves, which look again every few seconds anyway: the bell makes them quick, not safe.

use futures::StreamExt;
use redis::Client;
use redis::aio::{PubSubSink, PubSubStream};
use shared::jobs::QueueName;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::task::AbortHandle;

/// A subscription that is silent may be dead; it is asked this often.
const PING_EVERY: Duration = Duration::from_secs(10);
/// Subscribing, or answering a ping, does not take longer.
const ANSWER_IN: Duration = Duration::from_secs(5);
/// Pause before a broken subscription is made anew.
const PAUSE: Duration = Duration::from_millis(500);

/// Rings in this process for every queue. The task that listens ends with it.
pub struct Bell {
    chimes: Arc<Chimes>,
    listener: AbortHandle,
}

struct Chimes {
    queues: HashMap<QueueName, Notify>,
    channels: HashMap<String, QueueName>,
}

impl Bell {
    /// Listens on a connection of its own to the channel of each queue.
    pub fn listen(client: Client, channels: HashMap<String, QueueName>) -> Self {
        let queues = channels
            .values()
            .map(|queue| (*queue, Notify::new()))
            .collect();
        let chimes = Arc::new(Chimes { queues, channels });
        let listener = tokio::spawn(listen(client, Arc::clone(&chimes))).abort_handle();
        Self { chimes, listener }
    }

    /// Ends with the next ring. Taken before one looks, so that no ring falls between.
    pub fn next_ring(&self, queue: QueueName) -> Option<Notified<'_>> {
        self.chimes.queues.get(&queue).map(Notify::notified)
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn listen(client: Client, chimes: Arc<Chimes>) {
    loop {
        match tokio::time::timeout(ANSWER_IN, subscribe(&client, &chimes)).await {
            Ok(Ok((sink, stream))) => {
                // What was pushed while nobody listened.
                chimes.queues.values().for_each(Notify::notify_waiters);
                relay(sink, stream, &chimes).await;
                tracing::debug!("the subscription to the bells broke off");
            }
            Ok(Err(error)) => tracing::debug!(%error, "the bells cannot be subscribed to now"),
            Err(_) => tracing::debug!("the bells could not be subscribed to in time"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn subscribe(
    client: &Client,
    chimes: &Chimes,
) -> redis::RedisResult<(PubSubSink, PubSubStream)> {
    let (mut sink, stream) = client.get_async_pubsub().await?.split();
    for channel in chimes.channels.keys() {
        sink.subscribe(channel).await?;
    }
    Ok((sink, stream))
}

/// Rings for each message, until the subscription breaks or does not answer any more.
async fn relay(mut sink: PubSubSink, mut stream: PubSubStream, chimes: &Chimes) {
    let mut ping = tokio::time::interval(PING_EVERY);
    loop {
        tokio::select! {
            message = stream.next() => {
                let Some(message) = message else { return };
                let queue = chimes.channels.get(message.get_channel_name());
                if let Some(chime) = queue.and_then(|queue| chimes.queues.get(queue)) {
                    chime.notify_waiters();
                }
            }
            _ = ping.tick() => {
                let answer = tokio::time::timeout(ANSWER_IN, sink.ping::<redis::Value>()).await;
                if !matches!(answer, Ok(Ok(_))) {
                    return;
                }
            }
        }
    }
}
