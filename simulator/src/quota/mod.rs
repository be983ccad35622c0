//! The vendors' quotas: Amazon's token buckets, and the hours and days of BASE.

mod active;
mod bucket;
mod limits;
mod shop_calls;

pub use active::LiveQuotas;
pub use limits::{BaseLimits, QuotaChange, QuotaError, QuotaTable, Quotas, Rate};
pub use shop_calls::{Refusal, ShopHours};
