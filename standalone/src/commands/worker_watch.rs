//! Tells whoever follows a run of other processes that none of them takes its jobs.

use crate::progress::print_status;
use adapters::queue::RedisQueue;
use app::live_workers::{live_workers, unserved};
use app::wiring::{self, App};
use shared::jobs::QueueName;
use shared::ports::queue::{Queue as _, QueueError};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::Instant;
use ui::message::{Lang, Text};
use ui::programs;

/// From the start of a run, or the last look, to the next look. A worker that starts is seen at once.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// While nothing changes, it is told again after this time.
const TELL_EVERY: Duration = Duration::from_secs(300);
/// Whoever leaves does not wait longer for Redis.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

/// Looks for live workers now and then; drop the future to stop. A Redis that does not answer is told by
/// others.
pub(super) async fn keep(app: &App, lang: Lang) -> Infallible {
    let Some(queues) = app.sources.redis.as_ref().map(wiring::queue_over) else {
        return std::future::pending().await;
    };
    let mut told: Option<(Vec<QueueName>, Instant)> = None;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Ok(waiting) = without_worker(&queues).await else {
            continue;
        };
        if waiting.is_empty() {
            told = None;
            continue;
        }
        let known = told
            .as_ref()
            .is_some_and(|(queues, at)| *queues == waiting && at.elapsed() < TELL_EVERY);
        if !known {
            print_status(programs::no_worker(&waiting).of(lang));
            told = Some((waiting, Instant::now()));
        }
    }
}

/// What to tell whoever leaves a run to workers of which there are none. `None` also when Redis does not tell.
pub(super) async fn absent(app: &App) -> Option<Text> {
    let queues = wiring::queue_over(app.sources.redis.as_ref()?);
    let looked = tokio::time::timeout(LEAVE_WITHIN, without_worker(&queues)).await;
    let waiting = looked.ok()?.ok()?;
    (!waiting.is_empty()).then(|| programs::no_worker(&waiting))
}

/// The queues with jobs that no live worker takes; all of them if there is no worker at all.
async fn without_worker(queues: &RedisQueue) -> Result<Vec<QueueName>, QueueError> {
    let unserved = unserved(&live_workers(queues).await?);
    if unserved.len() == QueueName::ALL.len() {
        return Ok(unserved);
    }
    let mut waiting = Vec::new();
    for queue in unserved {
        let stats = queues.stats(queue).await?;
        if stats.ready + stats.delayed + stats.claimed > 0 {
            waiting.push(queue);
        }
    }
    Ok(waiting)
}
