//! The accounts file: which shops there are, and how to get in.
//!
//! Reading it and resolving its secrets are two steps, so that a report or an import needs no secret
//! and an inactive shop needs no credentials.

mod file;
mod proxy;
#[cfg(test)]
mod tests;

use crate::config::source::Environment;
use crate::private::readable_by_others;
use secrecy::SecretString;
use shared::domain::account::AccountId;
use shared::domain::platform::Platform;
use shared::ports::store::AccountRow;
use std::path::{Path, PathBuf};
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// The file, checked.
#[derive(Debug)]
pub struct AccountsFile {
    path: PathBuf,
    accounts: Vec<Account>,
    /// What a person should mend, though it works.
    pub warnings: Vec<Text>,
}

/// The platforms that an account may name.
pub const PLATFORMS: [&str; 1] = ["base"];

/// The platform of this name.
pub(crate) fn known_platform(name: &str) -> Result<Platform, Text> {
    let known = Platform::parse(name).ok();
    let known = known.filter(|platform| PLATFORMS.contains(&platform.as_str()));
    known.ok_or_else(|| unknown_platform(name))
}

/// Which platforms there are.
pub(crate) fn unknown_platform(name: &str) -> Text {
    let known = PLATFORMS.join(", ");
    text!(
        "platform の {name:?} は使えません。使えるのは: {known}",
        "there is no platform {name:?}; there are: {known}"
    )
}

/// One shop of the file.
#[derive(Debug)]
pub struct Account {
    /// The shop keeper's own name for it.
    pub id: AccountId,
    /// The platform of the shop.
    pub platform: Platform,
    /// Its name for people; the id when none is given.
    pub name: String,
    /// Gets requests at all.
    pub active: bool,
    line: usize,
    client_id: String,
    client_secret: SecretRef,
    refresh_token: Option<SecretRef>,
    proxy: Option<SecretRef>,
    /// The address that BASE sends a browser back to, as it is registered with the application.
    pub redirect_uri: Option<String>,
}

/// The credentials of a shop.
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

impl Account {
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
enum SecretRef {
    Inline(SecretString),
    Variable(String),
}

impl AccountsFile {
    /// Reads and checks the file.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] with one line for each thing that is wrong.
    pub fn read(path: &Path) -> Result<Self, CommandError> {
        let shown = path.display();
        let content = std::fs::read_to_string(path).map_err(|error| {
            CommandError::Usage(text!(
                "ショップ一覧 {shown} を読めません({error})。README の「自分のショップで始める」の例から作り、UTF-8で保存してください(場所は ACCOUNTS_FILE で変えられます)",
                "the accounts file {shown} cannot be read ({error}): make one from the example in the README, saved as UTF-8; ACCOUNTS_FILE says where it is"
            ))
        })?;
        let content = content.strip_prefix('\u{feff}').unwrap_or(&content);
        let accounts = file::parse(path, content)?;
        let note = |Text { ja, en }: Text| text!("注意: {ja}", "note: {en}");
        let warnings = readable_by_others(path).map(note).into_iter().collect();
        Ok(Self {
            path: path.to_owned(),
            accounts,
            warnings,
        })
    }

    /// The shops in the order of the file.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The ids of all shops, in the order of the file.
    pub fn ids(&self) -> Vec<AccountId> {
        self.accounts
            .iter()
            .map(|account| account.id.clone())
            .collect()
    }

    /// The rows that the database takes over.
    pub fn rows(&self) -> Vec<AccountRow> {
        let row = |account: &Account| AccountRow {
            platform: account.platform.clone(),
            ..AccountRow::new(account.id.clone(), account.name.clone(), account.active)
        };
        self.accounts.iter().map(row).collect()
    }

    /// The credentials of the active shops.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] that names each variable that is missing.
    pub fn credentials(
        &self,
        environment: Environment<'_>,
    ) -> Result<Vec<AccountCredentials>, CommandError> {
        let active = self.accounts.iter().filter(|account| account.active);
        self.resolve(active, environment)
    }

    /// The credentials of one shop, also of an inactive one, for what a person does with it by hand.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] for a shop that is not in the file, or a variable that is missing.
    pub fn credentials_of(
        &self,
        id: &AccountId,
        environment: Environment<'_>,
    ) -> Result<Vec<AccountCredentials>, CommandError> {
        let account = self.account(id)?;
        self.resolve(std::iter::once(account), environment)
    }

    /// One shop.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] when it is not in the file.
    pub fn account(&self, id: &AccountId) -> Result<&Account, CommandError> {
        let found = self.accounts.iter().find(|account| account.id == *id);
        found.ok_or_else(|| {
            let path = self.path.display();
            let ids: Vec<&str> = self
                .accounts
                .iter()
                .map(|known| known.id.as_str())
                .collect();
            let ids = ids.join(", ");
            CommandError::Usage(text!(
                "ショップ {id} は {path} にありません。あるのは: {ids}",
                "there is no account {id} in {path}; there are: {ids}"
            ))
        })
    }

    fn resolve<'a>(
        &self,
        accounts: impl Iterator<Item = &'a Account>,
        environment: Environment<'_>,
    ) -> Result<Vec<AccountCredentials>, CommandError> {
        let mut errors = Vec::new();
        let mut resolve = |account: &Account, secret: &SecretRef| match secret {
            SecretRef::Inline(secret) => Some(secret.clone()),
            SecretRef::Variable(name) => {
                let value = environment(name).filter(|value| !value.trim().is_empty());
                if value.is_none() {
                    errors.push(self.missing_variable(account, name));
                }
                value.map(|value| SecretString::from(value.trim()))
            }
        };
        let (mut found, mut wrong_proxies) = (Vec::new(), Vec::new());
        for account in accounts {
            let client_secret = resolve(account, &account.client_secret);
            let refresh_token = account.refresh_token.as_ref();
            let refresh_token = refresh_token.and_then(|secret| resolve(account, secret));
            let proxy = account.proxy.as_ref();
            let proxy = proxy.and_then(|secret| resolve(account, secret));
            if let Some(given) = &proxy
                && !proxy::is_one(given)
            {
                wrong_proxies.push(self.wrong_proxy(account));
            }
            found.extend(client_secret.map(|client_secret| AccountCredentials {
                id: account.id.clone(),
                platform: account.platform.clone(),
                client_id: account.client_id.clone(),
                client_secret,
                refresh_token,
                redirect_uri: account.redirect_uri.clone(),
                proxy,
            }));
        }
        errors.extend(wrong_proxies);
        if errors.is_empty() {
            Ok(found)
        } else {
            Err(CommandError::Usage(Text::lines(&errors)))
        }
    }

    fn wrong_proxy(&self, account: &Account) -> Text {
        let (path, line, id) = (self.path.display(), account.line, &account.id);
        text!(
            "{path} の{line}行目: ショップ {id} のプロキシがアドレスではありません。http://ユーザー:パスワード@ホスト:ポート の形(https、socks5、socks5h も可)で書いてください",
            "{path}, line {line}: the proxy of account {id} is no address: write http://USER:PASSWORD@HOST:PORT (https, socks5 and socks5h will do, too)"
        )
    }

    fn missing_variable(&self, account: &Account, name: &str) -> Text {
        let (path, line, id) = (self.path.display(), account.line, &account.id);
        text!(
            "{path} の{line}行目: ショップ {id} が使う環境変数 {name} がありません。設定するか、使わないショップなら active = false にしてください",
            "{path}, line {line}: account {id} needs the environment variable {name}, which is not set; set it, or make the account active = false"
        )
    }
}
