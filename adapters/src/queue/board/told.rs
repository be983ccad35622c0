//! Our words in those of apalis' board: status, arguments, figures.

use apalis_core::backend::{Filter, StatType, Statistic};
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::status::Status;
use apalis_core::task::task_id::TaskId;
use serde_json::{Value, json};
use shared::jobs::{QueueName, Rank};
use shared::ports::queue::{Listed, Place, QueueStats};
use std::time::Duration;

/// Messages of one answer at most, whatever is asked for; the pages of the board show fifteen.
const PAGE_MOST: u64 = 100;
/// Messages of one answer where no number is asked for.
const PAGE: u64 = 10;

/// What is left of a page.
pub struct Part {
    pub places: &'static [Place],
    pub over: u64,
    pub left: u64,
}

impl Part {
    pub fn of(filter: &Filter) -> Self {
        let size = filter.page_size.map_or(PAGE, u64::from).min(PAGE_MOST);
        Self {
            places: places(filter.status.as_ref()),
            // Page 0 is none of the board's; it is taken for the first.
            over: u64::from(filter.page.saturating_sub(1)) * size,
            left: size,
        }
    }
}

/// Where messages of a status stand. A message that waits is `Pending` whether its time has come or not.
fn places(status: Option<&Status>) -> &'static [Place] {
    match status {
        None => &[Place::Ready, Place::Delayed, Place::Claimed, Place::Dead],
        Some(Status::Pending) => &[Place::Ready, Place::Delayed],
        Some(Status::Running) => &[Place::Claimed],
        Some(Status::Failed) => &[Place::Dead],
        Some(_) => &[],
    }
}

pub fn count(stats: &QueueStats, place: Place) -> u64 {
    match place {
        Place::Ready => stats.ready,
        Place::Delayed => stats.delayed,
        Place::Claimed => stats.claimed,
        Place::Dead => stats.dead,
    }
}

pub fn task(queue: QueueName, listed: Listed, now: Duration) -> Task<Value> {
    let since = listed.since.map(|since| seconds(now.saturating_sub(since)));
    let due = listed.left.map(|left| seconds(now + left));
    let (status, run_at) = match listed.place {
        Place::Ready => (Status::Pending, since),
        Place::Delayed => (Status::Pending, due),
        Place::Claimed => (Status::Running, since),
        Place::Dead => (Status::Failed, since),
    };
    let job = serde_json::from_slice(&listed.payload)
        .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&listed.payload).into_owned()));
    // The board shows a task's arguments and nothing else that could hold an error.
    let told = match listed.error {
        Some(error) => json!({ "error": error, "job": job }),
        None => job,
    };
    // The board's highest priority goes first, our lowest rank.
    let priority = Rank::COUNT.saturating_sub(listed.rank.0 + 1);
    TaskBuilder::new(told)
        .task_id(TaskId::from_string(listed.id))
        .queue(queue.as_str().into())
        .status(status)
        .attempt(usize::try_from(listed.attempts).unwrap_or(usize::MAX))
        .priority(usize::from(priority))
        .run_at_timestamp(run_at.unwrap_or_default())
        .lock_at(since.filter(|_| listed.place == Place::Claimed))
        .done_at(since.filter(|_| listed.place == Place::Dead))
        .build()
}

/// The figures that the board knows how to show. `DONE_JOBS` is not among them, since it makes the
/// board look for so many messages, which are not kept; `COMPLETED_JOBS` is only a figure.
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
    let mut told: Vec<Statistic> = figures
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
        told.push(Statistic {
            title: "OLDEST_PENDING_JOB".to_owned(),
            stat_type: StatType::Timestamp,
            value: seconds(now.saturating_sub(oldest)).to_string(),
            priority: None,
        });
    }
    told
}

pub fn seconds(at: Duration) -> u64 {
    at.as_secs()
}
