//! The limiter for many processes: Redis holds the state of the lanes, and only Redis grants.
//!
//! `rate.lua` and `window.lua` are the state machines of `shared::domain::{rate, quota}` as
//! scripts, on the clock of Redis. A process has one ticket for each lane and keeps its callers
//! waiting. While Redis is unavailable nothing is sent; after a loss of state one period passes
//! first.

mod keys;
mod lane;
mod lanes;
mod rate_script;
mod unusable;
mod waiters;
mod window_script;

pub use keys::{LaneKeys, RateKeys};
pub use lane::LONGEST_ROUND_TRIP;
pub use rate_script::{RateReply, RateScript};
pub use window_script::WindowScript;

use super::lane_news::LaneNews;
use super::local::{Rates, free_permit};
use crate::lock::lock;
use crate::redis::subscription::subscribe;
use crate::redis::{RedisFault, RedisLink};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use lane::SharedLane;
use lanes::SharedLanes;
use shared::domain::lane::{Lane, Priority, ShopLane};
use shared::domain::quota::{Window, WindowUse};
use shared::domain::rate::{ConfiguredPeriod, Feedback, LanePace, Micros, TicketLimits};
use shared::ports::clock::Clock;
use shared::ports::limiter::{Grant, Limiter, LimiterError, Permit};
use shared::ports::store::{LaneMemory, LaneStore};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;
use waiters::WaitOutcome;

/// Grants permits for lanes that many processes share.
///
/// Must be created and used within one tokio runtime, on which its tasks run: one for the
/// subscription and one for each lane with a rate. [`RedisLimiter::end`] waits for them; after a
/// mere drop they end by themselves.
pub struct RedisLimiter {
    link: RedisLink,
    rates: Rates,
    limits: TicketLimits,
    news: LaneNews,
    clock: Arc<dyn Clock>,
    windows: WindowScript,
    lanes: Arc<SharedLanes>,
    process: Arc<str>,
    subscription: JoinHandle<()>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    closing: AtomicBool,
}

impl RedisLimiter {
    /// The limiter of this process, with the default limits.
    ///
    /// `clock` only computes the end of a window while Redis is unavailable.
    pub fn new(link: &RedisLink, rates: Rates, clock: Arc<dyn Clock>) -> Self {
        Self::with_limits(link, rates, clock, TicketLimits::default())
    }

    /// The limiter of this process; all processes must use the same limits.
    pub fn with_limits(
        link: &RedisLink,
        rates: Rates,
        clock: Arc<dyn Clock>,
        limits: TicketLimits,
    ) -> Self {
        let process: Arc<str> = Uuid::now_v7().simple().to_string().into();
        let lanes = Arc::new(SharedLanes::new(Arc::clone(&process)));
        let channel = LaneKeys::new(link.prefix()).wakeups();
        let subscription = {
            let lanes = Arc::clone(&lanes);
            subscribe(link.clone(), vec![channel], move |event| {
                lanes.handle(event);
            })
        };
        Self {
            link: link.clone(),
            rates,
            limits,
            news: LaneNews::new(Arc::clone(&clock), None),
            clock,
            windows: WindowScript::new(link),
            lanes,
            process,
            subscription: tokio::spawn(subscription),
            tasks: Mutex::default(),
            closing: AtomicBool::new(false),
        }
    }

    /// The same limiter, which writes what people have to know about the lanes to `store`.
    #[must_use]
    pub fn telling(mut self, store: Arc<dyn LaneStore>) -> Self {
        self.news.write_to(store);
        self
    }

    /// Since how long a lane has given its waiting callers no permit that they could use: permits
    /// came too late, or Redis gave none.
    pub fn without_permit_for(&self) -> Option<Duration> {
        self.lanes
            .all()
            .iter()
            .filter_map(|lane| lane.unusable())
            .max()
    }

    /// Grants nothing from now on. All waiting callers get [`Grant::Later`] and put their jobs
    /// back.
    pub fn refuse_waiting(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.lanes.each(SharedLane::close);
    }

