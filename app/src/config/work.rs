//! The settings of the schedule and of the workers.

use super::reader::Reader;
use super::table as t;
use chrono::{NaiveTime, TimeDelta};
use shared::domain::schedule::RunSchedule;
use std::time::Duration;

/// Schedule, concurrency and stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// When the regular runs start; times of day take precedence over a pause.
    pub schedule: RunSchedule,
    /// The daily time of the reconciliation with the shops, Japan time; `None` for never.
    pub reconcile_at: Option<NaiveTime>,
    /// Days from the start of one scheduled `basic-info` run to the next; 0 for none.
    pub basic_info_every_days: u32,
    /// Price and stock batches at a time; the rate of the lane limits their speed.
    pub sync_concurrency: u32,
    /// Shop updates at a time, over all shops.
    pub update_concurrency: u32,
    /// Batches of texts and images at a time: 1, or 0 for a worker that leaves them to other
    /// workers.
    pub info_concurrency: u32,
    /// After a stop, running jobs have this long to end; then they are put back into their queue.
    pub stop_within: Duration,
}

impl Work {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            schedule: schedule(reader),
            reconcile_at: reader.read(&t::RECONCILE_AT),
            basic_info_every_days: reader.read(&t::BASIC_INFO_EVERY_DAYS),
            sync_concurrency: reader.read(&t::SYNC_CONCURRENCY),
            update_concurrency: reader.read(&t::UPDATE_CONCURRENCY),
            info_concurrency: 1,
            stop_within: reader.read(&t::STOP_WITHIN_SECONDS),
        }
    }
}

fn schedule(reader: &mut Reader<'_>) -> RunSchedule {
    let hours = reader.read(&t::RUN_EVERY_HOURS);
    let every = RunSchedule::Every(TimeDelta::hours(hours.into()));
    reader.optional(&t::RUN_AT).map_or(every, RunSchedule::At)
}
