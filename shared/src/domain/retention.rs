//! How long history is kept.

use chrono::{DateTime, TimeDelta, Utc};

/// For how long (`KEEP_*` settings).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// What Amazon said, since it was last said; the newest of each ASIN stays.
    pub observations: TimeDelta,
    /// The rows of a run, since its end; its report stays.
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

/// What is older goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionCutoffs {
    /// Observations.
    pub observations: DateTime<Utc>,
    /// Ends of runs.
    pub runs: DateTime<Utc>,
    /// The instant from which it is looked back.
    pub now: DateTime<Utc>,
}

impl Retention {
    /// The horizon at `now`.
    pub fn cutoffs(&self, now: DateTime<Utc>) -> RetentionCutoffs {
        RetentionCutoffs {
            observations: now - self.observations,
            runs: now - self.runs,
            now,
        }
    }
}
