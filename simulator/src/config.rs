//! What a world is made of, given by the command line or by a test.

use std::net::{Ipv4Addr, SocketAddr};

use chrono::{DateTime, Utc};

use crate::faults::Fault;
use crate::quota::Quotas;

/// What a world is made of; the same configuration gives the same world.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Products of the catalogue, each listed in one shop.
    pub catalog: usize,
    /// BASE shops, `shop-1` and so on; at least 1.
    pub accounts: usize,
    pub seed: u64,
    /// How fast simulator time runs; 0 stands still until it is moved by hand.
    pub time_scale: f64,
    /// When simulator time begins; the real now if left out.
    pub start: Option<DateTime<Utc>>,
    pub quotas: Quotas,
    /// Of a hundred listings, how many a second shop shares.
    pub overlap_percent: u32,
    /// Of a thousand products, how many Amazon does not know.
    pub unknown_permille: u32,
    /// Lets the market move with simulator time; otherwise it stands until told.
    pub moving: bool,
    pub faults: Vec<Fault>,
    /// How long an access token of BASE lives, in simulator time; BASE says so in its answer. Refresh
    /// tokens live 30 days in any case.
    pub base_access_seconds: u32,
}

impl Config {
    /// Source: BASE API documentation, `oauth/token`: an hour.
    pub const BASE_ACCESS_SECONDS: u32 = 3_600;
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
        }
    }
}
