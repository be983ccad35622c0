//! The simulated world: market, shops, tokens, quotas, faults and ledger under one roof.
//!
//! One lock holds all of it (`server`), so that what one request sees is whole.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::accounts::{Account, opening_accounts};
use crate::amazon::{self, LwaTokens};
use crate::base::{self, BaseTokens};
use crate::catalog::{Asins, Draw, Product};
use crate::chatwork::{self, Rooms};
use crate::clock::SimClock;
use crate::config::Config;
use crate::faults::Faults;
use crate::http::{Incoming, Reply};
use crate::ledger::{Arrival, Ledger};
use crate::market::Market;
use crate::operation::{Operation, Vendor};
use crate::quota::{LiveQuotas, ShopHours};
use crate::shop::{Item, Listing, Shop, opening_listings};
use crate::webhook::{self, Hook};

const PURPOSE: u64 = 7;
/// Ids of new items and variations start here, above those of the opening.
const FIRST_NEW_ID: u64 = 90_000_000;
const HOUR_NANOS: u64 = 3_600_000_000_000;

/// All that is true, and all that has been asked.
#[derive(Debug)]
pub struct World {
    pub config: Config,
    pub clock: SimClock,
    pub market: Market,
    pub shops: Vec<Shop>,
    pub lwa: LwaTokens,
    pub base_tokens: BaseTokens,
    pub rooms: Rooms,
    pub hook: Hook,
    pub quotas: LiveQuotas,
    pub faults: Faults,
    pub ledger: Ledger,
    /// Chance for what is no part of the world: ids, tokens, order.
    pub chance: Draw,
    pub next_id: u64,
    /// Hours of simulator time that the moving market has followed.
    followed_hours: u64,
}

impl World {
    /// The world as it begins.
    pub fn new(config: Config) -> Self {
        let asins = Asins::new(config.seed, config.catalog);
        let accounts = opening_accounts(config.seed, config.accounts);
        let mut base_tokens = BaseTokens::default();
        for (number, account) in accounts.iter().enumerate() {
            base_tokens.admit(account.refresh_token.clone(), number, 0);
        }
        Self {
            clock: SimClock::new(config.start, config.time_scale),
            market: Market::new(asins, config.seed, config.unknown_permille),
            shops: open_shops(&config, accounts),
            lwa: LwaTokens::default(),
            base_tokens,
            rooms: Rooms::default(),
            hook: Hook::default(),
            quotas: LiveQuotas::new(config.quotas.clone()),
            faults: Faults::new(config.seed, config.faults.clone()),
            ledger: Ledger::default(),
            chance: Draw::new(config.seed, PURPOSE, 0),
            next_id: FIRST_NEW_ID,
            followed_hours: 0,
            config,
        }
    }

    /// Answers one request and writes it into the ledger.
    pub fn answer(&mut self, incoming: &Incoming) -> Reply {
        self.follow_time();
        let arrival = Arrival {
            real: SimClock::real_now(),
            simulated: self.clock.now(),
        };
        let operation = Operation::of(&incoming.method, &incoming.path);
        let reply = match operation.vendor() {
            Vendor::Lwa | Vendor::SellingPartner => amazon::answer(self, operation, incoming),
            Vendor::Base => base::answer(self, operation, incoming),
            Vendor::Chatwork => chatwork::answer(self, operation, incoming),
            Vendor::Webhook => webhook::answer(self, operation, incoming),
        };
        self.ledger
            .record(operation, arrival, reply.status, reply.note.clone());
        reply
    }

    /// Moves simulator time ahead.
    pub fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
        self.follow_time();
    }

    /// Begins again. The clock begins again, too.
    pub fn reset(&mut self) {
        *self = Self::new(self.config.clone());
    }

    /// A moving market drifts once for each hour of simulator time.
    fn follow_time(&mut self) {
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

fn open_shops(config: &Config, accounts: Vec<Account>) -> Vec<Shop> {
    let mut shops: Vec<Shop> = accounts
        .into_iter()
        .map(|account| Shop {
            id: account.id,
            name: account.name,
            client_id: account.client_id,
            client_secret: account.client_secret,
            items: BTreeMap::new(),
            hours: ShopHours::default(),
        })
        .collect();
    for listing in opening_listings(config) {
        if let Some(shop) = shops.get_mut(listing.account) {
            let order = shop.items.len() as u64 + 1;
            shop.items
                .insert(listing.item_id, item(config.seed, listing, order));
        }
    }
    shops
}

fn item(seed: u64, listing: Listing, list_order: u64) -> Item {
    let title = Product::of(seed, listing.number).title;
    Item {
        id: listing.item_id,
        asin: listing.asin,
        detail: format!("{title}です。"),
        title,
        price: listing.price,
        tax_type: 1,
        stock: i64::from(listing.visible),
        visible: listing.visible,
        list_order,
        identifier: Some(listing.sku),
        modified: listing.listed_at,
        variations: Vec::new(),
        digital: false,
        edits: 0,
    }
}
