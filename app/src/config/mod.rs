//! The settings: read here and nowhere else, from the environment over a settings file.
//!
//! Names, defaults and accepted values are in `config/table.rs`. Whoever gets a [`Settings`] can
//! rely on it: every value was checked, and no debug print shows a secret.

pub mod source;
pub mod table;
pub mod values;

mod areas;
mod reader;
#[cfg(test)]
mod tests;

use adapters::store::DatabaseLocation;
use chrono::NaiveTime;
use reader::Reader;
use secrecy::SecretString;
use shared::domain::notice::EventFilter;
use shared::domain::quota::WindowQuota;
use shared::domain::rules::Rules;
use source::{Environment, Source};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ui::command_error::CommandError;
use ui::message::{Lang, Text, text};
pub use values::Rate;

/// All settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where all is kept: `sqlite://FILE`.
    pub database_url: DatabaseUrl,
    /// What seals the tokens in it.
    pub token_keys: Keys,
    /// Days before the end of an unused token at which people are warned, the longest first.
    pub token_warning_days: Vec<u32>,
    /// The settings file, if there is one.
    pub file: Option<PathBuf>,
    /// Where many processes meet; `None` for one process.
    pub redis: Option<Redis>,
    /// Asked for by the board; without one the board is for this computer only.
    pub board_password: Option<SecretString>,
    /// Amazon.
    pub amazon: Amazon,
    /// BASE.
    pub base: Base,
    /// Chatwork; `None` when no token is set: nothing is sent then.
    pub chatwork: Option<Chatwork>,
    /// The address of a webhook; whoever knows it may post. `None` when none is set.
    pub webhook: Option<SecretString>,
    /// What people are told of on these channels.
    pub notify_events: EventFilter,
    /// How runs judge and sell.
    pub rules: Rules,
    /// How the work is done.
    pub work: Work,
    /// Where a long-running program shows how it is; `None` for nowhere.
    pub health_listen: Option<SocketAddr>,
    /// Language of messages and reports.
    pub lang: Lang,
    /// Filter of the log, as `RUST_LOG` gives it; `None` for the command's own default.
    pub log_filter: Option<String>,
}

/// The address of the database; it may hold a password, so that no debug print shows it.
#[derive(Clone)]
pub struct DatabaseUrl(String);

impl std::ops::Deref for DatabaseUrl {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = self.0.split(':').next().unwrap_or_default();
        write!(f, "{scheme}:…")
    }
}

impl DatabaseUrl {
    /// The file of a `SQLite` database; `None` for a server.
    pub fn file(&self) -> Option<PathBuf> {
        match DatabaseLocation::of(&self.0) {
            Ok(DatabaseLocation::File(path)) => Some(path),
            _ => None,
        }
    }
}

/// Keys of 32 bytes; no debug print shows one.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// What is sealed now is sealed with it.
    pub newest: Option<values::Key>,
    /// What was sealed before may be sealed with it.
    pub old: Option<values::Key>,
    /// The file that holds the newest one, if a file does.
    pub file: Option<PathBuf>,
}

/// Where many processes meet.
#[derive(Debug, Clone)]
pub struct Redis {
    /// `redis://` or `rediss://`, with user and password where there are any.
    pub url: SecretString,
    /// What every key begins with.
    pub prefix: String,
}

/// Amazon's Selling Partner API.
#[derive(Debug, Clone)]
pub struct Amazon {
    /// Its address, without a slash at the end.
    pub base_url: String,
    /// The address that gives out access tokens, without a slash at the end.
    pub lwa_base_url: String,
    /// The marketplace; Amazon.co.jp by default.
    pub marketplace_id: String,
    /// `getItemOffersBatch` requests a second. 0.1 is what Amazon publishes; it may change.
    pub item_offers_rate: Rate,
    /// `searchCatalogItems` requests a second. 2 is what Amazon publishes; it may change.
    pub catalog_items_rate: Rate,
    /// Who we are; `None` while one of the three is missing.
    pub credentials: Option<AmazonCredentials>,
    /// Names of the credentials that are missing.
    pub missing: Vec<&'static str>,
}

