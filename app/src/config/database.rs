//! The settings of the database, and of the keys that encrypt the tokens in it.

use super::reader::Reader;
use super::table as t;
use super::values::{self, Key};
use crate::bounded_file;
use adapters::store::DatabaseLocation;
use secrecy::{ExposeSecret as _, SecretString};
use shared::ports::store::StoreError;
use std::path::{Path, PathBuf};
use ui::message::{Text, text};

/// The URL of the database. It may hold a password, so it cannot be shown: a message names the
/// [location](DatabaseUrl::location).
#[derive(Debug, Clone)]
pub struct DatabaseUrl(SecretString);

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(url.into())
    }
}

impl DatabaseUrl {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        reader.read(&t::DATABASE_URL).into()
    }

    /// The URL, to open the database.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What it names, without a secret.
    ///
    /// # Errors
    ///
    /// As [`DatabaseLocation::of`].
    pub fn location(&self) -> Result<DatabaseLocation, StoreError> {
        DatabaseLocation::of(self.expose())
    }

    /// The file of a `SQLite` database; `None` for a server.
    pub fn file(&self) -> Option<PathBuf> {
        match self.location() {
            Ok(DatabaseLocation::File(path)) => Some(path),
            _ => None,
        }
    }
}

/// Keys of 32 bytes; no debug print shows one.
#[derive(Debug, Clone, Default)]
pub struct TokenKeySettings {
    /// Encrypts tokens.
    pub newest: Option<Key>,
    /// Decrypts tokens that were encrypted before the key was changed.
    pub old: Option<Key>,
    /// The file that holds the newest key, if `TOKEN_KEY_FILE` is set.
    pub file: Option<PathBuf>,
}

impl TokenKeySettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let given = reader.optional(&t::TOKEN_KEY);
        let file = reader.optional(&t::TOKEN_KEY_FILE);
        let old = reader.optional(&t::TOKEN_KEY_OLD);
        if reader.is_given(&t::TOKEN_KEY) && reader.is_given(&t::TOKEN_KEY_FILE) {
            reader.conflict(text!(
                "TOKEN_KEY と TOKEN_KEY_FILE は、どちらか1つだけ設定してください",
                "set one of TOKEN_KEY and TOKEN_KEY_FILE, not both"
            ));
        }
        let filed = file.as_deref().and_then(|path| key_in(path, reader));
        let newest = given.or(filed);
        if old.is_some() && newest.is_none() {
            reader.conflict(text!(
                "TOKEN_KEY_OLD だけでは暗号化できません。新しい鍵を TOKEN_KEY か TOKEN_KEY_FILE に設定してください",
                "TOKEN_KEY_OLD alone encrypts nothing: set the new key in TOKEN_KEY or TOKEN_KEY_FILE"
            ));
        }
        Self { newest, old, file }
    }
}

fn key_in(path: &Path, reader: &mut Reader<'_>) -> Option<Key> {
    let todo = text!(
        "ファイルのパスを設定し、ファイルには openssl rand -base64 32 の結果だけを書いてください。鍵そのものは TOKEN_KEY に設定します",
        "set the path of a file, and write into the file only the output of openssl rand -base64 32; a key itself belongs into TOKEN_KEY"
    );
    let Text { ja, en } = match bounded_file::read(path, bounded_file::SMALL, &todo) {
        Ok(text) => match values::key(text.trim()) {
            Some(key) => return Some(key),
            None => bounded_file::reason(
                &text!("32バイトの鍵ではありません", "it holds no key of 32 bytes"),
                &todo,
            ),
        },
        Err(reason) => reason,
    };
    // The path is not shown: a person may have put the key itself here, by mistake for TOKEN_KEY.
    reader.conflict(text!(
        "TOKEN_KEY_FILE のファイルを使えません{ja}",
        "the file of TOKEN_KEY_FILE cannot be used{en}"
    ));
    None
}
