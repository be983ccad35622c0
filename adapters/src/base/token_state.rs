//! The access token that this process uses for an account.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use shared::ports::store::StoredToken;

/// The tokens of one account in this process.
#[derive(Default)]
pub(super) struct TokenState {
    /// The newest pair that this process knows. The store may have lost it, and the access token may have
    /// been rejected.
    pub(super) pair: Option<StoredToken>,
    /// When the pair was last compared with the stored one.
    pub(super) compared_at: DateTime<Utc>,
    /// How many tokens have been in use.
    generation: u64,
    /// A pair that could not be stored yet; the pair before it is already invalid.
    pub(super) unsaved: Option<StoredToken>,
    /// The access token that BASE rejected last: the store may still have it.
    rejected: Option<SecretString>,
}

/// A refresh token to send.
#[derive(Clone)]
pub(super) struct RefreshGrant {
    pub(super) token: SecretString,
    /// `None` for the one of the accounts file.
    pub(super) issued_at: Option<DateTime<Utc>>,
}

impl From<&StoredToken> for RefreshGrant {
    fn from(pair: &StoredToken) -> Self {
        Self {
            token: pair.refresh_token.clone(),
            issued_at: Some(pair.refreshed_at),
        }
    }
}

/// What the store has for an account.
pub(super) enum TokenLookup {
    /// An access token that lasts long enough.
    Valid(StoredToken),
    /// Only a refresh token.
    RefreshWith(RefreshGrant),
    /// Nothing: the account was never authorised.
    Missing,
}

/// A token to send, and its generation in this process.
pub(super) struct AccessToken {
    pub(super) token: SecretString,
    pub(super) generation: u64,
}

impl TokenState {
    /// Takes a token from the store or from a refresh into use.
    pub(super) fn replace(&mut self, token: StoredToken) -> AccessToken {
        self.rejected = None;
        self.generation += 1;
        let access = self.access(&token);
        self.pair = Some(token);
        access
    }

    /// The pair in use.
    pub(super) fn current(&self) -> Option<&StoredToken> {
        self.pair.as_ref().filter(|pair| !self.was_rejected(pair))
    }

    /// The token in use, to send.
    pub(super) fn access(&self, current: &StoredToken) -> AccessToken {
        AccessToken {
            token: current.access_token.clone(),
            generation: self.generation,
        }
    }

    /// No longer uses the token that BASE rejected; `false` if another one is in use by now.
    pub(super) fn reject(&mut self, access: &AccessToken) -> bool {
        let is_current = self.generation == access.generation;
        let Some(token) = self.current().filter(|_| is_current) else {
            return false;
        };
        self.rejected = Some(token.access_token.clone());
        true
    }

    /// Whether BASE has rejected this access token.
    pub(super) fn was_rejected(&self, token: &StoredToken) -> bool {
        self.rejected
            .as_ref()
            .is_some_and(|rejected| rejected.expose_secret() == token.access_token.expose_secret())
    }
}
