//! The limiter for one process, which stores its lanes in the database.

use super::lane_news::LaneNews;
use super::rate_lane::RateLane;
use super::window_lane::{BLOCK, WindowLane};
use crate::lock::lock;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::lane::{Lane, Priority};
use shared::domain::quota::Window;
use shared::domain::rate::{ConfiguredPeriod, Feedback, LaneState, Micros};
use shared::ports::clock::Clock;
use shared::ports::limiter::{Grant, Limiter, LimiterError, Permit};
use shared::ports::store::{LaneMemory, LaneStore};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// The quotas of the vendors, as configured in the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Period of `getItemOffersBatch`; `None` for no limit.
    pub item_offers: Option<ConfiguredPeriod>,
    /// Period of `searchCatalogItems`; `None` for no limit.
    pub catalog_items: Option<ConfiguredPeriod>,
}

impl Rates {
    /// The period of a lane with a rate; `None` for an unlimited lane and for the lane of a shop.
    pub(super) fn period(&self, lane: &Lane) -> Option<ConfiguredPeriod> {
        match lane {
            Lane::ItemOffers(_) => self.item_offers,
            Lane::CatalogItems(_) => self.catalog_items,
            Lane::Shop(_) => None,
        }
    }
}

/// Grants permits within one process.
pub struct LocalLimiter {
    rates: Rates,
    news: LaneNews,
    clock: Arc<dyn Clock>,
    store: Arc<dyn LaneStore>,
    stored: HashMap<String, LaneMemory>,
    lanes: Mutex<HashMap<Lane, Arc<LaneKind>>>,
    tickets: AtomicU64,
    closing: AtomicBool,
    /// Calls of a shop that are stored in one write.
    block: AtomicU32,
    started: Instant,
    started_us: Micros,
}

enum LaneKind {
    Unlimited,
    Rate(Box<RateLane>),
    Windows(WindowLane),
}

impl LocalLimiter {
    /// A limiter that continues from the stored lanes.
    ///
    /// # Errors
    ///
    /// When the store cannot be read: without the last grant the limiter could exceed the quota.
    pub async fn new(
        rates: Rates,
        clock: Arc<dyn Clock>,
        store: Arc<dyn LaneStore>,
    ) -> Result<Self, LimiterError> {
        let stored = store.lanes().await;
        let stored = stored.map_err(|error| LimiterError(error.to_string()))?;
        Ok(Self {
            rates,
            news: LaneNews::new(Arc::clone(&clock), Some(Arc::clone(&store))),
            started: Instant::now(),
            started_us: clock.now().timestamp_micros(),
            clock,
            store,
            stored: stored.into_iter().collect(),
            lanes: Mutex::default(),
            tickets: AtomicU64::new(1),
            closing: AtomicBool::new(false),
            block: AtomicU32::new(1),
        })
    }

    /// Stores the calls of a shop in blocks from now on. Only for a process that calls
    /// [`Self::store_exact_use`] at its end; until then each call is stored by itself, so that a command
    /// that ends in any way has counted what it sent.
    pub fn store_in_blocks(&self) {
        self.block.store(BLOCK, Ordering::Relaxed);
    }

    /// Grants nothing from now on. All waiting callers get [`Grant::Later`] and put their jobs
    /// back.
    pub fn refuse_waiting(&self) {
        self.closing.store(true, Ordering::SeqCst);
        for lane in lock(&self.lanes).values() {
            if let LaneKind::Rate(rate) = &**lane {
                rate.wake_all();
            }
        }
    }

    /// Stores the calls that were really made instead of the reserved ones. Call it at a clean end.
    pub async fn store_exact_use(&self) {
        let lanes = lock(&self.lanes).clone();
        for (lane, kind) in lanes {
            if let LaneKind::Windows(windows) = &*kind {
                self.store_use(&lane, windows).await;
            }
        }
    }

    async fn store_use(&self, lane: &Lane, windows: &WindowLane) {
        if let Some(memory) = windows.exact()
            && let Err(error) = self.save(lane, &memory).await
        {
            tracing::warn!(%lane, %error, "could not store the used quota of the lane");
        }
    }

    /// Microseconds since 1970, monotonic within this process.
    fn now_us(&self) -> Micros {
        let elapsed = self.started.elapsed().as_micros();
        self.started_us
            .saturating_add(Micros::try_from(elapsed).unwrap_or(Micros::MAX))
    }

