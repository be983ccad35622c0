//! Parses the accounts file into checked entries.

use super::entry::{AccountEntry, SecretRef, VariableName};
use super::platforms::known_platform;
use super::proxy;
use crate::config::toml_problem;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::domain::account::AccountId;
use shared::domain::platform::Platform;
use std::collections::BTreeMap;
use std::path::Path;
use toml::Spanned;
use ui::command_error::CommandError;
use ui::message::{Text, text};

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
    platform: Option<String>,
    name: Option<String>,
    #[serde(default = "yes")]
    active: bool,
    client_id: String,
    client_secret: Option<SecretString>,
    client_secret_env: Option<String>,
    refresh_token: Option<SecretString>,
    refresh_token_env: Option<String>,
    redirect_uri: Option<String>,
    shop_id: Option<String>,
    proxy: Option<SecretString>,
    proxy_env: Option<String>,
}

/// The keys of the file.
const KEYS: [&str; 14] = [
    "account",
    "id",
    "platform",
    "name",
    "active",
    "client_id",
    "client_secret",
    "client_secret_env",
    "refresh_token",
    "refresh_token_env",
    "redirect_uri",
    "shop_id",
    "proxy",
    "proxy_env",
];

fn yes() -> bool {
    true
}

/// The shops of the file at `path`; all errors are returned at once.
pub(super) fn parse(path: &Path, content: &str) -> Result<Vec<AccountEntry>, CommandError> {
    let shown = path.display();
    let raw: RawFile = toml::from_str(content).map_err(|error| {
        let (line, Text { ja, en }) = toml_problem::of(&error, content, &KEYS);
        CommandError::Usage(text!(
            "{shown} の{line}行目が読めません({ja})。README.ja.md の「はじめての設定(5分)」の例と見比べてください",
            "{shown}, line {line} cannot be read ({en}): compare it with the example under \"Five minutes to your own shop\" in README.md"
        ))
    })?;
    if raw.account.is_empty() {
        return Err(CommandError::Usage(text!(
            "{shown} にショップが1つもありません。[[account]] を1つ以上書いてください(例は README.ja.md の「はじめての設定(5分)」)",
            "{shown} has no account: add at least one [[account]] (an example is under \"Five minutes to your own shop\" in README.md)"
        )));
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut accounts = Vec::new();
    let mut errors = Vec::new();
    // Found once: a count from the start for each of many shops would take minutes.
    let ends: Vec<usize> = content.match_indices('\n').map(|(at, _)| at).collect();
    for entry in raw.account {
        let start = entry.id.span().start;
        let line = ends.partition_point(|end| *end < start) + 1;
        let id = entry.id.get_ref().trim().to_owned();
        if let Some(first) = seen.get(&id).filter(|_| AccountId::parse(&id).is_ok()) {
            errors.push(text!(
                "{shown} の{line}行目: ショップ {id} は{first}行目にもあります。idを変えてください",
                "{shown}, line {line}: account {id} is already defined in line {first}; choose another id"
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
        Err(CommandError::Usage(Text::lines(&errors)))
    }
}

fn check(entry: RawAccount, line: usize) -> Result<AccountEntry, Text> {
    let id = AccountId::parse(entry.id.get_ref()).map_err(|_| {
        text!(
            "id は英数字と _ - . で1~64文字にしてください",
            "id must be 1 to 64 letters, digits, '_', '-' or '.'"
        )
    })?;
    let platform = match &entry.platform {
        Some(name) => known_platform(name)
            .map_err(|Text { ja, en }| text!("ショップ {id}: {ja}", "account {id}: {en}"))?,
        None => Platform::default(),
    };
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
    let refresh_token = match (entry.refresh_token, entry.refresh_token_env) {
        (None, None) => None,
        (inline, variable) => Some(secret(&id, "refresh_token", inline, variable)?),
    };
    let proxy = match (entry.proxy, entry.proxy_env) {
        (None, None) => None,
        (inline, variable) => Some(secret(&id, "proxy", inline, variable)?),
    };
    if let Some(SecretRef::Inline(given)) = &proxy
        && !proxy::is_valid(given)
    {
        return Err(proxy::wrong(&id));
    }
    Ok(AccountEntry {
        name: entry.name.unwrap_or_else(|| id.to_string()),
        id,
        platform,
        active: entry.active,
        line,
        client_id: entry.client_id.trim().to_owned(),
        client_secret,
        refresh_token,
        redirect_uri: entry.redirect_uri,
        shop_id: entry.shop_id,
        proxy,
    })
}

fn secret(
    id: &AccountId,
    key: &'static str,
    inline: Option<SecretString>,
    variable: Option<String>,
) -> Result<SecretRef, Text> {
    match (inline, variable) {
        (Some(secret), None) if !secret.expose_secret().trim().is_empty() => {
            Ok(SecretRef::Inline(secret))
        }
        (None, Some(name)) if !name.trim().is_empty() => {
            Ok(SecretRef::Variable(VariableName::new(&name, key)))
        }
        _ => Err(text!(
            "ショップ {id} には {key} か {key}_env(環境変数の名前)のどちらか1つが必要です",
            "account {id} needs exactly one of {key} and {key}_env (the name of an environment variable)"
        )),
    }
}
