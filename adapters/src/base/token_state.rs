//! What is known of an account's tokens in this process.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use shared::ports::store::StoredToken;
use std::fmt::Write;

#[derive(Default)]
pub(super) struct State {
    pub(super) held: Option<Held>,
    generation: u64,
    /// A pair that could not be stored yet; the one before it is dead already.
    pub(super) unsaved: Option<StoredToken>,
    /// The access token that BASE refused last: the store may still hold it.
    pub(super) refused: Option<SecretString>,
}

/// The token in use.
pub(super) struct Held {
    pub(super) token: StoredToken,
    pub(super) generation: u64,
}

/// A token to send, and which one it is.
pub(super) struct Access {
    pub(super) token: SecretString,
    pub(super) generation: u64,
}

impl State {
    /// Takes a token that stood in the store, or was refreshed just now.
    pub(super) fn hold(&mut self, token: StoredToken) -> Access {
        self.refused = None;
        self.generation += 1;
        let held = Held {
            token,
            generation: self.generation,
        };
        self.held.insert(held).access()
    }

    /// Drops the token that BASE refused; `false` where it is another one by now.
    pub(super) fn drop_refused(&mut self, access: &Access) -> bool {
        let dropped = self
            .held
            .take_if(|held| held.generation == access.generation);
        let is_ours = dropped.is_some();
        if let Some(held) = dropped {
            self.refused = Some(held.token.access_token);
        }
        is_ours
    }

    /// BASE has refused this access token already.
    pub(super) fn was_refused(&self, token: &StoredToken) -> bool {
        self.refused
            .as_ref()
            .is_some_and(|refused| refused.expose_secret() == token.access_token.expose_secret())
    }
}

impl Held {
    pub(super) fn access(&self) -> Access {
        Access {
            token: self.token.access_token.clone(),
            generation: self.generation,
        }
    }
}

/// Names a seed without telling it: the first 16 bytes of its SHA-256, in hexadecimal.
pub(super) fn fingerprint(seed: &SecretString) -> String {
    let digest = Sha256::digest(seed.expose_secret());
    digest
        .iter()
        .take(16)
        .fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
