//! The rooms of Chatwork: the messages posted, and what of the limits is used.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

pub const CALLS: u64 = 300;
const WINDOW_NANOS: u64 = 300_000_000_000;
const POSTS: usize = 10;
const ROOM_NANOS: u64 = 10_000_000_000;
/// How many messages are kept.
const KEPT: usize = 10_000;

/// A message as it was posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatworkMessage {
    pub message_id: String,
    pub room: String,
    pub body: String,
    pub self_unread: bool,
    /// RFC 3339, simulator time.
    pub at: String,
}

/// The messages received, and what of the limits is used.
#[derive(Debug, Default)]
pub struct ChatworkRooms {
    messages: VecDeque<ChatworkMessage>,
    posted: u64,
    windows: HashMap<String, (u64, u64)>,
    posts: HashMap<String, VecDeque<u64>>,
}

impl ChatworkRooms {
    pub fn messages(&self) -> Vec<ChatworkMessage> {
        self.messages.iter().cloned().collect()
    }

    /// Counts a call of an account; gives the calls left and the end of the window, or none left.
    pub fn count_call(&mut self, token: &str, now: u64) -> (Option<u64>, u64) {
        let window = self.windows.entry(token.to_owned()).or_insert((now, 0));
        if now >= window.0.saturating_add(WINDOW_NANOS) {
            *window = (now, 0);
        }
        let ends = window.0.saturating_add(WINDOW_NANOS);
        if window.1 >= CALLS {
            return (None, ends);
        }
        window.1 += 1;
        (Some(CALLS - window.1), ends)
    }

    pub fn count_post(&mut self, room: &str, now: u64) -> bool {
        let posts = self.posts.entry(room.to_owned()).or_default();
        while posts
            .front()
            .is_some_and(|at| now >= at.saturating_add(ROOM_NANOS))
        {
            posts.pop_front();
        }
        let free = posts.len() < POSTS;
        if free {
            posts.push_back(now);
        }
        free
    }

    pub fn next_id(&mut self) -> String {
        self.posted += 1;
        (1_000_000_000 + self.posted).to_string()
    }

    pub fn keep(&mut self, message: ChatworkMessage) {
        self.messages.push_back(message);
        if self.messages.len() > KEPT {
            self.messages.pop_front();
        }
    }
}
