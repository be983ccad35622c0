//! Whether a run changes the shops.

/// Whether the results of the work are sent to the shops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunMode {
    /// Updates are sent and recorded.
    Live,
    /// Works on a copy of the database, sends nothing to the shops, and leaves no trace but the
    /// use of Amazon's quota.
    DryRun,
}
