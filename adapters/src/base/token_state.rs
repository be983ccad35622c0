//! The access token that this process uses for an account.

use secrecy::{ExposeSecret, SecretString};
use shared::ports::store::StoredToken;

/// The tokens of one account in this process.
#[derive(Default)]
pub(super) struct TokenState {
    current: Option<CurrentToken>,
    generation: u64,
    /// A pair that could not be stored yet; the pair before it is already invalid.
    pub(super) unsaved: Option<StoredToken>,
    /// The access token that BASE rejected last: the store may still have it.
    rejected: Option<SecretString>,
}

/// The token in use.
struct CurrentToken {
    token: StoredToken,
    generation: u64,
}

/// A token to send, and its generation in this process.
pub(super) struct AccessToken {
    pub(super) token: SecretString,
    pub(super) generation: u64,
}

impl TokenState {
    /// The token in use.
    pub(super) fn current(&self) -> Option<&StoredToken> {
        self.current.as_ref().map(|current| &current.token)
    }

    /// The token in use, to send.
    pub(super) fn access(&self) -> Option<AccessToken> {
        self.current.as_ref().map(CurrentToken::access)
    }

    /// Takes a token from the store or from a refresh into use.
    pub(super) fn replace(&mut self, token: StoredToken) -> AccessToken {
        self.rejected = None;
        self.generation += 1;
        let generation = self.generation;
        let current = CurrentToken { token, generation };
        self.current.insert(current).access()
    }

    /// Drops the token that BASE rejected; `false` if another one is in use by now.
    pub(super) fn reject(&mut self, access: &AccessToken) -> bool {
        let dropped = self
            .current
            .take_if(|current| current.generation == access.generation);
        let was_current = dropped.is_some();
        if let Some(current) = dropped {
            self.rejected = Some(current.token.access_token);
        }
        was_current
    }

    /// Whether BASE has rejected this access token.
    pub(super) fn was_rejected(&self, token: &StoredToken) -> bool {
        self.rejected
            .as_ref()
            .is_some_and(|rejected| rejected.expose_secret() == token.access_token.expose_secret())
    }
}

impl CurrentToken {
    fn access(&self) -> AccessToken {
        AccessToken {
            token: self.token.access_token.clone(),
            generation: self.generation,
        }
    }
}
