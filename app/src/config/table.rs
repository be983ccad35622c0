//! The table of settings: name, type, default, parser, and the accepted values in both languages.
//!
//! This is the only list of names: the settings file, the messages and, by a test, `.env.example`
//! follow it. Meaning and unit of each value are at the fields in the files beside this one.

use super::times;
use super::values::{self, Key, Rate, days, hours, quota, seconds, unless_never, whole, yen};
use chrono::{NaiveTime, TimeDelta};
use secrecy::SecretString;
use shared::domain::event_filter::EventFilter;
use shared::domain::money::{Ratio, Yen};
use shared::domain::offer::UnknownShipping;
use shared::domain::pricing::Tiers;
use shared::domain::schedule::RunHours;
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::PathBuf;
use std::time::Duration;
use ui::message::Lang;
use url::Url;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the environment and, in upper or lower case, in the settings file.
    pub name: &'static str,
    /// The value of a setting that is not set; empty for "none".
    pub default: &'static str,
    /// Whether messages leave out its value.
    pub secret: bool,
    /// The accepted values, in Japanese and English.
    pub accepts: (&'static str, &'static str),
}

/// One setting and the parser of its value.
#[derive(Debug)]
pub struct TypedSetting<T> {
    /// The setting.
    pub setting: Setting,
    /// Reads a value; `None` for a text that is not accepted.
    pub parse: fn(&str) -> Option<T>,
}

impl<T> TypedSetting<T> {
    /// The value of a setting that is not set.
    pub(super) fn default_value(&self) -> T {
        (self.parse)(self.setting.default).expect("a test reads all defaults")
    }
}

impl<T> Deref for TypedSetting<T> {
    type Target = Setting;

    fn deref(&self) -> &Setting {
        &self.setting
    }
}

/// The variables that `docker-compose.yml` takes from the same file, besides settings; docs/containers.md
/// explains them.
pub const COMPOSE: &[&str] = &[
    "ACCOUNTS_PATH",
    "BOARD_PORT",
    "DEMO",
    "MISEBAN_IMAGE",
    "MISEBAN_USER",
    "POSTGRES_MAX_CONNECTIONS",
    "POSTGRES_PASSWORD",
    "SETTINGS_FILE",
    "WORKERS",
];

macro_rules! settings {
    ($(
        $name:ident: $type:ty = $default:literal $($secret:ident)?, $parse:expr, $ja:literal, $en:literal;
    )+) => {
        $(
            pub const $name: TypedSetting<$type> = TypedSetting {
                setting: Setting {
                    name: stringify!($name),
                    default: $default,
                    secret: settings!(@ $($secret)?),
                    accepts: ($ja, $en),
                },
                parse: $parse,
            };
        )+
        /// All of them, in the order of `.env.example`.
        pub const ALL: &[&Setting] = &[$(&$name.setting),+];
    };
    (@ secret) => { true };
    (@) => { false };
}

