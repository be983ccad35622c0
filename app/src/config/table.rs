//! The table of settings: name, default, and what is accepted, in both languages.
//!
//! This is the only list of names: the settings file, the messages and `.env.example` (by a test)
//! follow it. Meaning and unit of each value stand at the fields in `config.rs`.

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the environment and, in upper or lower case, in the settings file.
    pub name: &'static str,
    /// What holds when nobody sets it; empty for "none".
    pub default: &'static str,
    /// Its value is never shown.
    pub secret: bool,
    /// What is accepted, in Japanese and English.
    pub accepts: (&'static str, &'static str),
}

macro_rules! settings {
    ($($name:ident = $default:literal $($secret:ident)?: $ja:literal, $en:literal;)+) => {
        $(
            pub const $name: Setting = Setting {
                name: stringify!($name),
                default: $default,
                secret: settings!(@ $($secret)?),
                accepts: ($ja, $en),
            };
        )+
        /// All of them, in the order of `.env.example`.
        pub const ALL: &[&Setting] = &[$(&$name),+];
    };
    (@ secret) => { true };
    (@) => { false };
}

settings! {
    REFRESH_TOKEN = "" secret: "SP-APIのリフレッシュトークン(空白や改行を含まない文字列)", "the refresh token of SP-API, without spaces or line breaks";
    LWA_APP_ID = "": "LWAのクライアントID(空白や改行を含まない文字列)", "the LWA client id, without spaces or line breaks";
    LWA_CLIENT_SECRET = "" secret: "LWAのクライアントシークレット(空白や改行を含まない文字列)", "the LWA client secret, without spaces or line breaks";
    ACCOUNTS_FILE = "accounts.toml": "ショップ一覧ファイルのパス", "the path of the accounts file";
    CHATWORK_TOKEN = "" secret: "ChatworkのAPIトークン(空白や改行を含まない文字列)", "an API token of Chatwork, without spaces or line breaks";
    CHATWORK_ROOM_ID = "": "ChatworkのルームID(数字だけ)", "the number of a Chatwork room, digits only";
    NOTIFY_WEBHOOK_URL = "" secret: "https:// で始まるWebhookのURL (httpは自分のPC内だけ)", "the https:// address of a webhook (http only for this computer itself)";
    NOTIFY_EVENTS = "all": "all か、run-changed run-failed run-held backfill-failed quota-alarm account-parked reauthorise proxy-failed token-ending をコンマで区切って", "all, or some of run-changed run-failed run-held backfill-failed quota-alarm account-parked reauthorise proxy-failed token-ending, with commas";
    DATABASE_URL = "sqlite://miseban.db": "sqlite://ファイル名 (例 sqlite://miseban.db)。REDIS_URL があるときは postgres://", "sqlite://FILE, such as sqlite://miseban.db; postgres:// with REDIS_URL";
    TOKEN_KEY = "" secret: "32バイトの鍵をbase64か16進で (openssl rand -base64 32 で作れます)", "32 bytes in base64 or hex, such as openssl rand -base64 32 gives";
    TOKEN_KEY_FILE = "": "その鍵だけを書いたファイルのパス", "the path of a file that holds such a key and nothing else";
    TOKEN_KEY_OLD = "" secret: "鍵を替えるときの、元の鍵(base64か16進)", "the key of before, in base64 or hex, while you change keys";
    TOKEN_WARNING_DAYS = "7,2": "1~29 の日数をコンマで区切って(例 7,2)", "days from 1 to 29, with commas, such as 7,2";
    REDIS_URL = "" secret: "空(1つのプロセス)か redis:// または rediss://。DATABASE_URL に postgres:// が必要です", "nothing (one process), or redis:// or rediss://; it needs a DATABASE_URL of postgres://";
    REDIS_PREFIX = "miseban": "英数字と _ - . で1~32文字", "1 to 32 letters, digits, _ - .";
    BOARD_PASSWORD = "" secret: "空白を含まない英数字と記号で12文字以上", "at least 12 letters, digits or signs, without spaces";
    SP_API_BASE_URL = "https://sellingpartnerapi-fe.amazon.com": "https://ホスト名 (httpは自分のPC内か http://simulator だけ)", "https://HOST (http only for this computer itself, or http://simulator)";
    LWA_BASE_URL = "https://api.amazon.com": "https://ホスト名 (httpは自分のPC内か http://simulator だけ)", "https://HOST (http only for this computer itself, or http://simulator)";
    BASE_API_BASE_URL = "https://api.thebase.in": "https://ホスト名 (httpは自分のPC内か http://simulator だけ)", "https://HOST (http only for this computer itself, or http://simulator)";
    CHATWORK_BASE_URL = "https://api.chatwork.com": "https://ホスト名 (httpは自分のPC内か http://simulator だけ)", "https://HOST (http only for this computer itself, or http://simulator)";
    SP_API_MARKETPLACE_ID = "A1VC38T7YXB528": "マーケットプレイスID(英大文字と数字。Amazon.co.jpは A1VC38T7YXB528)", "a marketplace id of capital letters and digits; A1VC38T7YXB528 is Amazon.co.jp";
    SP_API_ITEM_OFFERS_RATE = "0.1": "0.0001~100 の数(1秒あたりの回数)。unlimited は amazon.com 以外に対してだけ", "a number from 0.0001 to 100, requests a second; `unlimited` only for a host that is not amazon.com";
    SP_API_CATALOG_ITEMS_RATE = "2": "0.0001~100 の数(1秒あたりの回数)。unlimited は amazon.com 以外に対してだけ", "a number from 0.0001 to 100, requests a second; `unlimited` only for a host that is not amazon.com";
    BASE_HOUR_QUOTA = "5000": "1~1000000 の整数(1時間あたりの回数)。unlimited は thebase.in 以外に対してだけ", "a whole number from 1 to 1000000, requests an hour; `unlimited` only for a host that is not thebase.in";
    BASE_DAY_QUOTA = "100000": "1~10000000 の整数(1日あたりの回数)。unlimited は thebase.in 以外に対してだけ", "a whole number from 1 to 10000000, requests a day; `unlimited` only for a host that is not thebase.in";
    PRICE_RATIO = "1.3": "1より大きく10以下の数(小数は3桁まで、例 1.3)", "a number above 1 and up to 10 with at most three decimals, such as 1.3";
    PRICE_TIERS = "": "「金額:倍率」を安い順に並べ、最後を above にする(例 1000:1.4,5000:1.3,10000:1.25,above:1.2)", "LIMIT:RATIO in rising order, ending with `above`, such as 1000:1.4,5000:1.3,10000:1.25,above:1.2";
    PRICE_MIN = "500": "50~99999999 の整数(円)", "a whole number of yen from 50 to 99999999";
    PRICE_MAX = "100000": "50~99999999 の整数(円)", "a whole number of yen from 50 to 99999999";
    UPDATE_MIN_CHANGE_YEN = "100": "1~1000000 の整数(円)", "a whole number of yen from 1 to 1000000";
    UPDATE_MIN_CHANGE_PERCENT = "3": "1~100 の整数(%)", "a whole number of percent from 1 to 100";
    OFFER_MAX_HANDLING_HOURS = "72": "1~2160 の整数(時間)", "a whole number of hours from 1 to 2160";
    FILTERED_OUT_HIDES_AFTER = "2": "1~100 の整数(回)", "a whole number of times from 1 to 100";
    RESTOCK_AFTER_HOURS = "24": "0~8760 の整数(時間)。自動で在庫を戻さないなら never", "a whole number of hours from 0 to 8760, or never";
    TTL_PRICE_HOURS = "24": "1~8760 の整数(時間)", "a whole number of hours from 1 to 8760";
    TTL_STOCK_HOURS = "1": "1~8760 の整数(時間)", "a whole number of hours from 1 to 8760";
    TTL_BASIC_INFO_DAYS = "7": "1~3650 の整数(日)", "a whole number of days from 1 to 3650";
    GUARD_PERCENT = "10": "0~100 の整数(%)", "a whole number of percent from 0 to 100";
    GUARD_COUNT = "50": "0~10000000 の整数(件)", "a whole number from 0 to 10000000";
    KEEP_OBSERVATIONS_DAYS = "30": "1~3650 の整数(日)", "a whole number of days from 1 to 3650";
    KEEP_RUNS_DAYS = "30": "1~3650 の整数(日)", "a whole number of days from 1 to 3650";
    RUN_EVERY_HOURS = "3": "1~168 の整数(時間)", "a whole number of hours from 1 to 168";
    RECONCILE_AT = "04:00": "日本時間の HH:MM (例 04:00)。毎晩行わないなら never", "HH:MM of Japan's time, such as 04:00, or never";
    BASIC_INFO_EVERY_DAYS = "7": "0~365 の整数(日)。0 は定期的に行わない", "a whole number of days from 0 to 365; 0 for never";
    SYNC_CONCURRENCY = "8": "1~64 の整数", "a whole number from 1 to 64";
    UPDATE_CONCURRENCY = "16": "1~256 の整数", "a whole number from 1 to 256";
    STOP_WITHIN_SECONDS = "30": "1~3600 の整数(秒)", "a whole number of seconds from 1 to 3600";
    HEALTH_LISTEN = "": "空(なし)か IPアドレス:ポート (例 127.0.0.1:8081、IPv6は [::1]:8081)。ポート 0 は空いている番号", "nothing (no page), or IP:PORT such as 127.0.0.1:8081 or [::1]:8081; port 0 takes a free one";
    MISEBAN_LANG = "ja": "ja または en", "ja or en";
    RUST_LOG = "": "ログの詳しさ(例 info、debug、worker=debug,info)", "a log filter, such as info, debug or worker=debug,info";
}
