//! The queues as JSON objects. Times are UTC, spans are seconds.

use crate::commands::programs::WorkerView;
use app::live_workers::LiveWorker;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::jobs::QueueName;
use shared::ports::queue::{MessageInfo, QueueStats};
use std::time::Duration;

/// `queues ls`.
#[derive(Debug, Serialize)]
pub struct QueuesOverview {
    pub queues: Vec<QueueFigures>,
    /// The processes that take jobs.
    pub workers: Vec<WorkerView>,
    #[serde(skip)]
    pub alive: Vec<LiveWorker>,
}

#[derive(Debug, Serialize)]
pub struct QueueFigures {
    pub queue: &'static str,
    pub ready: u64,
    /// By rank; rank 0 is taken first.
    pub ready_by_rank: Vec<u64>,
    pub delayed: u64,
    pub leased: u64,
    pub dead: u64,
    /// Since the queue exists.
    pub done: u64,
    /// Dead messages deleted because the list was full, since the queue exists.
    pub cut: u64,
    pub paused: bool,
    /// How long the oldest ready message has waited.
    pub oldest_seconds: Option<f64>,
}

/// `queues show QUEUE`.
#[derive(Debug, Serialize)]
pub struct QueueMessages {
    pub queue: &'static str,
    pub places: Vec<MessageGroup>,
}

/// The messages in one state: their number, and the first of them.
#[derive(Debug, Serialize)]
pub struct MessageGroup {
    pub place: &'static str,
    pub count: u64,
    pub messages: Vec<MessageView>,
}

/// `queues show ID`.
#[derive(Debug, Serialize)]
pub struct MessagesById {
    pub messages: Vec<MessageView>,
}

#[derive(Debug, Serialize)]
pub struct MessageView {
    pub id: String,
    pub queue: &'static str,
    pub place: &'static str,
    pub rank: u8,
    pub attempts: u32,
    /// When it entered this state; `None` for a delayed message.
    pub since: Option<DateTime<Utc>>,
    /// When it becomes ready, or its lease ends.
    pub until: Option<DateTime<Utc>>,
    pub error: Option<String>,
    /// The products that it is about, if the database knows them,
    pub asins: Vec<Asin>,
    /// and their shops.
    pub accounts: Vec<AccountId>,
    /// The payload as JSON, or as text if it is not JSON.
    pub job: Value,
}

/// `queues retry` and `queues drop`.
#[derive(Debug, Default, Serialize)]
pub struct ChangedMessages {
    pub messages: u64,
    /// Of these, failed updates that were not in the dead list any more.
    pub from_rows: u64,
    pub queues: Vec<ChangedQueue>,
}

#[derive(Debug, Serialize)]
pub struct ChangedQueue {
    pub queue: &'static str,
    pub messages: u64,
}

/// `queues pause` and `queues resume`.
#[derive(Debug, Serialize)]
pub struct PauseView {
    pub queue: &'static str,
    pub paused: bool,
}

impl QueueFigures {
    pub fn of(queue: QueueName, stats: &QueueStats) -> Self {
        Self {
            queue: queue.as_str(),
            ready: stats.ready,
            ready_by_rank: stats.by_rank.to_vec(),
            delayed: stats.delayed,
            leased: stats.claimed,
            dead: stats.dead,
            done: stats.done,
            cut: stats.cut,
            paused: stats.paused,
            oldest_seconds: stats.oldest.map(|oldest| oldest.as_secs_f64()),
        }
    }
}

impl MessageView {
    pub fn of(queue: QueueName, listed: MessageInfo, now: DateTime<Utc>) -> Self {
        let span = |span: Duration| TimeDelta::from_std(span).unwrap_or_default();
        Self {
            id: listed.id,
            queue: queue.as_str(),
            place: listed.state.as_str(),
            rank: listed.rank.0,
            attempts: listed.attempts,
            since: listed.since.map(|since| now - span(since)),
            until: listed.left.map(|left| now + span(left)),
            error: listed.error,
            asins: Vec::new(),
            accounts: Vec::new(),
            job: serde_json::from_slice(&listed.payload)
                .unwrap_or_else(|_| String::from_utf8_lossy(&listed.payload).into_owned().into()),
        }
    }
}

impl MessageView {
    /// The shops, separated by spaces.
    pub fn shops(&self) -> String {
        let shops: Vec<&str> = self.accounts.iter().map(AccountId::as_str).collect();
        shops.join(" ")
    }
}

impl ChangedMessages {
    pub fn add(&mut self, queue: QueueName, messages: u64) {
        self.messages += messages;
        self.queues.push(ChangedQueue {
            queue: queue.as_str(),
            messages,
        });
    }
}

impl QueueMessages {
    /// All messages.
    pub fn messages(&mut self) -> Vec<&mut MessageView> {
        let groups = self.places.iter_mut();
        groups.flat_map(|group| &mut group.messages).collect()
    }
}

impl PauseView {
    pub fn new(queue: QueueName, paused: bool) -> Self {
        let queue = queue.as_str();
        Self { queue, paused }
    }
}
