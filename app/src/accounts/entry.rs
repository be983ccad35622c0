//! One shop of the accounts file, and what it needs to get into BASE.

use super::proxy;
use crate::config::source::Environment;
use secrecy::SecretString;
use shared::domain::account::AccountId;
use shared::domain::platform::Platform;

/// One shop of the file.
#[derive(Debug)]
pub struct AccountEntry {
    /// The shop keeper's own name for it.
    pub id: AccountId,
    /// The platform of the shop.
    pub platform: Platform,
    /// Its name for people; the id when none is given.
    pub name: String,
    /// Gets requests at all.
    pub active: bool,
    pub(super) line: usize,
    pub(super) client_id: String,
    pub(super) client_secret: SecretRef,
    pub(super) refresh_token: Option<SecretRef>,
    pub(super) proxy: Option<SecretRef>,
    /// The address that BASE sends a browser back to, as it is registered with the application.
    pub redirect_uri: Option<String>,
}

/// What BASE asks of a shop.
#[derive(Debug, Clone)]
pub struct AccountCredentials {
    /// The shop.
    pub id: AccountId,
    /// Its platform.
    pub platform: Platform,
    /// Of the application at BASE.
    pub client_id: String,
    /// Of the application at BASE.
    pub client_secret: SecretString,
    /// The first refresh token; newer ones are in the database. `None` for a shop whose first one
    /// comes from `miseban accounts authorize`.
    pub refresh_token: Option<SecretString>,
    /// The address that the application was authorised with. BASE's papers ask for it at each
    /// refresh; in the field it has worked without.
    pub redirect_uri: Option<String>,
    /// What all of its requests go through, checked; it may hold a password.
    pub proxy: Option<SecretString>,
}

impl AccountEntry {
    /// Host and port of its proxy, without user and password; the name of the variable while that is not
    /// set. `None` without a proxy.
    pub fn proxy_shown(&self, environment: Environment<'_>) -> Option<String> {
        Some(match self.proxy.as_ref()? {
            SecretRef::Inline(proxy) => proxy::shown(proxy),
            SecretRef::Variable(name) => match environment(name) {
                Some(proxy) => proxy::shown(&SecretString::from(proxy.trim())),
                None => format!("${name}"),
            },
        })
    }

    /// Whether the file gives a refresh token to begin with.
    pub fn has_first_token(&self) -> bool {
        self.refresh_token.is_some()
    }

    /// The id of its application at BASE, which is no secret.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }
}

#[derive(Debug)]
pub(super) enum SecretRef {
    Inline(SecretString),
    Variable(String),
}
