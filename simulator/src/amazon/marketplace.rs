//! The simulated marketplace.

/// Amazon.co.jp.
pub const MARKETPLACE: &str = "A1VC38T7YXB528";
