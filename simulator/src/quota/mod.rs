//! The vendors' rate limits: Amazon's token buckets, and BASE's limits by hour and day.

mod active;
mod bucket;
mod limits;
mod shop_calls;

pub use active::ActiveQuotas;
pub use limits::{BaseLimits, QuotaChange, QuotaError, QuotaRate, QuotaTable, Quotas};
pub use shop_calls::{ShopCallCounts, ShopLimit};