    fn lane(&self, lane: &Lane) -> Arc<LaneKind> {
        let mut lanes = lock(&self.lanes);
        let kind = lanes.entry(lane.clone());
        Arc::clone(kind.or_insert_with(|| Arc::new(self.build(lane))))
    }
    fn build(&self, lane: &Lane) -> LaneKind {
        let memory = self.stored.get(&lane.to_string()).copied();
        match lane {
            Lane::Shop(shop) => LaneKind::Windows(WindowLane::new(shop.quota, memory)),
            Lane::ItemOffers(_) | Lane::CatalogItems(_) => match self.rates.period(lane) {
                None => LaneKind::Unlimited,
                Some(configured) => {
                    // A lane that was never stored is new: no request was sent yet.
                    let stored = memory.filter(|memory| memory.pace.period > 0);
                    let opens_at =
                        stored.map_or_else(|| self.now_us(), |memory| memory.opens_at_us);
                    let default_until = stored.map_or(0, |memory| memory.pace.default_until);
                    let state = LaneState::resumed(configured, configured.micros(), opens_at)
                        .with_default_until(default_until);
                    LaneKind::Rate(Box::new(RateLane::new(state)))
                }
            },
        }
    }

    async fn save(&self, lane: &Lane, memory: &LaneMemory) -> Result<(), LimiterError> {
        let stored = self.store.save_lane(&lane.to_string(), memory).await;
        stored.map_err(|error| LimiterError(error.to_string()))
    }

    async fn acquire_rate(
        &self,
        lane: &Lane,
        rate: &RateLane,
        priority: Priority,
    ) -> Result<Grant, LimiterError> {
        let asked = Instant::now();
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let closing = || self.closing.load(Ordering::SeqCst);
        match rate.wait(ticket, priority, || self.now_us(), closing).await {
            Ok(grant) => {
                self.save(lane, &grant.memory).await?;
                Ok(Grant::Go(Permit {
                    lane: lane.clone(),
                    granted_at: grant.granted_at,
                    period: grant.period,
                    waited: asked.elapsed(),
                    good_until: Some(grant.good_until.into_std()),
                }))
            }
            Err(wait) => Ok(Grant::Later(wait)),
        }
    }

    async fn acquire_windows(
        &self,
        lane: &Lane,
        windows: &WindowLane,
    ) -> Result<Grant, LimiterError> {
        if self.closing.load(Ordering::SeqCst) {
            return Ok(Grant::Later(Duration::ZERO));
        }
        match windows.take(self.clock.now(), self.block.load(Ordering::Relaxed)) {
            Ok(None) => {}
            Ok(Some(memory)) => self.save(lane, &memory).await?,
            Err(until) => return Ok(Grant::Closed(until)),
        }
        Ok(Grant::Go(free_permit(lane)))
    }
}

#[async_trait]
impl Limiter for LocalLimiter {
    async fn acquire(&self, lane: &Lane, priority: Priority) -> Result<Grant, LimiterError> {
        match &*self.lane(lane) {
            LaneKind::Unlimited => Ok(Grant::Go(free_permit(lane))),
            LaneKind::Rate(rate) => self.acquire_rate(lane, rate, priority).await,
            LaneKind::Windows(windows) => self.acquire_windows(lane, windows).await,
        }
    }

    async fn feedback(&self, lane: &Lane, granted_at: Micros, feedback: Feedback) {
        match &*self.lane(lane) {
            LaneKind::Rate(rate) => {
                rate.done(granted_at, &feedback, self.now_us());
                let memory = rate.memory();
                self.news.answered(lane, feedback.refused).await;
                self.news.paced(lane, memory.pace, &memory).await;
            }
            LaneKind::Unlimited => self.news.answered(lane, feedback.refused).await,
            LaneKind::Windows(_) => {}
        }
    }

    async fn close(&self, lane: &Lane, window: Window) -> DateTime<Utc> {
        let now = self.clock.now();
        match &*self.lane(lane) {
            LaneKind::Windows(windows) => {
                let until = windows.close(window, now);
                self.store_use(lane, windows).await;
                until
            }
            LaneKind::Unlimited | LaneKind::Rate(_) => now,
        }
    }

    async fn period(&self, lane: &Lane) -> Option<Micros> {
        match &*self.lane(lane) {
            LaneKind::Rate(rate) => Some(rate.period()),
            LaneKind::Unlimited | LaneKind::Windows(_) => None,
        }
    }

    async fn refused_since(&self, lane: &Lane) -> Option<DateTime<Utc>> {
        self.news.refused_since(lane)
    }
}

/// A permit for a lane without a rate.
pub(super) fn free_permit(lane: &Lane) -> Permit {
    Permit {
        lane: lane.clone(),
        granted_at: 0,
        period: 0,
        waited: Duration::ZERO,
        good_until: None,
    }
}
