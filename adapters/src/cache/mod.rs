//! The cache: the copy of what is known of products, one entry an ASIN.

mod dry;
pub mod redis;

pub use self::dry::DryCache;
pub use self::redis::RedisCache;
pub use crate::store::SqlCache;
