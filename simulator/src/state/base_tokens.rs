//! The tokens of the shops: access for an hour or as the world has it, refresh for 30 days and once only.

use std::collections::HashMap;

const SECOND_NANOS: u64 = 1_000_000_000;
const HOUR_NANOS: u64 = 3_600 * SECOND_NANOS;
const REFRESH_NANOS: u64 = 30 * 24 * HOUR_NANOS;
/// A code of the authorization is good for about an hour (reported, not documented).
const CODE_NANOS: u64 = HOUR_NANOS;

/// A new pair for a shop.
#[derive(Debug)]
pub struct BaseTokenPair {
    pub access: String,
    pub refresh: String,
}

/// A code given to a browser: whose, until when, and to which address.
#[derive(Debug)]
struct IssuedCode {
    shop: usize,
    ends: u64,
    redirect_uri: String,
}

/// Tokens given out: shop and end in nanoseconds of simulator time.
#[derive(Debug, Default)]
pub struct BaseTokens {
    access: HashMap<String, (usize, u64)>,
    refresh: HashMap<String, (usize, u64)>,
    codes: HashMap<String, IssuedCode>,
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

    pub fn keep_code(&mut self, code: String, shop: usize, redirect_uri: String, now: u64) {
        let ends = now.saturating_add(CODE_NANOS);
        let kept = IssuedCode {
            shop,
            ends,
            redirect_uri,
        };
        self.codes.insert(code, kept);
    }

    /// Uses up a code of this shop, which is good once and for the address that it was given to.
    pub fn use_code(&mut self, code: &str, shop: usize, redirect_uri: &str, now: u64) -> bool {
        let good = self.codes.get(code).is_some_and(|known| {
            known.shop == shop && now < known.ends && known.redirect_uri == redirect_uri
        });
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

    /// Keeps a new pair, whose access token lives so many seconds. Ended tokens of all shops are dropped.
    pub fn keep(&mut self, pair: &BaseTokenPair, shop: usize, now: u64, access_seconds: u32) {
        self.access.retain(|_, (_, ends)| now < *ends);
        self.refresh.retain(|_, (_, ends)| now < *ends);
        let ends = now.saturating_add(u64::from(access_seconds) * SECOND_NANOS);
        self.access.insert(pair.access.clone(), (shop, ends));
        self.admit(pair.refresh.clone(), shop, now);
    }
}
