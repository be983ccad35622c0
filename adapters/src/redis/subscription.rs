//! A pub/sub subscription that reconnects by itself: wakes the waiting claims of the queue and the
//! waiting tickets of the limiter.
//!
//! Messages are lost while the connection is down. So every subscriber polls, too: the subscription
//! makes it fast, not correct.

use super::fault::RedisFault;
use super::link::RedisLink;
use futures::StreamExt;
use redis::aio::{PubSubSink, PubSubStream};
use std::time::Duration;

/// A silent subscription is checked this often.
const PING_EVERY: Duration = Duration::from_secs(5);
/// The longest time to wait for the reply to a ping.
const PING_TIMEOUT: Duration = Duration::from_secs(5);
/// The pause before a lost subscription is restored.
const PAUSE: Duration = Duration::from_millis(500);

/// What happens to a subscription.
#[derive(Debug)]
pub enum SubscriptionEvent {
    /// Subscribed; earlier messages may have been lost.
    Subscribed,
    /// A message was published.
    Message {
        /// The channel.
        channel: String,
        /// The text; empty if it is not UTF-8.
        payload: String,
    },
}

/// Subscribes to `channels` on a connection of its own and calls `handle` with each event. Never
/// ends.
pub async fn subscribe(
    link: RedisLink,
    channels: Vec<String>,
    handle: impl Fn(SubscriptionEvent) + Send + Sync,
) {
    loop {
        let number = link.connected().await;
        match open(&link, &channels).await {
            Ok((sink, stream)) => {
                handle(SubscriptionEvent::Subscribed);
                tokio::select! {
                    () = relay(sink, stream, &handle) => {}
                    () = link.replaced(number) => {}
                }
            }
            Err(fault) => {
                let error = fault.message();
                tracing::debug!(%error, "no subscription for now; its users poll");
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn open(
    link: &RedisLink,
    channels: &[String],
) -> Result<(PubSubSink, PubSubStream), RedisFault> {
    let (mut sink, stream) = link.subscriber().await?.split();
    for channel in channels {
        link.within(sink.subscribe(channel)).await?;
    }
    Ok((sink, stream))
}

/// Handles messages until the connection breaks or stops answering.
async fn relay(
    mut sink: PubSubSink,
    mut stream: PubSubStream,
    handle: &(impl Fn(SubscriptionEvent) + Send + Sync),
) {
    let mut ping = tokio::time::interval(PING_EVERY);
    loop {
        tokio::select! {
            message = stream.next() => {
                let Some(message) = message else { return };
                handle(SubscriptionEvent::Message {
                    channel: message.get_channel_name().to_owned(),
                    payload: message.get_payload().unwrap_or_default(),
                });
            }
            _ = ping.tick() => {
                let answer = tokio::time::timeout(PING_TIMEOUT, sink.ping::<redis::Value>()).await;
                if !matches!(answer, Ok(Ok(_))) {
                    return;
                }
            }
        }
    }
}
