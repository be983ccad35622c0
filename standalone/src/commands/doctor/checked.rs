//! What `doctor` looks at.

use adapters::redis::RedisLink;
use adapters::store::SqlStore;
use app::config::Settings;
use app::config::source::Environment;
use shared::ports::limiter::Limiter;
use shared::ports::marketplace::Marketplace;
use shared::ports::shop::Shop;
use ui::command_error::CommandError;

/// What is checked. The caller opens the servers and builds the clients as far as it can.
pub struct Checked<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// Environment variables that the accounts file may refer to.
    pub environment: Environment<'a>,
    /// The opened database, with its schema version.
    pub database: Result<(&'a SqlStore, i64), &'a CommandError>,
    /// The connection to Redis, if there is one.
    pub redis: Result<Option<&'a RedisLink>, &'a CommandError>,
    /// The clients of the vendors, if they could be built.
    pub vendors: Result<Vendors<'a>, &'a CommandError>,
}

/// The clients of the vendors.
pub struct Vendors<'a> {
    /// Amazon.
    pub marketplace: &'a dyn Marketplace,
    /// The shops.
    pub shop: &'a dyn Shop,
    /// Grants the calls.
    pub limiter: &'a dyn Limiter,
}
