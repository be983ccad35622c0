//! The accounts file: which shops there are, and how to get in.
//!
//! Reading it and resolving its secrets are two steps, so that a report or an import needs no secret
//! and an inactive shop needs no credentials.

mod file;
#[cfg(test)]
mod tests;

use crate::config::source::Environment;
use crate::say::{Failure, Text, text};
use secrecy::SecretString;
use shared::domain::account::AccountId;
use shared::ports::store::AccountRow;
use std::path::{Path, PathBuf};

/// The file, checked.
#[derive(Debug)]
pub struct AccountsFile {
    path: PathBuf,
    accounts: Vec<Account>,
    /// What a person should mend, though it works.
    pub warnings: Vec<Text>,
}

/// One shop of the file.
#[derive(Debug)]
pub struct Account {
    /// The shop keeper's own name for it.
    pub id: AccountId,
    /// Its name for people; the id when none is given.
    pub name: String,
    /// Gets requests at all.
    pub active: bool,
    line: usize,
    client_id: String,
    client_secret: SecretRef,
    refresh_token: SecretRef,
    redirect_uri: Option<String>,
}

/// What BASE asks of a shop.
#[derive(Debug, Clone)]
pub struct AccountCredentials {
    /// The shop.
    pub id: AccountId,
    /// Of the application at BASE.
    pub client_id: String,
    /// Of the application at BASE.
    pub client_secret: SecretString,
    /// The first refresh token; newer ones are in the database.
    pub refresh_token: SecretString,
    /// The address that the application was authorised with. BASE's papers ask for it at each
    /// refresh; in the field it has worked without.
    pub redirect_uri: Option<String>,
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
    /// [`Failure::Usage`] with one line for each thing that is wrong.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let content = std::fs::read_to_string(path).map_err(|error| {
            Failure::Usage(text!(
                "ショップ一覧 {shown} を読めません({error})。README の「自分のショップで始める」の例から作り、UTF-8で保存してください(場所は ACCOUNTS_FILE で変えられます)",
                "the accounts file {shown} cannot be read ({error}): make one from the example in the README, saved as UTF-8; ACCOUNTS_FILE says where it is"
            ))
        })?;
        let content = content.strip_prefix('\u{feff}').unwrap_or(&content);
        let accounts = file::parse(path, content)?;
        let warnings = readable_by_others(path).into_iter().collect();
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

    /// The rows that the database takes over.
    pub fn rows(&self) -> Vec<AccountRow> {
        let row = |account: &Account| AccountRow {
            id: account.id.clone(),
            name: account.name.clone(),
            active: account.active,
            parked_until: None,
            reauthorise_since: None,
        };
        self.accounts.iter().map(row).collect()
    }

    /// The credentials of the active shops.
    ///
    /// # Errors
    ///
    /// [`Failure::Usage`] that names each variable that is missing.
    pub fn credentials(
        &self,
        environment: Environment<'_>,
    ) -> Result<Vec<AccountCredentials>, Failure> {
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
        let mut found = Vec::new();
        for account in self.accounts.iter().filter(|account| account.active) {
            let client_secret = resolve(account, &account.client_secret);
            let refresh_token = resolve(account, &account.refresh_token);
            found.extend(
                client_secret
                    .zip(refresh_token)
                    .map(|(client_secret, refresh_token)| AccountCredentials {
                        id: account.id.clone(),
                        client_id: account.client_id.clone(),
                        client_secret,
                        refresh_token,
                        redirect_uri: account.redirect_uri.clone(),
                    }),
            );
        }
        if errors.is_empty() {
            Ok(found)
        } else {
            Err(Failure::Usage(Text::lines(&errors)))
        }
    }

    fn missing_variable(&self, account: &Account, name: &str) -> Text {
        let (path, line, id) = (self.path.display(), account.line, &account.id);
        text!(
            "{path} の{line}行目: ショップ {id} が使う環境変数 {name} がありません。設定するか、使わないショップなら active = false にしてください",
            "{path}, line {line}: account {id} needs the environment variable {name}, which is not set; set it, or make the account active = false"
        )
    }
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> Option<Text> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let shown = path.display();
    (mode & 0o077 != 0).then(|| {
        text!(
            "注意: {shown} は他の利用者も読めます。chmod 600 {shown} で自分だけにしてください",
            "note: {shown} can be read by others; chmod 600 {shown} keeps it to yourself"
        )
    })
}

#[cfg(not(unix))]
fn readable_by_others(_path: &Path) -> Option<Text> {
    None
}
