//! The vendors' quotas: Amazon's token buckets, and the hours and days of BASE.

mod bucket;
mod limits;
mod live;
mod shop_hours;

pub use limits::{BaseLimits, QuotaChange, QuotaError, QuotaTable, Quotas, Rate};
pub use live::LiveQuotas;
pub use shop_hours::{Refusal, ShopHours};
