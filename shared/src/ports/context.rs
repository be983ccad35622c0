//! What every handler works with: ports and rules.

use crate::domain::rules::Rules;
use crate::ports::cache::Cache;
use crate::ports::clock::Clock;
use crate::ports::limiter::Limiter;
use crate::ports::marketplace::Marketplace;
use crate::ports::queue::Queue;
use crate::ports::shop::Shop;
use crate::ports::store::Store;
use std::sync::Arc;

/// The ports and rules with which jobs are done. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The database, which is authoritative.
    pub store: Arc<dyn Store>,
    /// A copy of the products.
    pub cache: Arc<dyn Cache>,
    /// Carries the messages.
    pub queue: Arc<dyn Queue>,
    /// Grants permits.
    pub limiter: Arc<dyn Limiter>,
    /// Amazon.
    pub marketplace: Arc<dyn Marketplace>,
    /// The shop platforms.
    pub shop: Arc<dyn Shop>,
    /// The shop keeper's rules.
    pub rules: Arc<Rules>,
}
