//! Reads the shops back once a day, at a time of day at which little is sold; what was missed while no
//! process ran is made up for as soon as one does.

use crate::minder::scheduled;
use crate::{Refused, start_run};
use chrono::{DateTime, Days, FixedOffset, NaiveTime, TimeDelta, Utc};
use shared::domain::run::{RunId, RunKind};
use shared::ports::context::Context;
use shared::ports::store::StoreError;

/// Japan's time; it has no summer time.
const JST_SECONDS: i32 = 9 * 3600;
/// Pause after one that could not be started.
const AFTER_FAILURE: TimeDelta = TimeDelta::minutes(1);
/// Among so many of the last runs, of whatever kind, the last one is looked for.
const LOOK_BACK: u32 = 1_000;

/// When the next one is due.
pub(crate) struct Nightly {
    at: NaiveTime,
    /// `None` until the runs were looked through.
    next: Option<DateTime<Utc>>,
}

impl Nightly {
    pub(crate) fn at(at: NaiveTime) -> Self {
        Self { at, next: None }
    }

    /// Starts it if its time has come; gives the run, also one that was open already.
    pub(crate) async fn look(&mut self, ctx: &Context) -> Option<RunId> {
        let now = ctx.clock.now();
        let next = match self.next {
            Some(next) => next,
            None => match self.first(ctx, now).await {
                Ok(first) => *self.next.insert(first),
                Err(error) => {
                    tracing::warn!(%error, "the last runs cannot be read now");
                    return None;
                }
            },
        };
        if now < next {
            return None;
        }
        let order = scheduled(RunKind::Reconcile, ctx);
        match start_run(order, &*ctx.store, &*ctx.cache, &*ctx.queue).await {
            Ok(started) => {
                self.next = Some(next_after(self.at, now));
                Some(started.id)
            }
            Err(Refused::AlreadyOpen(id)) => {
                tracing::warn!(run.id = %id, "the shops are not read back tonight: run {id} is still open");
                self.next = Some(next_after(self.at, now));
                Some(id)
            }
            Err(error) => {
                tracing::error!(%error, "the nightly run could not be started; tried again in a minute");
                self.next = Some(now + AFTER_FAILURE);
                None
            }
        }
    }

    /// The time of day after the last one, which may be past. Before there was any, the first run of this
    /// app stands for it: an app that is new waits for its first night.
    async fn first(&self, ctx: &Context, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let runs = ctx.store.runs(false, LOOK_BACK).await?;
        let mut whole = runs.iter().filter(|run| !run.dry_run);
        let mut nightly = whole
            .clone()
            .filter(|run| run.kind == RunKind::Reconcile && run.account.is_none());
        let last = nightly.next().or(whole.next_back());
        Ok(next_after(self.at, last.map_or(now, |run| run.started_at)))
    }
}

/// The first instant after `from` at which it is `at` in Japan.
fn next_after(at: NaiveTime, from: DateTime<Utc>) -> DateTime<Utc> {
    let japan = FixedOffset::east_opt(JST_SECONDS).expect("nine hours are an offset");
    let local = from.with_timezone(&japan).naive_local();
    let today = local.date().and_time(at);
    let next = if today > local {
        today
    } else {
        today.checked_add_days(Days::new(1)).unwrap_or(today)
    };
    (next - TimeDelta::seconds(i64::from(JST_SECONDS))).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(from: &str) -> String {
        let at = NaiveTime::from_hms_opt(4, 0, 0).expect("a time");
        let from: DateTime<Utc> = from.parse().expect("an instant");
        next_after(at, from).to_rfc3339()
    }

    #[test]
    fn four_in_the_morning_is_japans() {
        assert_eq!(next("2026-11-21T18:59:59Z"), "2026-11-21T19:00:00+00:00");
        assert_eq!(next("2026-11-21T12:00:00Z"), "2026-11-21T19:00:00+00:00");
    }

    #[test]
    fn at_its_time_and_after_it_the_next_one_is_tomorrow() {
        assert_eq!(next("2026-11-21T19:00:00Z"), "2026-11-22T19:00:00+00:00");
        assert_eq!(next("2026-11-21T23:00:00Z"), "2026-11-22T19:00:00+00:00");
    }
}
