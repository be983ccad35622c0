//! The limiter of many processes: the lanes' state stands in Redis, and Redis alone says go.
//!
//! `rate.lua` and `window.lua` are the state machines of `shared::domain::{rate, quota}` as scripts,
//! on the clock of Redis. A process brings its waiters, one ticket for each lane, and the waiting. While
//! Redis is away nothing is sent; when it has lost its state, one period passes first.

mod bell;
mod keys;
mod lane;
mod rate_script;
mod waiters;
mod window_script;

pub use keys::{Keys, RateKeys};
pub use rate_script::{RateReply, RateScript, Verdict};
pub use window_script::WindowScript;

use super::local::{Rates, free_permit};
use crate::redis::{RedisFault, RedisLink};
use async_trait::async_trait;
use bell::Lanes;
use chrono::{DateTime, Utc};
use lane::SharedLane;
use shared::domain::lane::{Lane, Priority};
use shared::domain::quota::{Window, WindowUse};
use shared::domain::rate::{Feedback, Micros, Patience};
use shared::ports::clock::Clock;
use shared::ports::limiter::{Grant, Limiter, LimiterError, Permit};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;
use waiters::Turn;

/// Hands out permits of lanes that many processes share.
///
/// Must be made and used within one tokio runtime, on which its tasks run: one for the nudges, and one
/// for each lane with a rate. [`RedisLimiter::end`] waits for them; a limiter that is only dropped lets
/// them end by themselves.
pub struct RedisLimiter {
    link: RedisLink,
    rates: Rates,
    patience: Patience,
    clock: Arc<dyn Clock>,
    windows: WindowScript,
    lanes: Arc<Lanes>,
    process: Arc<str>,
    bell: JoinHandle<()>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    closing: AtomicBool,
}

impl RedisLimiter {
    /// The limiter of this process, with the usual patience.
    ///
    /// `clock` only serves to say when a window ends while Redis is away.
    pub fn new(link: &RedisLink, rates: Rates, clock: Arc<dyn Clock>) -> Self {
        Self::with_patience(link, rates, clock, Patience::default())
    }

    /// The limiter of this process; all processes must be given the same patience.
    pub fn with_patience(
        link: &RedisLink,
        rates: Rates,
        clock: Arc<dyn Clock>,
        patience: Patience,
    ) -> Self {
        let lanes: Arc<Lanes> = Arc::default();
        let process: Arc<str> = Uuid::now_v7().simple().to_string().into();
        let channel: Arc<str> = Keys::new(link.prefix()).nudges().into();
        let listening = bell::listen(
            link.clone(),
            channel,
            Arc::clone(&process),
            Arc::clone(&lanes),
        );
        Self {
            link: link.clone(),
            rates,
            patience,
            clock,
            windows: WindowScript::new(link),
            lanes,
            process,
            bell: tokio::spawn(listening),
            tasks: Mutex::default(),
            closing: AtomicBool::new(false),
        }
    }

    /// Hands out nothing more: whoever waits is told to come back later, so that its job is put back.
    pub fn close_doors(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.lanes.each(SharedLane::close);
    }

    /// Closes the doors and waits until this process has left all queues. A Redis that is away holds
    /// that up for two answers' time at most.
    pub async fn end(&self) {
        self.close_doors();
        self.bell.abort();
        let tasks = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "the task of a lane broke");
            }
        }
    }

    fn lane(&self, lane: &Lane, configured: Micros) -> Arc<SharedLane> {
        let queue = Keys::new(self.link.prefix()).rate(lane).queue;
        let shared = self.lanes.get(&queue, || {
            let script = RateScript::new(&self.link, lane, configured);
            let shared = SharedLane::new(script, Arc::clone(&self.process), self.patience);
            let task = tokio::spawn(lane::serve(Arc::clone(&shared)));
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            tasks.push(task);
            shared
        });
        // Built since the doors were closed.
        if self.closing.load(Ordering::SeqCst) {
            shared.close();
        }
        shared
    }

    async fn acquire_rate(
        &self,
        lane: &Lane,
        configured: Micros,
        priority: Priority,
    ) -> Result<Grant, LimiterError> {
        let asked = Instant::now();
        Ok(match self.lane(lane, configured).wait(priority).await? {
            Turn::Go {
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
            Turn::Later(wait) => Grant::Later(wait),
        })
    }

    async fn acquire_windows(&self, lane: &Lane) -> Result<Grant, LimiterError> {
        if self.closing.load(Ordering::SeqCst) {
            return Ok(Grant::Later(Duration::ZERO));
        }
        Ok(match self.windows.take(lane, &self.rates.base).await? {
            None => Grant::Go(free_permit(lane)),
            Some(until) => Grant::Closed(until),
        })
    }
}

#[async_trait]
impl Limiter for RedisLimiter {
    async fn acquire(&self, lane: &Lane, priority: Priority) -> Result<Grant, LimiterError> {
        match (lane, self.rates.period(lane)) {
            (Lane::Base(_), _) => self.acquire_windows(lane).await,
            (Lane::ItemOffers(_) | Lane::CatalogItems(_), None) => Ok(Grant::Go(free_permit(lane))),
            (Lane::ItemOffers(_) | Lane::CatalogItems(_), Some(configured)) => {
                self.acquire_rate(lane, configured, priority).await
            }
        }
    }

    async fn feedback(&self, lane: &Lane, granted_at: Micros, feedback: Feedback) {
        if let Some(configured) = self.rates.period(lane) {
            self.lane(lane, configured).done(granted_at, feedback).await;
        }
    }

    async fn close(&self, lane: &Lane, window: Window) -> DateTime<Utc> {
        match lane {
            Lane::Base(_) => match self.windows.close(lane, window).await {
                Ok(until) => until,
                Err(fault) => {
                    let error = fault.told();
                    tracing::warn!(%lane, %error, "the other processes do not know that a window is used up");
                    WindowUse::default().close(window, self.clock.now())
                }
            },
            Lane::ItemOffers(_) | Lane::CatalogItems(_) => window.end(self.clock.now()),
        }
    }

    async fn period(&self, lane: &Lane) -> Option<Micros> {
        let configured = self.rates.period(lane)?;
        Some(self.lane(lane, configured).period())
    }

    async fn shared_use(&self, lane: &Lane) -> Result<Option<WindowUse>, LimiterError> {
        match lane {
            Lane::Base(_) => Ok(self.windows.used(lane).await?),
            Lane::ItemOffers(_) | Lane::CatalogItems(_) => Ok(None),
        }
    }
}

impl Drop for RedisLimiter {
    fn drop(&mut self) {
        self.close_doors();
        self.bell.abort();
    }
}

impl From<RedisFault> for LimiterError {
    fn from(fault: RedisFault) -> Self {
        Self(fault.told())
    }
}
