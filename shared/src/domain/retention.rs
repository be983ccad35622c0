//! How long history is kept before it is deleted.

use chrono::{DateTime, TimeDelta, Utc};

/// The retention periods (`KEEP_*` settings).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Observations of Amazon, since they were last confirmed; the newest of each ASIN stays.
    pub observations: TimeDelta,
    /// The rows of a run, since its end; the run and its report stay.
    pub runs: TimeDelta,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            observations: TimeDelta::days(30),
            runs: TimeDelta::days(30),
        }
    }
}

/// The instants before which history is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionCutoffs {
    /// Older observations are deleted.
    pub observations: DateTime<Utc>,
    /// The rows of runs that ended before are deleted.
    pub runs: DateTime<Utc>,
    /// The present, from which the periods are counted.
    pub now: DateTime<Utc>,
}

impl Retention {
    /// The cutoffs at `now`.
    pub fn cutoffs(&self, now: DateTime<Utc>) -> RetentionCutoffs {
        RetentionCutoffs {
            observations: now - self.observations,
            runs: now - self.runs,
            now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_deleted_when_it_is_older_than_its_period() {
        let now = DateTime::UNIX_EPOCH;
        let kept = Retention {
            observations: TimeDelta::days(7),
            ..Retention::default()
        };

        let cutoffs = kept.cutoffs(now);

        assert_eq!(cutoffs.observations, now - TimeDelta::days(7));
        assert_eq!(cutoffs.runs, now - TimeDelta::days(30));
    }
}
