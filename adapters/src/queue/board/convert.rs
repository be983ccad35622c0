//! Converts messages and figures to the types of apalis' board.

use apalis_core::backend::{Filter, StatType, Statistic};
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::status::Status;
use apalis_core::task::task_id::TaskId;
use serde_json::{Value, json};
use shared::jobs::{QueueName, Rank};
use shared::ports::queue::{MessageInfo, MessageState, QueueStats};
use std::time::Duration;

/// The largest page of a response; the board itself shows fifteen messages on a page.
const PAGE_MOST: u64 = 100;
/// The default page.
const PAGE: u64 = 10;

/// The rest of a page that may cover several states and queues.
pub struct BoardPage {
    /// The states to list, in order.
    pub states: &'static [MessageState],
    /// The messages to skip.
    pub skip: u64,
    /// The messages that the page can still take.
    pub left: u64,
}

impl BoardPage {
    /// The page that the filter asks for.
    pub fn of(filter: &Filter) -> Self {
        let size = filter.page_size.map_or(PAGE, u64::from).min(PAGE_MOST);
        Self {
            states: states(filter.status.as_ref()),
            // The board never asks for page 0; it counts as the first.
            skip: u64::from(filter.page.saturating_sub(1)) * size,
            left: size,
        }
    }
}

/// The message states of a status. Ready and delayed messages are both `Pending`.
fn states(status: Option<&Status>) -> &'static [MessageState] {
    match status {
        None => &[
            MessageState::Ready,
            MessageState::Delayed,
            MessageState::Claimed,
            MessageState::Dead,
        ],
        Some(Status::Pending) => &[MessageState::Ready, MessageState::Delayed],
        Some(Status::Running) => &[MessageState::Claimed],
        Some(Status::Failed) => &[MessageState::Dead],
        Some(_) => &[],
    }
}

/// The number of messages in `state`.
pub fn count(figures: &QueueStats, state: MessageState) -> u64 {
    match state {
        MessageState::Ready => figures.ready,
        MessageState::Delayed => figures.delayed,
        MessageState::Claimed => figures.claimed,
        MessageState::Dead => figures.dead,
    }
}

/// The message as a task of the board.
pub fn task(queue: QueueName, info: MessageInfo, now: Duration) -> Task<Value> {
    let since = info.since.map(|since| now.saturating_sub(since).as_secs());
    let due = info.left.map(|left| (now + left).as_secs());
    let (status, run_at) = match info.state {
        MessageState::Ready => (Status::Pending, since),
        MessageState::Delayed => (Status::Pending, due),
        MessageState::Claimed => (Status::Running, since),
        MessageState::Dead => (Status::Failed, since),
    };
    let job = serde_json::from_slice(&info.payload)
        .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&info.payload).into_owned()));
    // The board shows only a task's arguments, so the error must be one of them.
    let arguments = match info.error {
        Some(error) => json!({ "error": error, "job": job }),
        None => job,
    };
    // On the board the highest priority goes first, in our queue the lowest rank.
    let priority = Rank::COUNT.saturating_sub(info.rank.0 + 1);
    TaskBuilder::new(arguments)
        .task_id(TaskId::from_string(info.id))
        .queue(queue.as_str().into())
        .status(status)
        .attempt(usize::try_from(info.attempts).unwrap_or(usize::MAX))
        .priority(usize::from(priority))
        .run_at_timestamp(run_at.unwrap_or_default())
        .lock_at(since.filter(|_| info.state == MessageState::Claimed))
        .done_at(since.filter(|_| info.state == MessageState::Dead))
        .build()
}

/// The figures that the board can show. `DONE_JOBS` is missing on purpose: it makes the board list
/// that many messages, which are not kept. `COMPLETED_JOBS` is only a figure.
pub fn statistics(all: &[QueueStats], now: Duration) -> Vec<Statistic> {
    let sum = |of: fn(&QueueStats) -> u64| all.iter().map(of).sum::<u64>();
    let pending = sum(|stats| stats.ready + stats.delayed);
    let (running, failed) = (sum(|stats| stats.claimed), sum(|stats| stats.dead));
    let figures = [
        ("PENDING_JOBS", pending),
        ("RUNNING_JOBS", running),
        ("FAILED_JOBS", failed),
        ("COMPLETED_JOBS", sum(|stats| stats.done)),
        ("TOTAL_JOBS", pending + running + failed),
    ];
    let mut statistics: Vec<Statistic> = figures
        .into_iter()
        .zip(1..)
        .map(|((title, value), priority)| Statistic {
            title: title.to_owned(),
            stat_type: StatType::Number,
            value: value.to_string(),
            priority: Some(priority),
        })
        .collect();
    if let Some(oldest) = all.iter().filter_map(|stats| stats.oldest).max() {
        statistics.push(Statistic {
            title: "OLDEST_PENDING_JOB".to_owned(),
            stat_type: StatType::Timestamp,
            value: now.saturating_sub(oldest).as_secs().to_string(),
            priority: None,
        });
    }
    statistics
}
