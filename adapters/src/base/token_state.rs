//! The access token that this process uses for an account.

use secrecy::{ExposeSecret, SecretString};
use shared::ports::store::StoredToken;

/// The tokens of one account in this process.
#[derive(Default)]
pub(super) struct TokenState {
    /// The token in use.
    pub(super) current: Option<StoredToken>,
    /// How many tokens have been in use.
    generation: u64,
    /// A pair that could not be stored yet; the pair before it is already invalid.
    pub(super) unsaved: Option<StoredToken>,
    /// The access token that BASE rejected last: the store may still have it.
    rejected: Option<SecretString>,
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
        self.current = Some(token);
        access
    }

    /// The token in use, to send.
    pub(super) fn access(&self, current: &StoredToken) -> AccessToken {
        AccessToken {
            token: current.access_token.clone(),
            generation: self.generation,
        }
    }

    /// Drops the token that BASE rejected; `false` if another one is in use by now.
    pub(super) fn reject(&mut self, access: &AccessToken) -> bool {
        let is_current = self.generation == access.generation;
        let Some(token) = self.current.take_if(|_| is_current) else {
            return false;
        };
        self.rejected = Some(token.access_token);
        true
    }

    /// Whether BASE has rejected this access token.
    pub(super) fn was_rejected(&self, token: &StoredToken) -> bool {
        self.rejected
            .as_ref()
            .is_some_and(|rejected| rejected.expose_secret() == token.access_token.expose_secret())
    }
}
