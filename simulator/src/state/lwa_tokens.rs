//! The access tokens that Login with Amazon has given out.

use std::collections::HashMap;

/// How long an access token lives, in simulator time.
pub const LIFE_SECONDS: u64 = 3_600;
/// Ended tokens are remembered, so that they are told from unknown ones, up to this many.
const MOST_TOKENS: usize = 50_000;

/// What is known of an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LwaTokenState {
    Valid(String),
    Expired,
    Unknown,
}

/// The access tokens given out: client and end in nanoseconds of simulator time.
#[derive(Debug, Default)]
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

    pub fn keep(&mut self, token: String, client: &str, now: u64) {
        if self.0.len() >= MOST_TOKENS {
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
