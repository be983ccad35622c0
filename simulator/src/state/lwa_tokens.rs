//! The access tokens that Login with Amazon issued.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Lifetime of an access token in simulator time.
pub const LIFE_SECONDS: u64 = 3_600;
/// Expired tokens are kept, to distinguish them from unknown ones, until there are so many tokens.
const MAX_TOKENS: usize = 50_000;

/// The state of an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LwaTokenState {
    /// Issued to this client.
    Valid(String),
    Expired,
    Unknown,
}

/// The access tokens issued, each with its client and its end in nanoseconds of simulator time.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct LwaTokens(HashMap<String, (String, u64)>);

impl LwaTokens {
    pub fn state(&self, token: &str, now: u64) -> LwaTokenState {
        match self.0.get(token) {
            Some((client, ends)) if now < *ends => LwaTokenState::Valid(client.clone()),
            Some(_) => LwaTokenState::Expired,
            None => LwaTokenState::Unknown,
        }
    }

    pub fn expire_all(&mut self) {
        self.0.values_mut().for_each(|(_, ends)| *ends = 0);
    }

    pub fn add(&mut self, token: String, client: &str, now: u64) {
        if self.0.len() >= MAX_TOKENS {
            self.0.retain(|_, (_, ends)| *ends > now);
        }
        self.0.insert(
            token,
            (
                client.to_owned(),
                now.saturating_add(LIFE_SECONDS * 1_000_000_000),
            ),
        );
    }
}
