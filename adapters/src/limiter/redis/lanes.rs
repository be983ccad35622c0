//! The one subscription of a process: wakes its lanes when Redis says that there is something to see.
//!
//! A nudge that is missed costs time, never a quota: every sleeper has an instant at which it asks by
//! itself.

use super::lane::SharedLane;
use crate::redis::{RedisFault, RedisLink};
use futures::StreamExt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The lanes of a process by the key of their queue.
#[derive(Default)]
pub(super) struct Lanes(Mutex<HashMap<String, Arc<SharedLane>>>);

/// Between two attempts to subscribe.
const PAUSE: Duration = Duration::from_secs(1);
/// Instead of a ticket: everybody.
const EVERYBODY: &str = "*";

impl Lanes {
    /// The lane of this queue, which is built by `build` where it is new.
    pub fn get(&self, queue: &str, build: impl FnOnce() -> Arc<SharedLane>) -> Arc<SharedLane> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(queue) {
            return Arc::clone(lane);
        }
        let lane = build();
        lanes.insert(queue.to_owned(), Arc::clone(&lane));
        lane
    }

    /// Calls `tell` with each lane.
    pub fn each(&self, tell: impl Fn(&SharedLane)) {
        let lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.values().for_each(|lane| tell(lane));
    }

    /// Wakes whom `nudge` means: everybody who waits on a queue, or the holder of one ticket.
    fn ring(&self, nudge: &str, process: &str) {
        let Some((whom, queue)) = nudge.split_once(' ') else {
            return;
        };
        let lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if (whom == EVERYBODY || whom.starts_with(process))
            && let Some(lane) = lanes.get(queue)
        {
            lane.nudge();
        }
    }
}

/// Listens for nudges without end; the tickets of this process begin with `process`.
pub(super) async fn listen(
    link: RedisLink,
    channel: Arc<str>,
    process: Arc<str>,
    lanes: Arc<Lanes>,
) {
    let mut told = false;
    loop {
        match subscribe(&link, &channel).await {
            Ok(mut nudges) => {
                told = false;
                // What was published before is not heard any more.
                lanes.each(SharedLane::nudge);
                while let Some(nudge) = nudges.next().await {
                    lanes.ring(&nudge, &process);
                }
            }
            Err(fault) if !told => {
                told = true;
                let error = fault.told();
                tracing::warn!(%error, "no nudges are heard; those who wait look by themselves");
            }
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn subscribe(
    link: &RedisLink,
    channel: &str,
) -> Result<impl StreamExt<Item = String> + Unpin + use<>, RedisFault> {
    let subscribing = async {
        let mut connection = link.client().get_async_pubsub().await?;
        connection.subscribe(channel).await?;
        Ok(connection)
    };
    let connection = link.within(subscribing).await?;
    let messages = connection.into_on_message();
    Ok(messages.map(|message| message.get_payload().unwrap_or_default()))
}
