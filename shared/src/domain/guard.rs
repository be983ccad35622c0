//! The guard against a broken answer: too many products of a run going out of stock at once.

/// When a run looks like a change of Amazon's format and not like a market (`GUARD_*` settings).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MassChangeGuard {
    /// More than this share of the run's ASINs, in percent; 10 by default.
    pub percent: u32,
    /// And more than this many; 50 by default.
    pub count: u32,
}

impl Default for MassChangeGuard {
    fn default() -> Self {
        Self {
            percent: 10,
            count: 50,
        }
    }
}

impl MassChangeGuard {
    /// Whether `to_out` of the `asins` of a run turning from in stock to not must be held.
    pub fn trips(&self, to_out: u64, asins: u64) -> bool {
        to_out > u64::from(self.count) && to_out * 100 > asins * u64::from(self.percent)
    }
}
