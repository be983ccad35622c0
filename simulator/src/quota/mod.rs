//! The vendors' quotas: Amazon's token buckets, and the hours and days of BASE.

mod active;
mod bucket;
mod limits;
mod shop_calls;

pub use active::ActiveQuotas;
pub use limits::{BaseLimits, QuotaChange, QuotaError, QuotaRate, QuotaTable, Quotas};
pub use shop_calls::{ShopCallCounts, ShopLimit};
