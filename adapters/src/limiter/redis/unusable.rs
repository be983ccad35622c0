//! Permits that could not be used, one after the other: they came too late, or Redis gave none.

use crate::lock::lock;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// The present series of a lane.
#[derive(Debug, Default)]
pub(super) struct UnusablePermits(Mutex<Option<Series>>);

#[derive(Debug, Clone, Copy)]
struct Series {
    first: Instant,
    last: Instant,
    count: u32,
}

impl UnusablePermits {
    /// A permit was of no use. A series whose last is not within `recent` has ended: without a caller
    /// nothing is known.
    pub fn add(&self, recent: Duration) {
        let now = Instant::now();
        let mut series = lock(&self.0);
        let present = series.filter(|series| now - series.last < recent);
        let (first, count) = present.map_or((now, 0), |series| (series.first, series.count));
        *series = Some(Series {
            first,
            last: now,
            count: count + 1,
        });
    }

    /// A permit was used.
    pub fn end(&self) {
        *lock(&self.0) = None;
    }

    /// Since how long none could be used, if the last of several was asked for within `recent`.
    pub fn lasting(&self, recent: Duration) -> Option<Duration> {
        let series = (*lock(&self.0)).filter(|series| series.count > 1)?;
        (series.last.elapsed() < recent).then(|| series.first.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_series_lasts_until_a_permit_is_used_or_none_is_wanted() {
        let unusable = UnusablePermits::default();
        unusable.add(2 * MINUTE);
        advance(MINUTE).await;

        assert_eq!(unusable.lasting(2 * MINUTE), None, "one is no series");
        unusable.add(2 * MINUTE);
        assert_eq!(unusable.lasting(2 * MINUTE), Some(MINUTE));
        advance(2 * MINUTE).await;
        assert_eq!(unusable.lasting(2 * MINUTE), None);
        unusable.add(2 * MINUTE);
        unusable.end();
        assert_eq!(unusable.lasting(2 * MINUTE), None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_series_is_not_continued() {
        let unusable = UnusablePermits::default();
        unusable.add(2 * MINUTE);
        unusable.add(2 * MINUTE);
        advance(24 * 60 * MINUTE).await;

        unusable.add(2 * MINUTE);
        assert_eq!(unusable.lasting(2 * MINUTE), None, "one is no series");
        advance(MINUTE).await;
        unusable.add(2 * MINUTE);
        assert_eq!(unusable.lasting(2 * MINUTE), Some(MINUTE));
    }
}
