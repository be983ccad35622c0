//! The configuration of a simulator, from the command line or from a test.

use std::net::{Ipv4Addr, SocketAddr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::faults::Fault;
use crate::quota::Quotas;

/// What a simulator serves. The same configuration gives the same world.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Config {
    /// Address to listen on; port 0 takes a free port.
    pub listen: SocketAddr,
    /// Number of products in the catalogue; each is listed in one shop.
    pub catalog: usize,
    /// Number of BASE shops, `shop-1` and so on; at least 1.
    pub accounts: usize,
    /// Seed of all chance.
    pub seed: u64,
    /// How many times faster than real time simulator time runs. At 0 it advances only by
    /// [`advance`](crate::Simulator::advance).
    pub time_scale: f64,
    /// The time at which simulator time begins; `None` for the real time of the start.
    pub start: Option<DateTime<Utc>>,
    /// The vendors' rate limits.
    pub quotas: Quotas,
    /// Percentage of the products that a second shop lists as well.
    pub overlap_percent: u32,
    /// Of a thousand products, how many are unknown to Amazon.
    pub unknown_permille: u32,
    /// Whether prices and stock change as simulator time passes, rather than by a control only.
    pub moving: bool,
    /// The faults that are active from the start.
    pub faults: Vec<Fault>,
    /// Lifetime of a BASE access token in seconds of simulator time, as BASE's response states it.
    /// A refresh token lives for 30 days in any case.
    pub base_access_seconds: u32,
    /// The scopes of the first refresh tokens, separated by spaces.
    pub base_scopes: String,
    /// Whether BASE refuses a renewal without `redirect_uri`. Its documentation lists the field as
    /// required; published clients leave it out, and work.
    pub base_requires_redirect_uri: bool,
}

impl Config {
    /// One hour (source: BASE API documentation, `oauth/token`).
    pub const BASE_ACCESS_SECONDS: u32 = 3_600;
    /// To read the shop's name, and to read and edit its items.
    pub const BASE_SCOPES: &str = "read_users read_items write_items";
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            catalog: 1_000,
            accounts: 3,
            seed: 1,
            time_scale: 1.0,
            start: None,
            quotas: Quotas::Published,
            overlap_percent: 0,
            unknown_permille: 0,
            moving: false,
            faults: Vec::new(),
            base_access_seconds: Self::BASE_ACCESS_SECONDS,
            base_scopes: Self::BASE_SCOPES.to_owned(),
            base_requires_redirect_uri: false,
        }
    }
}
