//! The servers on which the work of a program depends.

use adapters::redis::RedisLink;
use adapters::store::SqlStore;
use std::sync::Arc;

/// The servers that must respond for work to be done.
#[derive(Clone)]
pub struct Sources {
    /// The database.
    pub store: Arc<SqlStore>,
    /// Redis, if many processes share the work.
    pub redis: Option<RedisLink>,
}
