//! The workbench: what every handler has at hand, ports and rules.

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
    /// The truth.
    pub store: Arc<dyn Store>,
    /// The copy of it.
    pub cache: Arc<dyn Cache>,
    /// The messages.
    pub queue: Arc<dyn Queue>,
    /// Permits.
    pub limiter: Arc<dyn Limiter>,
    /// Amazon.
    pub marketplace: Arc<dyn Marketplace>,
    /// BASE.
    pub shop: Arc<dyn Shop>,
    /// The shop keeper's rules.
    pub rules: Arc<Rules>,
}
