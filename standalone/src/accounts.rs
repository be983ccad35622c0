//! The accounts file: which shops there are, and how to get in.
//!
//! Reading it and resolving its secrets are two steps, so that a report or an import needs no secret
//! and an inactive shop needs no credentials.

use crate::config::source::{Environment, line_of};
use crate::say::{Failure, Text, text};
use secrecy::SecretString;
use serde::Deserialize;
use shared::domain::account::AccountId;
use shared::ports::store::AccountRow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;

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
}

#[derive(Debug)]
enum SecretRef {
    Inline(SecretString),
    Variable(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    account: Vec<RawAccount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccount {
    id: Spanned<String>,
    name: Option<String>,
    #[serde(default = "yes")]
    active: bool,
    client_id: String,
    client_secret: Option<SecretString>,
    client_secret_env: Option<String>,
    refresh_token: Option<SecretString>,
    refresh_token_env: Option<String>,
}

fn yes() -> bool {
    true
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
        let accounts = parse(path, content)?;
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

fn parse(path: &Path, content: &str) -> Result<Vec<Account>, Failure> {
    let shown = path.display();
    let raw: RawFile = toml::from_str(content).map_err(|error| {
        // Only the message: the error's own print shows the line, which may hold a secret.
        let line = error.span().map_or(1, |span| line_of(content, span.start));
        let why = error.message();
        Failure::Usage(text!(
            "{shown} の{line}行目が読めません({why})。README の例と見比べてください",
            "{shown}, line {line} cannot be read ({why}): compare it with the example in the README"
        ))
    })?;
    if raw.account.is_empty() {
        return Err(Failure::Usage(text!(
            "{shown} にショップが1つもありません。[[account]] を1つ以上書いてください(README の例を参照)",
            "{shown} has no account: write at least one [[account]] (see the README)"
        )));
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut accounts = Vec::new();
    let mut errors = Vec::new();
    for entry in raw.account {
        let line = line_of(content, entry.id.span().start);
        let id = entry.id.get_ref().trim().to_owned();
        if let Some(first) = seen.get(&id) {
            errors.push(text!(
                "{shown} の{line}行目: ショップ {id} は{first}行目にもあります。idを変えてください",
                "{shown}, line {line}: account {id} is in line {first} already; give it another id"
            ));
            continue;
        }
        seen.insert(id, line);
        match check(entry, line) {
            Ok(account) => accounts.push(account),
            Err(Text { ja, en }) => errors.push(text!(
                "{shown} の{line}行目: {ja}",
                "{shown}, line {line}: {en}"
            )),
        }
    }
    if errors.is_empty() {
        Ok(accounts)
    } else {
        Err(Failure::Usage(Text::lines(&errors)))
    }
}

fn check(entry: RawAccount, line: usize) -> Result<Account, Text> {
    let id = AccountId::parse(entry.id.get_ref()).map_err(|error| {
        let id = error.text;
        text!(
            "{id:?} はショップのidにできません。英数字と _ - . で1~64文字にしてください",
            "{id:?} cannot be the id of an account: use 1 to 64 letters, digits, '_', '-' or '.'"
        )
    })?;
    if entry.client_id.trim().is_empty() {
        return Err(text!(
            "ショップ {id} の client_id が空です",
            "client_id of account {id} is empty"
        ));
    }
    let client_secret = secret(
        &id,
        "client_secret",
        entry.client_secret,
        entry.client_secret_env,
    )?;
    let refresh_token = secret(
        &id,
        "refresh_token",
        entry.refresh_token,
        entry.refresh_token_env,
    )?;
    Ok(Account {
        name: entry.name.unwrap_or_else(|| id.to_string()),
        id,
        active: entry.active,
        line,
        client_id: entry.client_id.trim().to_owned(),
        client_secret,
        refresh_token,
    })
}

fn secret(
    id: &AccountId,
    key: &str,
    inline: Option<SecretString>,
    variable: Option<String>,
) -> Result<SecretRef, Text> {
    use secrecy::ExposeSecret as _;
    match (inline, variable) {
        (Some(secret), None) if !secret.expose_secret().trim().is_empty() => {
            Ok(SecretRef::Inline(secret))
        }
        (None, Some(name)) if !name.trim().is_empty() => {
            Ok(SecretRef::Variable(name.trim().to_owned()))
        }
        _ => Err(text!(
            "ショップ {id} には {key} か {key}_env(環境変数の名前)のどちらか1つが必要です",
            "account {id} needs exactly one of {key} and {key}_env (the name of an environment variable)"
        )),
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

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;
