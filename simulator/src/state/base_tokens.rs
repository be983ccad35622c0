//! The tokens of the shops. A refresh token lives for 30 days and can be used once; the lifetime of
//! access tokens is configured. All tokens that descend from one authorisation have its scopes.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

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

/// What a shop owner has agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseGrant {
    pub shop: usize,
    /// Separated by spaces.
    pub scopes: String,
}

impl BaseGrant {
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes.split(' ').any(|granted| granted == scope)
    }
}

/// An authorization code that was given to a browser.
#[derive(Debug, Serialize, Deserialize)]
struct IssuedCode {
    grant: BaseGrant,
    /// Nanoseconds of simulator time.
    ends: u64,
    redirect_uri: String,
}

/// The tokens issued, each with its grant and its end in nanoseconds of simulator time.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct BaseTokens {
    access: HashMap<String, (BaseGrant, u64)>,
    refresh: HashMap<String, (BaseGrant, u64)>,
    codes: HashMap<String, IssuedCode>,
}

impl BaseTokens {
    /// What this access token allows; `None` if it is unknown or expired.
    pub fn of_access(&self, access: &str, now: u64) -> Option<&BaseGrant> {
        let (grant, ends) = self.access.get(access)?;
        (now < *ends).then_some(grant)
    }

    /// What this refresh token renews; `None` if it is unknown, used or expired.
    pub fn of_refresh(&self, refresh: &str, now: u64) -> Option<&BaseGrant> {
        let (grant, ends) = self.refresh.get(refresh)?;
        (now < *ends).then_some(grant)
    }

    /// Expires all access tokens.
    pub fn expire_access(&mut self) {
        self.access.clear();
    }

    /// Makes a refresh token valid.
    pub fn add_refresh(&mut self, refresh: String, grant: BaseGrant, now: u64) {
        self.refresh
            .insert(refresh, (grant, now.saturating_add(REFRESH_NANOS)));
    }

    /// Makes an authorization code valid.
    pub fn add_code(&mut self, code: String, grant: BaseGrant, redirect_uri: String, now: u64) {
        let ends = now.saturating_add(CODE_NANOS);
        let issued = IssuedCode {
            grant,
            ends,
            redirect_uri,
        };
        self.codes.insert(code, issued);
    }

    /// Uses up a code of this shop. `None` if it is not valid: a code can be used once, and only
    /// with the address that it was issued for.
    pub fn use_code(
        &mut self,
        code: &str,
        shop: usize,
        redirect_uri: &str,
        now: u64,
    ) -> Option<BaseGrant> {
        let known = self.codes.get(code)?;
        let valid =
            known.grant.shop == shop && now < known.ends && known.redirect_uri == redirect_uri;
        let used = valid.then(|| self.codes.remove(code)).flatten()?;
        Some(used.grant)
    }

    /// Uses up a valid refresh token.
    pub fn use_refresh(&mut self, refresh: &str) {
        self.refresh.remove(refresh);
    }

    /// Makes new tokens valid, and drops the expired tokens of all shops.
    pub fn add_pair(
        &mut self,
        pair: &BaseTokenPair,
        grant: BaseGrant,
        now: u64,
        access_seconds: u32,
    ) {
        self.access.retain(|_, (_, ends)| now < *ends);
        self.refresh.retain(|_, (_, ends)| now < *ends);
        let ends = now.saturating_add(u64::from(access_seconds) * SECOND_NANOS);
        self.access
            .insert(pair.access.clone(), (grant.clone(), ends));
        self.add_refresh(pair.refresh.clone(), grant, now);
    }
}
