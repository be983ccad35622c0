//! The tokens of the shops: access for an hour, refresh for 30 days and once only.

use std::collections::HashMap;

const ACCESS_NANOS: u64 = 3_600 * 1_000_000_000;
const REFRESH_NANOS: u64 = 30 * 24 * ACCESS_NANOS;
/// A code of the authorization is good for about an hour (reported, not documented).
const CODE_NANOS: u64 = ACCESS_NANOS;

/// A new pair for a shop.
#[derive(Debug)]
pub struct Pair {
    pub access: String,
    pub refresh: String,
}

/// Tokens given out: shop and end in nanoseconds of simulator time.
#[derive(Debug, Default)]
pub struct BaseTokens {
    access: HashMap<String, (usize, u64)>,
    refresh: HashMap<String, (usize, u64)>,
    codes: HashMap<String, (usize, u64)>,
}

impl BaseTokens {
    /// The shop whose access token this is, while it lives.
    pub fn shop_of(&self, access: &str, now: u64) -> Option<usize> {
        self.access
            .get(access)
            .filter(|(_, ends)| now < *ends)
            .map(|(shop, _)| *shop)
    }

    pub fn expire_access(&mut self) {
        self.access.clear();
    }

    /// Makes a refresh token good, as if the shop had been authorised by hand.
    pub fn admit(&mut self, refresh: String, shop: usize, now: u64) {
        self.refresh
            .insert(refresh, (shop, now.saturating_add(REFRESH_NANOS)));
    }

    pub fn keep_code(&mut self, code: String, shop: usize, now: u64) {
        self.codes
            .insert(code, (shop, now.saturating_add(CODE_NANOS)));
    }

    /// The shop whose code this is. A code is good once.
    pub fn use_code(&mut self, code: &str, shop: usize, now: u64) -> bool {
        let good = self
            .codes
            .get(code)
            .is_some_and(|known| known.0 == shop && now < known.1);
        good && self.codes.remove(code).is_some()
    }

    /// Uses up a refresh token of this shop; false where it is not good.
    pub fn use_refresh(&mut self, refresh: &str, shop: usize, now: u64) -> bool {
        let good = self
            .refresh
            .get(refresh)
            .is_some_and(|known| known.0 == shop && now < known.1);
        good && self.refresh.remove(refresh).is_some()
    }

    /// Keeps a new pair. Ended tokens of all shops are dropped.
    pub fn keep(&mut self, pair: &Pair, shop: usize, now: u64) {
        self.access.retain(|_, (_, ends)| now < *ends);
        self.refresh.retain(|_, (_, ends)| now < *ends);
        self.access.insert(
            pair.access.clone(),
            (shop, now.saturating_add(ACCESS_NANOS)),
        );
        self.admit(pair.refresh.clone(), shop, now);
    }
}
