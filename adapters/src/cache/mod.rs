//! The cache: the copy of what is known of products, one entry an ASIN.

mod sql;

pub use sql::SqlCache;
