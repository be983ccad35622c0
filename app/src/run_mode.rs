//! Whether a run changes the shops.

/// Whether updates are sent to the shops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunMode {
    /// Updates are sent and recorded.
    Live,
    /// Works on a copy of the database and sends nothing to the shops; only the use of Amazon's
    /// quota remains.
    DryRun,
}