/// The three credentials of a private application.
#[derive(Debug, Clone)]
pub struct AmazonCredentials {
    /// `LWA_APP_ID`.
    pub app_id: String,
    /// `LWA_CLIENT_SECRET`.
    pub client_secret: SecretString,
    /// `REFRESH_TOKEN`.
    pub refresh_token: SecretString,
}

/// The BASE API.
#[derive(Debug, Clone)]
pub struct Base {
    /// Its address, without a slash at the end.
    pub base_url: String,
    /// Calls of each shop in an hour and a day. BASE publishes 5,000 and 100,000.
    pub quota: WindowQuota,
    /// The file that lists the shops.
    pub accounts_file: PathBuf,
}

/// A Chatwork room in which people are told.
#[derive(Debug, Clone)]
pub struct Chatwork {
    /// Its address, without a slash at the end.
    pub base_url: String,
    /// The token.
    pub token: SecretString,
    /// The room.
    pub room_id: String,
}

/// How the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Hours from the start of one scheduled run to the next.
    pub run_every_hours: u32,
    /// When the shops are read back, every day, in Japan's time; `None` for never.
    pub reconcile_at: Option<NaiveTime>,
    /// Days from the start of one scheduled `basic-info` run to the next; 0 for none.
    pub basic_info_every_days: u32,
    /// Batches at a time; the rate of the lane decides how fast they go.
    pub sync_concurrency: u32,
    /// Shop updates at a time, over all shops.
    pub update_concurrency: u32,
    /// Batches of texts and images at a time: 1, or 0 for a worker that leaves them to others.
    pub info_concurrency: u32,
    /// Running jobs get this long to end after a stop; then they are put back.
    pub stop_within: Duration,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] with one line for each setting that is wrong.
    pub fn load(file: Option<&Path>, environment: Environment<'_>) -> Result<Self, CommandError> {
        let refuse = |errors: Vec<Text>| CommandError::Usage(Text::lines(&errors));
        let source = Source::read(file, environment).map_err(refuse)?;
        let mut reader = Reader::new(&source);
        let settings = areas::settings(&mut reader);
        match (reader.into_errors(), settings) {
            (errors, Some(settings)) if errors.is_empty() => Ok(Self {
                file: file.map(Path::to_owned),
                ..settings
            }),
            (errors, _) => Err(refuse(errors)),
        }
    }
}

impl Settings {
    /// The shared queue, for a program that makes no sense without.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] when there is none.
    pub fn shared_queue(&self) -> Result<&Redis, CommandError> {
        self.redis.as_ref().ok_or_else(|| {
            CommandError::Usage(text!(
                "REDIS_URL がありません。複数のプロセスで動かすには REDIS_URL と DATABASE_URL(postgres://)を設定してください。1台なら miseban serve で足ります",
                "REDIS_URL is not set: many processes need REDIS_URL and a DATABASE_URL of postgres://; on one computer miseban serve is enough"
            ))
        })
    }
}

impl Amazon {
    /// The credentials, for a command that cannot do without.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] that names those that are missing.
    pub fn credentials(&self) -> Result<&AmazonCredentials, CommandError> {
        self.credentials.as_ref().ok_or_else(|| {
            let names = self.missing.join(", ");
            CommandError::Usage(text!(
                "Amazonに問い合わせるための設定がありません: {names}。環境変数か設定ファイルに書いてください(見本は .env.example)",
                "settings that Amazon asks for are missing: {names}; set them in the environment or the settings file (see .env.example)"
            ))
        })
    }
}

/// A variable of the environment; the one place that reads it.
///
/// Bytes that are not Unicode come through as U+FFFD, which no setting accepts.
pub fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// What of the environment the demo heeds: how it speaks, and nothing else.
pub fn demo_environment(name: &str) -> Option<String> {
    let heeded = [table::MISEBAN_LANG.name, table::RUST_LOG.name];
    heeded.contains(&name).then(|| environment(name)).flatten()
}

/// The language for what is said before the settings are read.
pub fn early_lang(flag: Option<Lang>, environment: Environment<'_>) -> Lang {
    let named = || environment(table::MISEBAN_LANG.name).and_then(|text| Lang::parse(&text));
    flag.or_else(named).unwrap_or_default()
}
