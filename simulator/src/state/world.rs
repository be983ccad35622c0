//! The simulated world: market, shops, tokens, quotas, faults and ledger.
//!
//! The server puts one lock around all of it, so that each request sees a consistent state.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::base_tokens::{BaseGrant, BaseTokens};
use super::chatwork_rooms::ChatworkRooms;
use super::lwa_tokens::LwaTokens;
use super::market::Market;
use super::shop::{SimulatedShop, open_shops};
use super::webhook_inbox::WebhookInbox;
use crate::catalog::Asins;
use crate::clock::SimClock;
use crate::config::Config;
use crate::faults::ActiveFaults;
use crate::ledger::Ledger;
use crate::opening::opening_accounts;
use crate::quota::ActiveQuotas;
use crate::random::SeededRandom;

const PURPOSE: u64 = 7;
/// Ids of new items and variations start above those of the opening listings.
const FIRST_NEW_ID: u64 = 90_000_000;
const HOUR_NANOS: u64 = 3_600_000_000_000;

/// The whole state of the simulator.
#[derive(Debug, Serialize, Deserialize)]
pub struct World {
    pub config: Config,
    pub clock: SimClock,
    pub market: Market,
    pub shops: Vec<SimulatedShop>,
    pub lwa_tokens: LwaTokens,
    pub base_tokens: BaseTokens,
    pub chatwork: ChatworkRooms,
    pub webhook: WebhookInbox,
    pub quotas: ActiveQuotas,
    pub faults: ActiveFaults,
    #[serde(skip)]
    pub ledger: Ledger,
    /// For request ids, tokens and the order of answers, which do not belong to the seeded world.
    pub random: SeededRandom,
    pub next_id: u64,
    /// Hours of simulator time for which a moving market has drifted.
    followed_hours: u64,
}

impl World {
    /// The world when it begins.
    pub fn new(config: Config) -> Self {
        let asins = Asins::new(config.seed, config.catalog);
        let accounts = opening_accounts(config.seed, config.accounts);
        let mut base_tokens = BaseTokens::default();
        for (number, account) in accounts.iter().enumerate() {
            let grant = BaseGrant {
                shop: number,
                scopes: config.base_scopes.clone(),
            };
            base_tokens.add_refresh(account.refresh_token.clone(), grant, 0);
        }
        Self {
            clock: SimClock::new(config.start, config.time_scale),
            market: Market::new(asins, config.seed, config.unknown_permille),
            shops: open_shops(&config, accounts),
            lwa_tokens: LwaTokens::default(),
            base_tokens,
            chatwork: ChatworkRooms::default(),
            webhook: WebhookInbox::default(),
            quotas: ActiveQuotas::new(config.quotas.clone()),
            faults: ActiveFaults::new(config.seed, config.faults.clone()),
            ledger: Ledger::default(),
            random: SeededRandom::new(config.seed, PURPOSE, 0),
            next_id: FIRST_NEW_ID,
            followed_hours: 0,
            config,
        }
    }

    /// Moves simulator time ahead.
    pub fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
        self.follow_time();
    }

    /// Returns the world to its beginning, including the clock.
    pub fn reset(&mut self) {
        *self = Self::new(self.config.clone());
    }

    /// Lets a moving market drift for each hour of simulator time that has passed.
    pub fn follow_time(&mut self) {
        if !self.config.moving {
            return;
        }
        let hours = self.clock.elapsed_nanos() / HOUR_NANOS;
        if hours > self.followed_hours {
            self.market.drift(hours - self.followed_hours);
            self.followed_hours = hours;
        }
    }
}
