//! The tokens of the shops. A refresh token lives for 30 days and can be used once; the lifetime of
//! access tokens is configured.

use std::collections::HashMap;

const SECOND_NANOS: u64 = 1_000_000_000;
const HOUR_NANOS: u64 = 3_600 * SECOND_NANOS;
const REFRESH_NANOS: u64 = 30 * 24 * HOUR_NANOS;
/// An authorization code lives for about an hour (reported, not documented).
const CODE_NANOS: u64 = HOUR_NANOS;

/// New tokens for a shop.
#[derive(Debug)]
pub struct BaseTokenPair {
    pub access: String,
    pub refresh: String,
}

/// An authorization code that was given to a browser.
#[derive(Debug)]
struct IssuedCode {
    shop: usize,
    /// Nanoseconds of simulator time.
    ends: u64,
    redirect_uri: String,
}

/// The tokens issued, each with its shop and its end in nanoseconds of simulator time.
#[derive(Debug, Default)]
pub struct BaseTokens {
    access: HashMap<String, (usize, u64)>,
    refresh: HashMap<String, (usize, u64)>,
    codes: HashMap<String, IssuedCode>,
}

impl BaseTokens {
    /// The shop of this access token; `None` if it is unknown or expired.
    pub fn shop_of(&self, access: &str, now: u64) -> Option<usize> {
        let (shop, ends) = self.access.get(access)?;
        (now < *ends).then_some(*shop)
    }

    /// Expires all access tokens.
    pub fn expire_access(&mut self) {
        self.access.clear();
    }

    /// Makes a refresh token valid.
    pub fn add_refresh(&mut self, refresh: String, shop: usize, now: u64) {
        self.refresh
            .insert(refresh, (shop, now.saturating_add(REFRESH_NANOS)));
    }

    /// Makes an authorization code valid.
    pub fn add_code(&mut self, code: String, shop: usize, redirect_uri: String, now: u64) {
        let ends = now.saturating_add(CODE_NANOS);
        let issued = IssuedCode {
            shop,
            ends,
            redirect_uri,
        };
        self.codes.insert(code, issued);
    }

    /// Uses up a code of this shop. False if it is not valid: a code can be used once, and only
    /// with the address that it was issued for.
    pub fn use_code(&mut self, code: &str, shop: usize, redirect_uri: &str, now: u64) -> bool {
        let valid = self.codes.get(code).is_some_and(|known| {
            known.shop == shop && now < known.ends && known.redirect_uri == redirect_uri
        });
        valid && self.codes.remove(code).is_some()
    }

    /// Uses up a refresh token of this shop. False if it is not valid.
    pub fn use_refresh(&mut self, refresh: &str, shop: usize, now: u64) -> bool {
        let known = self.refresh.get(refresh);
        let valid = known.is_some_and(|known| known.0 == shop && now < known.1);
        valid && self.refresh.remove(refresh).is_some()
    }

    /// Makes new tokens valid, and drops the expired tokens of all shops.
    pub fn add_pair(&mut self, pair: &BaseTokenPair, shop: usize, now: u64, access_seconds: u32) {
        self.access.retain(|_, (_, ends)| now < *ends);
        self.refresh.retain(|_, (_, ends)| now < *ends);
        let ends = now.saturating_add(u64::from(access_seconds) * SECOND_NANOS);
        self.access.insert(pair.access.clone(), (shop, ends));
        self.add_refresh(pair.refresh.clone(), shop, now);
    }
}