    /// Refuses all callers and waits until this process has left the queues of all lanes. While
    /// Redis is unavailable, that takes at most two response timeouts.
    pub async fn end(&self) {
        self.refuse_waiting();
        self.subscription.abort();
        let tasks = {
            let mut tasks = lock(&self.tasks);
            std::mem::take(&mut *tasks)
        };
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "the task of a lane failed");
            }
        }
    }

    fn lane(&self, lane: &Lane, configured: ConfiguredPeriod) -> Arc<SharedLane> {
        let queue = LaneKeys::new(self.link.prefix()).rate(lane).queue;
        let shared = self.lanes.get(&queue, || {
            let script = RateScript::new(&self.link, lane, configured);
            let shared = SharedLane::new(script, Arc::clone(&self.process), self.limits);
            let task = tokio::spawn(lane::serve(Arc::clone(&shared)));
            let mut tasks = lock(&self.tasks);
            tasks.push(task);
            shared
        });
        // The lane may be new since `refuse_waiting` closed all others.
        if self.closing.load(Ordering::SeqCst) {
            shared.close();
        }
        shared
    }

    async fn acquire_rate(
        &self,
        lane: &Lane,
        configured: ConfiguredPeriod,
        priority: Priority,
    ) -> Result<Grant, LimiterError> {
        let asked = Instant::now();
        Ok(match self.lane(lane, configured).wait(priority).await? {
            WaitOutcome::Go {
                granted_at,
                period,
                good_until,
            } => Grant::Go(Permit {
                lane: lane.clone(),
                granted_at,
                period,
                waited: asked.elapsed(),
                good_until: Some(good_until.into_std()),
            }),
            WaitOutcome::Later(wait) => Grant::Later(wait),
        })
    }

    async fn acquire_windows(&self, lane: &Lane, shop: &ShopLane) -> Result<Grant, LimiterError> {
        if self.closing.load(Ordering::SeqCst) {
            return Ok(Grant::Later(Duration::ZERO));
        }
        Ok(match self.windows.take(lane, &shop.quota).await? {
            None => Grant::Go(free_permit(lane)),
            Some(until) => Grant::Closed(until),
        })
    }
}

#[async_trait]
impl Limiter for RedisLimiter {
    async fn acquire(&self, lane: &Lane, priority: Priority) -> Result<Grant, LimiterError> {
        match (lane, self.rates.period(lane)) {
            (Lane::Shop(shop), _) => self.acquire_windows(lane, shop).await,
            (Lane::ItemOffers(_) | Lane::CatalogItems(_), None) => Ok(Grant::Go(free_permit(lane))),
            (Lane::ItemOffers(_) | Lane::CatalogItems(_), Some(configured)) => {
                self.acquire_rate(lane, configured, priority).await
            }
        }
    }

    async fn feedback(&self, lane: &Lane, granted_at: Micros, feedback: Feedback) {
        if matches!(lane, Lane::Shop(_)) {
            return;
        }
        self.news.answered(lane, feedback.refused).await;
        if let Some(configured) = self.rates.period(lane) {
            let shared = self.lane(lane, configured);
            shared.done(granted_at, feedback).await;
            let pace = shared.pace();
            self.news.paced(lane, pace, &memory(pace)).await;
        }
    }

    async fn close(&self, lane: &Lane, window: Window) -> DateTime<Utc> {
        match lane {
            Lane::Shop(shop) => match self.windows.close(lane, &shop.quota, window).await {
                Ok(until) => until,
                Err(fault) => {
                    let error = fault.message();
                    tracing::debug!(%lane, %error, "could not store that a window is exhausted; other processes may still call");
                    WindowUse::default().close(&shop.quota, window, self.clock.now())
                }
            },
            Lane::ItemOffers(_) | Lane::CatalogItems(_) => self.clock.now(),
        }
    }

    async fn period(&self, lane: &Lane) -> Option<Micros> {
        let configured = self.rates.period(lane)?;
        Some(self.lane(lane, configured).pace().period)
    }

    async fn refused_since(&self, lane: &Lane) -> Option<DateTime<Utc>> {
        self.news.refused_since(lane)
    }

    async fn shared_use(&self, lane: &Lane) -> Result<Option<WindowUse>, LimiterError> {
        match lane {
            Lane::Shop(_) => Ok(self.windows.used(lane).await?),
            Lane::ItemOffers(_) | Lane::CatalogItems(_) => Ok(None),
        }
    }
}

/// The row of a lane whose state is in Redis: its pace, for people.
fn memory(pace: LanePace) -> LaneMemory {
    LaneMemory {
        pace,
        ..LaneMemory::default()
    }
}

impl Drop for RedisLimiter {
    fn drop(&mut self) {
        self.refuse_waiting();
        self.subscription.abort();
    }
}

impl From<RedisFault> for LimiterError {
    fn from(fault: RedisFault) -> Self {
        Self(fault.message())
    }
}
