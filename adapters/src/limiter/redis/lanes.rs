//! The lanes of this process, and the messages that wake them.
//!
//! A lost message costs time, never quota: every waiting ticket has an instant at which it asks
//! again.

use super::lane::SharedLane;
use crate::lock::lock;
use crate::redis::subscription::SubscriptionEvent;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Published in place of a ticket: all tickets of the lane.
const ALL: &str = "*";

/// The lanes of a process by the key of their queue.
pub(super) struct SharedLanes {
    /// The prefix of this process's tickets.
    process: Arc<str>,
    lanes: Mutex<HashMap<String, Arc<SharedLane>>>,
}

impl SharedLanes {
    /// No lanes yet.
    pub fn new(process: Arc<str>) -> Self {
        Self {
            process,
            lanes: Mutex::default(),
        }
    }

    /// The lane of this queue; `build` creates it if it is new.
    pub fn get(&self, queue: &str, build: impl FnOnce() -> Arc<SharedLane>) -> Arc<SharedLane> {
        let mut lanes = lock(&self.lanes);
        if let Some(lane) = lanes.get(queue) {
            return Arc::clone(lane);
        }
        let lane = build();
        lanes.insert(queue.to_owned(), Arc::clone(&lane));
        lane
    }

    /// Calls `act` with each lane.
    pub fn each(&self, act: impl Fn(&SharedLane)) {
        lock(&self.lanes).values().for_each(|lane| act(lane));
    }

    /// The lanes.
    pub fn all(&self) -> Vec<Arc<SharedLane>> {
        lock(&self.lanes).values().cloned().collect()
    }

    /// Wakes the lanes that an event of the subscription concerns.
    pub fn handle(&self, event: SubscriptionEvent) {
        match event {
            // Messages may have been lost before.
            SubscriptionEvent::Subscribed => self.each(SharedLane::wake),
            SubscriptionEvent::Message { payload, .. } => self.wake(&payload),
        }
    }

    /// `message` is a ticket, or `*` for all, and the queue that it waits in.
    fn wake(&self, message: &str) {
        if let Some((ticket, queue)) = message.split_once(' ')
            && (ticket == ALL || ticket.starts_with(&*self.process))
            && let Some(lane) = lock(&self.lanes).get(queue)
        {
            lane.wake();
        }
    }
}
