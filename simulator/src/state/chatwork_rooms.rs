//! The rooms of Chatwork: the messages posted, and the calls counted for the rate limits.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

/// Calls of an account in [`WINDOW_NANOS`].
pub const MAX_CALLS: u64 = 300;
const WINDOW_NANOS: u64 = 300_000_000_000;
/// Posts to a room in [`ROOM_NANOS`].
const MAX_POSTS: usize = 10;
const ROOM_NANOS: u64 = 10_000_000_000;
/// Only the latest messages are kept.
const MAX_MESSAGES: usize = 10_000;

/// A posted message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatworkMessage {
    /// The id that the response named.
    pub message_id: String,
    /// Id of the room.
    pub room: String,
    /// The text.
    pub body: String,
    /// Whether it is to be unread for its own author.
    pub self_unread: bool,
    /// When it was posted: RFC 3339, simulator time.
    pub at: String,
}

/// The posted messages, and the calls counted for the rate limits.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ChatworkRooms {
    messages: VecDeque<ChatworkMessage>,
    posted: u64,
    /// Start of the current window and calls in it, by access token.
    windows: HashMap<String, (u64, u64)>,
    /// Times of the latest posts, by room.
    posts: HashMap<String, VecDeque<u64>>,
}

impl ChatworkRooms {
    pub fn messages(&self) -> Vec<ChatworkMessage> {
        self.messages.iter().cloned().collect()
    }

    /// Counts a call of an account. Returns the calls left, `None` if the limit was reached before,
    /// and the end of the window in nanoseconds of simulator time.
    pub fn count_call(&mut self, token: &str, now: u64) -> (Option<u64>, u64) {
        let window = self.windows.entry(token.to_owned()).or_insert((now, 0));
        if now >= window.0.saturating_add(WINDOW_NANOS) {
            *window = (now, 0);
        }
        let ends = window.0.saturating_add(WINDOW_NANOS);
        if window.1 >= MAX_CALLS {
            return (None, ends);
        }
        window.1 += 1;
        (Some(MAX_CALLS - window.1), ends)
    }

    /// Counts a post to a room. False if the room's limit is reached.
    pub fn count_post(&mut self, room: &str, now: u64) -> bool {
        let posts = self.posts.entry(room.to_owned()).or_default();
        posts.retain(|at| now < at.saturating_add(ROOM_NANOS));
        let free = posts.len() < MAX_POSTS;
        if free {
            posts.push_back(now);
        }
        free
    }

    /// The id of the next message.
    pub fn next_id(&mut self) -> String {
        self.posted += 1;
        (1_000_000_000 + self.posted).to_string()
    }

    pub fn add(&mut self, message: ChatworkMessage) {
        self.messages.push_back(message);
        if self.messages.len() > MAX_MESSAGES {
            self.messages.pop_front();
        }
    }
}
