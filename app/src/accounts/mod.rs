//! The accounts file: the shops and their credentials.
//!
//! Reading the file and resolving its secrets are two steps, so that a report or an import needs no
//! secret and an inactive shop needs no credentials.

mod entry;
mod file;
mod platforms;
mod proxy;
#[cfg(test)]
mod tests;

pub use entry::{AccountCredentials, AccountEntry};
pub use platforms::PLATFORMS;
pub(crate) use platforms::unknown_platform;

use crate::bounded_file;
use crate::config::in_quotation_marks;
use crate::config::source::Environment;
use entry::{SecretRef, VariableName};
use secrecy::SecretString;
use shared::domain::account::AccountId;
use shared::ports::store::AccountRow;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// The checked accounts file.
#[derive(Debug)]
pub struct AccountsFile {
    path: PathBuf,
    accounts: Vec<AccountEntry>,
    /// Problems that a person should correct but that do not prevent the work.
    pub warnings: Vec<Text>,
}

impl AccountsFile {
    /// Reads and checks the file.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] with one line for each error.
    pub fn read(path: &Path) -> Result<Self, CommandError> {
        let shown = path.display();
        let todo = text!(
            "README.ja.md の「はじめての設定(5分)」の例から作り、UTF-8で保存してください(場所は ACCOUNTS_FILE で変えられます)",
            "create it from the example under \"Five minutes to your own shop\" in README.md and save it as UTF-8; ACCOUNTS_FILE sets its path"
        );
        let content = bounded_file::read(path, bounded_file::ACCOUNTS, &todo);
        let content = content.map_err(|Text { ja, en }| {
            CommandError::Usage(text!(
                "ショップ一覧 {shown} を読めません{ja}",
                "the accounts file {shown} cannot be read{en}"
            ))
        })?;
        let accounts = file::parse(path, &content)?;
        let note = |Text { ja, en }: Text| text!("注意: {ja}", "note: {en}");
        let incomplete = accounts
            .iter()
            .filter_map(AccountEntry::without_redirect_uri);
        let warnings = incomplete.map(note).collect();
        Ok(Self {
            path: path.to_owned(),
            accounts,
            warnings,
        })
    }

    /// The shops in the order of the file.
    pub fn accounts(&self) -> &[AccountEntry] {
        &self.accounts
    }

    /// The ids of all shops, in the order of the file.
    pub fn ids(&self) -> Vec<AccountId> {
        let accounts = self.accounts.iter();
        accounts.map(|account| account.id.clone()).collect()
    }

    /// The ids of the shops with a first token.
    pub fn with_first_token(&self) -> HashSet<AccountId> {
        let accounts = self.accounts.iter();
        let with = accounts.filter(|account| account.has_first_token());
        with.map(|account| account.id.clone()).collect()
    }

    /// The rows to store in the database.
    pub fn rows(&self) -> Vec<AccountRow> {
        let row = |account: &AccountEntry| AccountRow {
            platform: account.platform.clone(),
            ..AccountRow::new(account.id.clone(), account.name.clone(), account.active)
        };
        self.accounts.iter().map(row).collect()
    }

    /// The credentials of the active shops.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] with the name of each missing variable.
    pub fn credentials(
        &self,
        environment: Environment<'_>,
    ) -> Result<Vec<AccountCredentials>, CommandError> {
        let active = self.accounts.iter().filter(|account| account.active);
        self.resolve(active, environment)
    }

    /// The credentials of one shop, also of an inactive one, for a command about this shop.
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
    pub fn account(&self, id: &AccountId) -> Result<&AccountEntry, CommandError> {
        let found = self.accounts.iter().find(|account| account.id == *id);
        found.ok_or_else(|| {
            let path = self.path.display();
            let ids = self.accounts.iter().map(|known| known.id.as_str());
            let ids = ids.collect::<Vec<_>>().join(", ");
            CommandError::Usage(text!(
                "ショップ {id} は {path} にありません。あるのは: {ids}",
                "{path} has no account {id}; its accounts are: {ids}"
            ))
        })
    }

    /// Host and port of each proxy, without user and password, by shop; the name of the variable if that is not set.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] with each proxy that is not the URL of one.
    pub fn proxies_shown(
        &self,
        environment: Environment<'_>,
    ) -> Result<HashMap<AccountId, String>, CommandError> {
        let (mut shown, mut errors) = (HashMap::new(), Vec::new());
        for account in &self.accounts {
            match account.proxy_shown(environment) {
                Some(Ok(proxy)) => drop(shown.insert(account.id.clone(), proxy)),
                Some(Err(wrong)) => errors.push(self.at(account, wrong)),
                None => {}
            }
        }
        if errors.is_empty() {
            Ok(shown)
        } else {
            Err(CommandError::Usage(Text::lines(&errors)))
        }
    }

    fn resolve<'a>(
        &self,
        accounts: impl Iterator<Item = &'a AccountEntry>,
        environment: Environment<'_>,
    ) -> Result<Vec<AccountCredentials>, CommandError> {
        let mut errors = Vec::new();
        let mut resolve = |account: &AccountEntry, secret: &SecretRef| match secret {
            SecretRef::Inline(secret) => Some(secret.clone()),
            SecretRef::Variable(name) => {
                let value = environment(name.expose()).filter(|value| !value.trim().is_empty());
                match value {
                    Some(value) if in_quotation_marks(value.trim()) => {
                        errors.push(self.marked_variable(account, name));
                        None
                    }
                    Some(value) => Some(SecretString::from(value.trim())),
                    None => {
                        errors.push(self.missing_variable(account, name));
                        None
                    }
                }
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
                && !proxy::is_valid(given)
            {
                wrong_proxies.push(self.at(account, proxy::wrong(&account.id)));
            }
            found.extend(client_secret.map(|client_secret| AccountCredentials {
                id: account.id.clone(),
                platform: account.platform.clone(),
                client_id: account.client_id.clone(),
                client_secret,
                refresh_token,
                redirect_uri: account.redirect_uri.clone(),
                shop_id: account.shop_id.clone(),
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

    /// `told` of `account`, with its place in the file.
    fn at(&self, account: &AccountEntry, Text { ja, en }: Text) -> Text {
        let (path, line) = (self.path.display(), account.line);
        text!("{path} の{line}行目: {ja}", "{path}, line {line}: {en}")
    }

    fn marked_variable(&self, account: &AccountEntry, name: &VariableName) -> Text {
        let id = &account.id;
        let told = text!(
            "ショップ {id} が使う環境変数 {name} の値が引用符で囲まれています。引用符も値の一部になるので、取ってください",
            "account {id} uses the environment variable {name}, whose value is in quotation marks, which count as a part of it: remove them"
        );
        self.at(account, told)
    }

    fn missing_variable(&self, account: &AccountEntry, name: &VariableName) -> Text {
        let id = &account.id;
        let told = text!(
            "ショップ {id} が使う環境変数 {name} がありません。設定するか、使わないショップなら active = false にしてください",
            "account {id} needs the environment variable {name}, which is not set; set it, or set active = false for the account"
        );
        self.at(account, told)
    }
}