settings! {
    REFRESH_TOKEN: SecretString = "" secret, values::secret,
        "SP-APIのリフレッシュトークン(空白や改行を含まない文字列)",
        "the refresh token of SP-API, without spaces or line breaks";
    LWA_APP_ID: String = "", values::word,
        "LWAのクライアントID(空白や改行を含まない文字列)",
        "the LWA client id, without spaces or line breaks";
    LWA_CLIENT_SECRET: SecretString = "" secret, values::secret,
        "LWAのクライアントシークレット(空白や改行を含まない文字列)",
        "the LWA client secret, without spaces or line breaks";
    ACCOUNTS_FILE: PathBuf = "accounts.toml", values::path,
        "ショップ一覧ファイルのパス",
        "the path of the accounts file";
    CHATWORK_TOKEN: SecretString = "" secret, values::secret,
        "ChatworkのAPIトークン(空白や改行を含まない文字列)",
        "an API token of Chatwork, without spaces or line breaks";
    CHATWORK_ROOM_ID: String = "", values::room_id,
        "ChatworkのルームID(数字だけ)",
        "the number of a Chatwork room, digits only";
    NOTIFY_WEBHOOK_URL: SecretString = "" secret, values::webhook_url,
        "https:// で始まるWebhookのURL (httpは自分のPC内だけ)",
        "the https:// address of a webhook (http only for this computer itself)";
    HEARTBEAT_URL: SecretString = "" secret, values::webhook_url,
        "https:// で始まるURL (httpは自分のPC内だけ)",
        "an https:// address (http only for this computer itself)";
    NOTIFY_EVENTS: EventFilter = "all", EventFilter::parse,
        "all か、run-changed run-failed run-held backfill-failed quota-alarm account-parked reauthorise shop-refused proxy-failed silent token-ending をコンマで区切って",
        "all, or a comma-separated list of run-changed run-failed run-held backfill-failed quota-alarm account-parked reauthorise shop-refused proxy-failed silent token-ending";
    NOTIFY_MIN_CHANGE_YEN: Yen = "100", |text| yen(text, 1..=1_000_000),
        "1~1000000 の整数(円)",
        "a whole number of yen from 1 to 1000000";
    DATABASE_URL: String = "sqlite://miseban.db", values::database_url,
        "sqlite://ファイル名 (例 sqlite://miseban.db)。REDIS_URL があるときは postgres://",
        "sqlite://FILE, such as sqlite://miseban.db; postgres:// with REDIS_URL";
    TOKEN_KEY: Key = "" secret, values::key,
        "32バイトの鍵をbase64か16進で (openssl rand -base64 32 で作れます)",
        "32 bytes in base64 or hex, such as openssl rand -base64 32 gives";
    TOKEN_KEY_FILE: PathBuf = "", values::path,
        "その鍵だけを書いたファイルのパス",
        "the path of a file that contains only such a key";
    TOKEN_KEY_OLD: Key = "" secret, values::key,
        "鍵を替えるときの、元の鍵(base64か16進)",
        "the previous key, in base64 or hex, while you change keys";
    TOKEN_WARNING_DAYS: Vec<u32> = "7,2", values::day_list,
        "1~29 の日数をコンマで区切って(例 7,2)",
        "comma-separated days from 1 to 29, such as 7,2";
    REDIS_URL: SecretString = "" secret, values::redis_url,
        "空(1つのプロセス)か redis://、rediss://(TLS)、unix://、redis+sentinel://(Redis Cluster には対応していません)。DATABASE_URL に postgres:// が必要です",
        "nothing (one process), or redis://, rediss:// (TLS), unix:// or redis+sentinel:// (a Redis Cluster is not supported); then DATABASE_URL must be postgres://";
    REDIS_CA_FILE: PathBuf = "", values::path,
        "RedisのCA証明書(PEM)のパス。REDIS_URL が rediss:// のとき",
        "the path of the CA certificate of Redis in PEM form, for a REDIS_URL of rediss://";
    REDIS_PREFIX: String = "miseban", values::prefix,
        "英数字と _ - . で1~32文字",
        "1 to 32 letters, digits, _ - .";
    BOARD_PASSWORD: SecretString = "" secret, values::password,
        "空白を含まない英数字と記号で12文字以上",
        "at least 12 letters, digits or symbols, without spaces";
    SP_API_BASE_URL: Url = "https://sellingpartnerapi-fe.amazon.com", values::base_url,
        "https://ホスト名 (httpは自分のPC内か http://simulator だけ)",
        "https://HOST (http only for this computer itself, or http://simulator)";
    LWA_BASE_URL: Url = "https://api.amazon.com", values::base_url,
        "https://ホスト名 (httpは自分のPC内か http://simulator だけ)",
        "https://HOST (http only for this computer itself, or http://simulator)";
    BASE_API_BASE_URL: Url = "https://api.thebase.in", values::base_url,
        "https://ホスト名 (httpは自分のPC内か http://simulator だけ)",
        "https://HOST (http only for this computer itself, or http://simulator)";
    CHATWORK_BASE_URL: Url = "https://api.chatwork.com", values::base_url,
        "https://ホスト名 (httpは自分のPC内か http://simulator だけ)",
        "https://HOST (http only for this computer itself, or http://simulator)";
    SP_API_MARKETPLACE_ID: String = "A1VC38T7YXB528", values::marketplace_id,
        "マーケットプレイスID(英大文字と数字。Amazon.co.jpは A1VC38T7YXB528)",
        "a marketplace id of capital letters and digits; A1VC38T7YXB528 is Amazon.co.jp";
    SP_API_ITEM_OFFERS_RATE: Rate = "0.1", Rate::parse,
        "0.0001~100 の数(1秒あたりの回数)。unlimited は amazon.com 以外に対してだけ",
        "a number from 0.0001 to 100, requests a second; `unlimited` only for a host that is not amazon.com";
    SP_API_CATALOG_ITEMS_RATE: Rate = "2", Rate::parse,
        "0.0001~100 の数(1秒あたりの回数)。unlimited は amazon.com 以外に対してだけ",
        "a number from 0.0001 to 100, requests a second; `unlimited` only for a host that is not amazon.com";
    BASE_HOUR_QUOTA: Option<u32> = "5000", |text| quota(text, 1..=1_000_000),
        "1~1000000 の整数(1時間あたりの回数)。unlimited は thebase.in 以外に対してだけ",
        "a whole number from 1 to 1000000, requests an hour; `unlimited` only for a host that is not thebase.in";
    BASE_DAY_QUOTA: Option<u32> = "100000", |text| quota(text, 1..=10_000_000),
        "1~10000000 の整数(1日あたりの回数)。unlimited は thebase.in 以外に対してだけ",
        "a whole number from 1 to 10000000, requests a day; `unlimited` only for a host that is not thebase.in";
    PRICE_RATIO: Ratio = "1.3", |text| Ratio::parse(text).ok(),
        "1より大きく10以下の数(小数は3桁まで、例 1.3)",
        "a number above 1 and up to 10 with at most three decimals, such as 1.3";
    PRICE_TIERS: Tiers = "", values::tiers,
        "「金額:倍率」を安い順に並べ、最後を above にする(例 1000:1.4,5000:1.3,10000:1.25,above:1.2)",
        "LIMIT:RATIO in rising order, ending with `above`, such as 1000:1.4,5000:1.3,10000:1.25,above:1.2";
    PRICE_MIN: Yen = "500", |text| yen(text, 50..=99_999_999),
        "50~99999999 の整数(円)",
        "a whole number of yen from 50 to 99999999";
    PRICE_MAX: Yen = "100000", |text| yen(text, 50..=99_999_999),
        "50~99999999 の整数(円)",
        "a whole number of yen from 50 to 99999999";
    UPDATE_MIN_CHANGE_YEN: Yen = "100", |text| yen(text, 1..=1_000_000),
        "1~1000000 の整数(円)",
        "a whole number of yen from 1 to 1000000";
    UPDATE_MIN_CHANGE_PERCENT: u32 = "3", |text| whole(text, 1..=100),
        "1~100 の整数(%)",
        "a whole number of percent from 1 to 100";
    OFFER_MAX_HANDLING_HOURS: u32 = "72", |text| whole(text, 1..=2160),
        "1~2160 の整数(時間)",
        "a whole number of hours from 1 to 2160";
    OFFER_UNKNOWN_SHIPPING: UnknownShipping = "fba-or-prime", values::unknown_shipping,
        "fba-or-prime(FBAかプライムなら無料とみなす)か free(いつも無料とみなす)",
        "fba-or-prime (free with FBA or Prime only) or free (always free)";
    OFFER_SHIPS_FROM: Vec<String> = "any", values::countries,
        "any(どの国でも)か、2文字の国コードをコンマで区切って(例 JP)",
        "any, or comma-separated country codes of two letters, such as JP";
    CONFIRM_FALL_PERCENT: u32 = "50", |text| whole(text, 1..=100),
        "1~100 の整数(%)。100 は確かめない",
        "a whole number of percent from 1 to 100; 100 for never";
    FILTERED_OUT_HIDES_AFTER: u32 = "2", |text| whole(text, 1..=100),
        "1~100 の整数(回)",
        "a whole number of times from 1 to 100";
    RESTOCK_AFTER_HOURS: Option<TimeDelta> = "24", |text| unless_never(text, |text| hours(text, 0..=8760)),
        "0~8760 の整数(時間)。自動で在庫を戻さないなら never",
        "a whole number of hours from 0 to 8760, or never";
    TTL_PRICE_HOURS: TimeDelta = "24", |text| hours(text, 1..=8760),
        "1~8760 の整数(時間)",
        "a whole number of hours from 1 to 8760";
    TTL_STOCK_HOURS: TimeDelta = "1", |text| hours(text, 1..=8760),
        "1~8760 の整数(時間)",
        "a whole number of hours from 1 to 8760";
    TTL_BASIC_INFO_DAYS: TimeDelta = "7", |text| days(text, 1..=3650),
        "1~3650 の整数(日)",
        "a whole number of days from 1 to 3650";
    GUARD_PERCENT: u32 = "10", |text| whole(text, 0..=100),
        "0~100 の整数(%)",
        "a whole number of percent from 0 to 100";
    GUARD_COUNT: u32 = "50", |text| whole(text, 0..=10_000_000),
        "0~10000000 の整数(件)",
        "a whole number from 0 to 10000000";
    KEEP_OBSERVATIONS_DAYS: TimeDelta = "30", |text| days(text, 1..=3650),
        "1~3650 の整数(日)",
        "a whole number of days from 1 to 3650";
    KEEP_RUNS_DAYS: TimeDelta = "30", |text| days(text, 1..=3650),
        "1~3650 の整数(日)",
        "a whole number of days from 1 to 3650";
    RUN_EVERY_HOURS: u32 = "3", |text| whole(text, 1..=168),
        "1~168 の整数(時間)",
        "a whole number of hours from 1 to 168";
    RUN_AT: Vec<NaiveTime> = "", times::times_of_day,
        "日本時間の HH:MM をコンマで区切って(例 06:00,12:00,18:00)。空なら RUN_EVERY_HOURS ごと",
        "comma-separated HH:MM in Japan time, such as 06:00,12:00,18:00; nothing for every RUN_EVERY_HOURS";
    RUN_HOURS: RunHours = "0-24", times::run_hours,
        "日本時間の「始まり-終わり」を0~24の整数で(例 6-23、夜中をまたぐなら 22-5)",
        "FROM-TO, whole hours of Japan time from 0 to 24, such as 6-23, or 22-5 over midnight";
    RECONCILE_AT: Option<NaiveTime> = "04:00", |text| unless_never(text, times::time_of_day),
        "日本時間の HH:MM (例 04:00)。毎晩行わないなら never",
        "HH:MM in Japan time, such as 04:00, or never";
    BASIC_INFO_EVERY_DAYS: u32 = "7", |text| whole(text, 0..=365),
        "0~365 の整数(日)。0 は定期的に行わない",
        "a whole number of days from 0 to 365; 0 for never";
    SYNC_CONCURRENCY: u32 = "8", |text| whole(text, 1..=64),
        "1~64 の整数",
        "a whole number from 1 to 64";
    UPDATE_CONCURRENCY: u32 = "16", |text| whole(text, 1..=256),
        "1~256 の整数",
        "a whole number from 1 to 256";
    STOP_WITHIN_SECONDS: Duration = "30", |text| seconds(text, 1..=3600),
        "1~3600 の整数(秒)",
        "a whole number of seconds from 1 to 3600";
    HEALTH_LISTEN: SocketAddr = "", |text| text.parse().ok(),
        "空(なし)か IPアドレス:ポート (例 127.0.0.1:8081、IPv6は [::1]:8081)。ポート 0 は空いている番号",
        "nothing (no page), or IP:PORT such as 127.0.0.1:8081 or [::1]:8081; port 0 takes a free port";
    MISEBAN_LANG: Lang = "ja", Lang::parse,
        "ja または en",
        "ja or en";
    RUST_LOG: String = "", |text| Some(text.to_owned()),
        "ログの詳しさ(例 info、debug、worker=debug,info)",
        "a log filter, such as info, debug or worker=debug,info";
}
