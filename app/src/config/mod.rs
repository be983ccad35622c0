//! The settings: read only here, from the environment, the settings file and the defaults.
//!
//! `table.rs` has one row for each setting: name, default, accepted values and parser. Each area
//! has a file with its fields and the settings that they are read from. A new setting is a row and
//! a field. Every value of a [`Settings`] was checked, and no debug print shows a secret.

pub mod source;
pub mod table;
pub mod values;

mod amazon;
mod base;
mod chatwork;
mod database;
mod dotenv;
mod found;
mod reader;
mod redis;
mod rules;
#[cfg(test)]
mod tests;
mod times;
pub(crate) mod toml_problem;
mod work;

pub use amazon::{Amazon, AmazonCredentials};
pub use base::Base;
pub use chatwork::ChatworkRoom;
pub(crate) use reader::in_quotation_marks;

pub use database::{DatabaseUrl, TokenKeySettings};
pub use found::settings_file;
pub use redis::Redis;
pub use values::Rate;
pub use work::Work;

use reader::Reader;
use secrecy::SecretString;
use shared::domain::event_filter::EventFilter;
use shared::domain::rules::Rules;
use source::{Environment, Source};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use ui::command_error::CommandError;
use ui::message::{Lang, Text, text};

/// All settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The database that keeps everything: `sqlite://FILE` or `postgres://…`.
    pub database_url: DatabaseUrl,
    /// The keys that encrypt the tokens in the database.
    pub token_keys: TokenKeySettings,
    /// Days before an unused token expires at which a warning is sent, the longest first.
    pub token_warning_days: Vec<u32>,
    /// The settings file, if there is one.
    pub file: Option<PathBuf>,
    /// What connects many processes; `None` for one process.
    pub redis: Option<Redis>,
    /// The password of the board; without one the board serves this computer only.
    pub board_password: Option<SecretString>,
    /// Amazon.
    pub amazon: Amazon,
    /// BASE.
    pub base: Base,
    /// Chatwork; `None` when no token is set: nothing is sent then.
    pub chatwork: Option<ChatworkRoom>,
    /// The URL of a webhook, which is a secret: everyone who knows it can post. `None` when not
    /// set.
    pub webhook: Option<SecretString>,
    /// The URL that gets a request after each run, for a watcher outside, which is a secret. `None` when
    /// not set.
    pub heartbeat: Option<SecretString>,
    /// The events that these channels are notified of; a run that changed only prices, from a change of
    /// `NOTIFY_MIN_CHANGE_YEN` on.
    pub notify_events: EventFilter,
    /// How runs judge and sell.
    pub rules: Rules,
    /// Schedule, concurrency and stop.
    pub work: Work,
    /// Where a long-running program serves its health page; `None` for no page.
    pub health_listen: Option<SocketAddr>,
    /// Language of messages and reports.
    pub lang: Lang,
    /// Filter of the log, as `RUST_LOG` gives it; `None` for the command's own default.
    pub log_filter: Option<String>,
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
        let settings = Self::read(&mut reader, file);
        let errors = reader.into_errors();
        if errors.is_empty() {
            Ok(settings)
        } else {
            Err(refuse(errors))
        }
    }

    fn read(reader: &mut Reader<'_>, file: Option<&Path>) -> Self {
        let database_url = DatabaseUrl::read(reader);
        let token_keys = TokenKeySettings::read(reader);
        let redis = Redis::read(reader, database_url.expose());
        let amazon = Amazon::read(reader, file);
        let base = Base::read(reader, amazon.item_offers_rate);
        Self {
            database_url,
            token_keys,
            token_warning_days: reader.read(&table::TOKEN_WARNING_DAYS),
            file: file.map(Path::to_owned),
            redis,
            board_password: reader.optional(&table::BOARD_PASSWORD),
            amazon,
            base,
            chatwork: ChatworkRoom::read(reader),
            webhook: reader.optional(&table::NOTIFY_WEBHOOK_URL),
            heartbeat: reader.optional(&table::HEARTBEAT_URL),
            notify_events: reader
                .read(&table::NOTIFY_EVENTS)
                .with_price_changes_from(reader.read(&table::NOTIFY_MIN_CHANGE_YEN)),
            rules: rules::read(reader),
            work: Work::read(reader),
            health_listen: reader.optional(&table::HEALTH_LISTEN),
            lang: reader.read(&table::MISEBAN_LANG),
            log_filter: reader.optional(&table::RUST_LOG),
        }
    }

    /// The shared queue, for a program that cannot work without it.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] when `REDIS_URL` is not set.
    pub fn shared_queue(&self) -> Result<&Redis, CommandError> {
        self.redis.as_ref().ok_or_else(|| {
            CommandError::Usage(text!(
                "REDIS_URL がありません。複数のプロセスで動かすには REDIS_URL と DATABASE_URL(postgres://)を設定してください。1台なら miseban serve で足ります",
                "REDIS_URL is not set: many processes need REDIS_URL and a DATABASE_URL of postgres://; on one computer miseban serve is enough"
            ))
        })
    }
}

/// Reads a variable of the environment; nothing else reads the environment.
///
/// Bytes that are not Unicode come through as U+FFFD, which no setting accepts.
pub fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// The variables that the demo reads: language and log filter, nothing else.
pub fn demo_environment(name: &str) -> Option<String> {
    let allowed = [table::MISEBAN_LANG.name, table::RUST_LOG.name];
    allowed.contains(&name).then(|| environment(name)).flatten()
}

/// The language of messages before the settings are read.
pub fn early_lang(flag: Option<Lang>, environment: Environment<'_>) -> Lang {
    let named = || environment(table::MISEBAN_LANG.name).and_then(|text| Lang::parse(&text));
    flag.or_else(named).unwrap_or_default()
}
