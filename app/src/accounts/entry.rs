//! One shop of the accounts file, and its credentials at BASE.

use super::proxy;
use crate::config::source::Environment;
use secrecy::SecretString;
use shared::domain::account::AccountId;
use shared::domain::platform::Platform;
use std::fmt;
use ui::message::{Text, text};

/// One shop of the file.
#[derive(Debug)]
pub struct AccountEntry {
    /// The shop keeper's own name for it.
    pub id: AccountId,
    /// The platform of the shop.
    pub platform: Platform,
    /// Its name for people; the id when none is given.
    pub name: String,
    /// Whether any request is sent for it.
    pub active: bool,
    pub(super) line: usize,
    pub(super) client_id: String,
    pub(super) client_secret: SecretRef,
    pub(super) refresh_token: Option<SecretRef>,
    pub(super) proxy: Option<SecretRef>,
    /// The redirect URI that is registered with the application at BASE.
    pub redirect_uri: Option<String>,
    pub(super) shop_id: Option<String>,
}

/// The credentials of a shop at BASE.
#[derive(Debug, Clone)]
pub struct AccountCredentials {
    /// The shop.
    pub id: AccountId,
    /// Its platform.
    pub platform: Platform,
    /// The client id of the application at BASE.
    pub client_id: String,
    /// The client secret of the application at BASE.
    pub client_secret: SecretString,
    /// The first refresh token; newer ones are in the database. `None` for a shop that is
    /// authorised by `miseban accounts authorize`.
    pub refresh_token: Option<SecretString>,
    /// The redirect URI of the authorisation. BASE's documentation requires it for each refresh; in
    /// practice a refresh may work without.
    pub redirect_uri: Option<String>,
    /// The id of its shop at BASE, if the file names it.
    pub shop_id: Option<String>,
    /// The checked URL of the proxy for all of its requests; it may hold a password.
    pub proxy: Option<SecretString>,
}

impl AccountEntry {
    /// Host and port of its proxy, without user and password; the name of the variable if that is
    /// not set. `None` without a proxy, an error if it is not the URL of one.
    pub(super) fn proxy_shown(&self, environment: Environment<'_>) -> Option<Result<String, Text>> {
        let shown = match self.proxy.as_ref()? {
            SecretRef::Inline(proxy) => proxy::shown(proxy),
            SecretRef::Variable(name) => match environment(name.expose()) {
                Some(proxy) => proxy::shown(&SecretString::from(proxy.trim())),
                None => Some(format!("${name}")),
            },
        };
        Some(shown.ok_or_else(|| proxy::wrong(&self.id)))
    }

    /// A warning for an active shop without `redirect_uri`.
    pub fn without_redirect_uri(&self) -> Option<Text> {
        let id = &self.id;
        (self.active && self.redirect_uri.is_none()).then(|| {
            text!(
                "ショップ {id} に redirect_uri がありません。BASEはトークンの更新にも必要としています。アプリに登録したものを、ショップ一覧に書いてください",
                "account {id} has no redirect_uri, which BASE requires to renew tokens: write the registered one into the accounts file"
            )
        })
    }

    /// Whether the file has a first refresh token.
    pub fn has_first_token(&self) -> bool {
        self.refresh_token.is_some()
    }

    /// The client id of its application at BASE, which is not a secret.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }
}

#[derive(Debug)]
pub(super) enum SecretRef {
    Inline(SecretString),
    Variable(VariableName),
}

/// The name of an environment variable. Instead of a name the file may have the secret itself, so a
/// message shows it only if it looks like a name (capital letters and `_`, and digits if there is a `_`),
/// else the key that it stands at.
pub(super) struct VariableName {
    name: String,
    key: &'static str,
}

impl VariableName {
    /// The name that the file has at `key`.
    pub fn new(name: &str, key: &'static str) -> Self {
        let name = name.trim().to_owned();
        Self { name, key }
    }

    /// The name, to look it up.
    pub fn expose(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let Self { name, key } = self;
        let is_name = name.contains('_') || !name.contains(|c: char| c.is_ascii_digit());
        if is_name && name.bytes().all(usual) {
            f.write_str(name)
        } else {
            write!(f, "({key}_env)")
        }
    }
}

impl fmt::Debug for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VariableName({self})")
    }
}
