//! What people are told about the lanes of Amazon: in the log, and in the rows that `status` and the
//! notices read. Rows are written when something changes, and with each refusal.

use crate::lock::lock;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::lane::Lane;
use shared::domain::rate::{LanePace, Micros};
use shared::ports::clock::Clock;
use shared::ports::store::{LaneMemory, LaneRefusals, LaneStore, REFUSALS_TOLD_AFTER};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Pause between two lines in the log while every request is refused.
const LOG_EVERY: TimeDelta = TimeDelta::minutes(5);

/// The news of all lanes of one process.
pub(super) struct LaneNews {
    clock: Arc<dyn Clock>,
    store: Option<Arc<dyn LaneStore>>,
    lanes: Mutex<HashMap<Lane, Known>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Known {
    pace: Option<LanePace>,
    refused_since: Option<DateTime<Utc>>,
    logged_at: Option<DateTime<Utc>>,
}

impl LaneNews {
    pub(super) fn new(clock: Arc<dyn Clock>, store: Option<Arc<dyn LaneStore>>) -> Self {
        Self {
            clock,
            store,
            lanes: Mutex::default(),
        }
    }

    /// Writes the rows to `store`.
    pub(super) fn write_to(&mut self, store: Arc<dyn LaneStore>) {
        self.store = Some(store);
    }

    /// Since when every request on `lane` was refused.
    pub(super) fn refused_since(&self, lane: &Lane) -> Option<DateTime<Utc>> {
        lock(&self.lanes).get(lane)?.refused_since
    }

    /// Notes that a request on `lane` was refused, or answered otherwise.
    pub(super) async fn answered(&self, lane: &Lane, refused: bool) {
        let now = self.clock.now();
        let (before, log, is_first) = {
            let mut lanes = lock(&self.lanes);
            let is_first = !lanes.contains_key(lane);
            let known = lanes.entry(lane.clone()).or_default();
            let before = known.refused_since;
            known.refused_since = refused.then(|| before.unwrap_or(now));
            let log = refused && due(known, now);
            if log {
                known.logged_at = Some(now);
            }
            if !refused {
                known.logged_at = None;
            }
            (before, log, is_first)
        };
        if log {
            let minutes = before.map_or(0, |since| (now - since).num_minutes());
            tracing::warn!(%lane, minutes,
                "amazon has refused every request on {lane} for {minutes} min (429): check whether another program uses the same credentials");
        }
        let refusals = match (before, refused) {
            // What an earlier process has stored is over.
            (None, false) if is_first => None,
            (None, false) => return,
            (Some(since), false) => {
                if now - since >= REFUSALS_TOLD_AFTER {
                    tracing::info!(%lane, "amazon accepts requests on {lane} again");
                }
                None
            }
            (before, true) => Some(LaneRefusals {
                since: before.unwrap_or(now),
                last: now,
            }),
        };
        if let Some(store) = &self.store
            && let Err(error) = store.save_refusals(&lane.to_string(), refusals).await
        {
            tracing::debug!(%lane, %error, "could not store the refusals of the lane");
        }
    }

    /// Notes the pace of `lane` after an answer; stores `memory` if it is another one.
    pub(super) async fn paced(&self, lane: &Lane, pace: LanePace, memory: &LaneMemory) {
        let before = {
            let mut lanes = lock(&self.lanes);
            let known = lanes.entry(lane.clone()).or_default();
            known.pace.replace(pace)
        };
        if before == Some(pace) {
            return;
        }
        // What the first answer finds here was logged by an earlier process.
        let found = LanePace {
            default_until: pace.default_until,
            ..LanePace::default()
        };
        log_pace(lane, before.unwrap_or(found), pace);
        if let Some(store) = &self.store
            && let Err(error) = store.save_lane(&lane.to_string(), memory).await
        {
            tracing::debug!(%lane, %error, "could not store the pace of the lane");
        }
    }
}

/// Whether the refusals last for long enough to be logged, or to be logged again.
fn due(known: &Known, now: DateTime<Utc>) -> bool {
    let lasts = |since: DateTime<Utc>| now - since >= REFUSALS_TOLD_AFTER;
    let pause_is_over = |at: DateTime<Utc>| now - at >= LOG_EVERY;
    known.refused_since.is_some_and(lasts) && known.logged_at.is_none_or(pause_is_over)
}

fn log_pace(lane: &Lane, before: LanePace, now: LanePace) {
    let [configured, period, header] = [now.configured, now.period, now.header].map(seconds);
    if now.is_nearly_stopped() && before.header != now.header {
        tracing::warn!(%lane, header, period,
            "amazon's header allows one request every {header} s on {lane}, which nearly stops it; sends one every {period} s");
    }
    if now.default_until > before.default_until {
        tracing::warn!(%lane, configured,
            "amazon refused requests on {lane} at the rate of its own header; back to one every {configured} s for an hour");
    } else if before.period != now.period && now.period < now.configured {
        tracing::info!(%lane, period, configured,
            "amazon's header allows one request every {period} s on {lane}; tries that instead of one every {configured} s");
    } else if before.period < now.period && now.period > now.configured {
        tracing::info!(%lane, period, configured,
            "sends one request every {period} s on {lane} instead of one every {configured} s, as amazon's answers demand");
    }
}

#[expect(clippy::cast_precision_loss, reason = "rounded, for people")]
fn seconds(period: Micros) -> f64 {
    (period as f64 / 1e4).round() / 100.0
}
