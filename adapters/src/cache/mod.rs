//! The cache: the copy of what is known of products, one entry an ASIN.

pub mod redis;
mod sql;

pub use self::redis::RedisCache;
pub use sql::SqlCache;
