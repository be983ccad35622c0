//! The settings area by area. An area gives `None` only after its error was noted.

use super::reader::Reader;
use super::table as t;
use super::values::{self, Rate, is_host_of, whole};
use super::{Amazon, AmazonCredentials, Base, Chatwork, DatabaseUrl, Keys, Redis, Settings, Work};
use adapters::base::quota;
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use shared::domain::desired::SellingRule;
use shared::domain::freshness::Ttls;
use shared::domain::guard::MassChangeGuard;
use shared::domain::money::{Ratio, Yen};
use shared::domain::notice::EventFilter;
use shared::domain::offer::OfferRule;
use shared::domain::pricing::{Bounds, Strategy};
use shared::domain::retention::Retention;
use shared::domain::rules::Rules;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ui::message::{Lang, text};
use url::Url;

/// All areas; each is read, so that all errors are told at once.
pub fn settings(reader: &mut Reader<'_>) -> Option<Settings> {
    let database_url = reader.read(&t::DATABASE_URL, values::database_url);
    let token_keys = token_keys(reader);
    let token_warning_days = reader.read(&t::TOKEN_WARNING_DAYS, values::days);
    let redis = redis(reader, database_url.as_deref());
    let board_password = reader
        .optional(&t::BOARD_PASSWORD, values::password)
        .map(SecretString::from);
    let amazon = amazon(reader);
    let base = base(
        reader,
        amazon.as_ref().map(|amazon| amazon.item_offers_rate),
    );
    let chatwork = chatwork(reader);
    let webhook = reader
        .optional(&t::NOTIFY_WEBHOOK_URL, values::webhook_url)
        .map(SecretString::from);
    let notify_events = reader.read(&t::NOTIFY_EVENTS, EventFilter::parse);
    let rules = rules(reader);
    let work = work(reader);
    let health_listen = reader.optional(&t::HEALTH_LISTEN, |text| text.parse().ok());
    let lang = reader.read(&t::MISEBAN_LANG, Lang::parse);
    Some(Settings {
        database_url: DatabaseUrl(database_url?),
        token_keys,
        token_warning_days: token_warning_days?,
        file: None,
        redis,
        board_password,
        amazon: amazon?,
        base: base?,
        chatwork,
        webhook,
        notify_events: notify_events?,
        rules: rules?,
        work: work?,
        health_listen,
        lang: lang?,
        log_filter: reader.optional(&t::RUST_LOG, |text| Some(text.to_owned())),
    })
}

fn token_keys(reader: &mut Reader<'_>) -> Keys {
    let given = reader.optional(&t::TOKEN_KEY, values::key);
    let file = reader.optional(&t::TOKEN_KEY_FILE, |text| Some(PathBuf::from(text)));
    let old = reader.optional(&t::TOKEN_KEY_OLD, values::key);
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
            "TOKEN_KEY_OLD だけでは封じられません。新しい鍵を TOKEN_KEY か TOKEN_KEY_FILE に設定してください",
            "TOKEN_KEY_OLD alone seals nothing: set the new key in TOKEN_KEY or TOKEN_KEY_FILE"
        ));
    }
    Keys { newest, old, file }
}

fn key_in(path: &Path, reader: &mut Reader<'_>) -> Option<values::Key> {
    let shown = path.display();
    let why = match std::fs::read_to_string(path) {
        Ok(text) => match values::key(text.trim()) {
            Some(key) => return Some(key),
            None => text!("32バイトの鍵ではありません", "it holds no key of 32 bytes"),
        },
        Err(error) => text!("{error}", "{error}"),
    };
    let (ja, en) = (why.ja, why.en);
    reader.conflict(text!(
        "TOKEN_KEY_FILE の {shown} を使えません({ja})。openssl rand -base64 32 の結果だけを書いてください",
        "{shown} of TOKEN_KEY_FILE cannot be used ({en}): write what openssl rand -base64 32 gives, and nothing else"
    ));
    None
}

/// Processes share a queue only where they share a database that is made for it.
fn redis(reader: &mut Reader<'_>, database_url: Option<&str>) -> Option<Redis> {
    let url = reader.secret(&t::REDIS_URL);
    let prefix = reader.read(&t::REDIS_PREFIX, values::prefix);
    let url = url?;
    let known = values::is_redis_url(url.expose_secret());
    if !known || database_url.is_some_and(|url| !values::is_postgres_url(url)) {
        reader.reject(&t::REDIS_URL);
        return None;
    }
    Some(Redis {
        url,
        prefix: prefix?,
    })
}

fn amazon(reader: &mut Reader<'_>) -> Option<Amazon> {
    let base_url = reader.read(&t::SP_API_BASE_URL, values::base_url);
    let lwa_base_url = reader.read(&t::LWA_BASE_URL, values::base_url);
    let marketplace_id = reader.read(&t::SP_API_MARKETPLACE_ID, values::marketplace_id);
    let rate = reader.read(&t::SP_API_ITEM_OFFERS_RATE, Rate::parse);
    let real = base_url
        .as_ref()
        .is_some_and(|url| is_host_of(url, "amazon.com"));
    if rate == Some(Rate::Unlimited) && real {
        reader.reject(&t::SP_API_ITEM_OFFERS_RATE);
    }
    let catalog_rate = reader.read(&t::SP_API_CATALOG_ITEMS_RATE, Rate::parse);
    if catalog_rate == Some(Rate::Unlimited) && real {
        reader.reject(&t::SP_API_CATALOG_ITEMS_RATE);
    }
    let app_id = reader.optional(&t::LWA_APP_ID, values::word);
    let client_secret = reader.secret(&t::LWA_CLIENT_SECRET);
    let refresh_token = reader.secret(&t::REFRESH_TOKEN);
    let missing = [&t::REFRESH_TOKEN, &t::LWA_APP_ID, &t::LWA_CLIENT_SECRET]
        .into_iter()
        .filter(|setting| !reader.is_given(setting))
        .map(|setting| setting.name)
        .collect();
    let credentials = app_id.zip(client_secret).zip(refresh_token).map(
        |((app_id, client_secret), refresh_token)| AmazonCredentials {
            app_id,
            client_secret,
            refresh_token,
        },
    );
    Some(Amazon {
        base_url: values::address(&base_url?),
        lwa_base_url: values::address(&lwa_base_url?),
        marketplace_id: marketplace_id?,
        item_offers_rate: rate?,
        catalog_items_rate: catalog_rate?,
        credentials,
        missing,
    })
}

fn base(reader: &mut Reader<'_>, rate: Option<Rate>) -> Option<Base> {
    let base_url = reader.read(&t::BASE_API_BASE_URL, values::base_url);
    let real = base_url
        .as_ref()
        .is_some_and(|url: &Url| is_host_of(url, "thebase.in"));
    // A load test that lifts Amazon's limit means the simulated shop's as well; never the real one's.
    let lifted = rate == Some(Rate::Unlimited) && !real;
    let mut limit = |setting: &t::Setting, most: u32| {
        if lifted && !reader.is_given(setting) {
            return Some(None);
        }
        let limit = reader.read(setting, |text| values::quota(text, 1..=most));
        if limit == Some(None) && real {
            reader.reject(setting);
        }
        limit
    };
    let per_hour = limit(&t::BASE_HOUR_QUOTA, 1_000_000);
    let per_day = limit(&t::BASE_DAY_QUOTA, 10_000_000);
    let accounts_file = reader.read(&t::ACCOUNTS_FILE, |text| Some(PathBuf::from(text)));
    Some(Base {
        base_url: values::address(&base_url?),
        quota: quota(per_hour?, per_day?),
        accounts_file: accounts_file?,
    })
}

fn chatwork(reader: &mut Reader<'_>) -> Option<Chatwork> {
    let base_url = reader.read(&t::CHATWORK_BASE_URL, values::base_url);
    let token = reader.secret(&t::CHATWORK_TOKEN);
    let room_id = reader.optional(&t::CHATWORK_ROOM_ID, |text| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 20;
        digits.then(|| text.to_owned())
    });
    if reader.is_given(&t::CHATWORK_TOKEN) != reader.is_given(&t::CHATWORK_ROOM_ID) {
        reader.conflict(text!(
            "CHATWORK_TOKEN と CHATWORK_ROOM_ID は両方とも設定してください(送らないなら両方とも空に)",
            "set both CHATWORK_TOKEN and CHATWORK_ROOM_ID, or neither to send nothing"
        ));
    }
    Some(Chatwork {
        base_url: values::address(&base_url?),
        token: token?,
        room_id: room_id?,
    })
}

fn rules(reader: &mut Reader<'_>) -> Option<Rules> {
    let selling = selling(reader);
    let hours = reader.read(&t::OFFER_MAX_HANDLING_HOURS, |text| whole(text, 1..=2160));
    let ttl = |text: &str| whole(text, 1..=8760).map(i64::from);
    let price = reader.read(&t::TTL_PRICE_HOURS, ttl);
    let stock = reader.read(&t::TTL_STOCK_HOURS, ttl);
    let basic_info = reader.read(&t::TTL_BASIC_INFO_DAYS, |text| whole(text, 1..=3650));
    let percent = reader.read(&t::GUARD_PERCENT, |text| whole(text, 0..=100));
    let count = reader.read(&t::GUARD_COUNT, |text| whole(text, 0..=10_000_000));
    let days = |text: &str| whole(text, 1..=3650).map(|days| TimeDelta::days(days.into()));
    let observations = reader.read(&t::KEEP_OBSERVATIONS_DAYS, days);
    let runs = reader.read(&t::KEEP_RUNS_DAYS, days);
    Some(Rules {
        offers: OfferRule {
            max_handling_hours: hours?.into(),
            ..OfferRule::default()
        },
        selling: selling?,
        ttls: Ttls {
            price: TimeDelta::hours(price?),
            stock: TimeDelta::hours(stock?),
            basic_info: TimeDelta::days(basic_info?.into()),
        },
        guard: MassChangeGuard {
            percent: percent?,
            count: count?,
        },
        retention: Retention {
            observations: observations?,
            runs: runs?,
        },
    })
}

fn selling(reader: &mut Reader<'_>) -> Option<SellingRule> {
    let strategy = strategy(reader);
    let yen = |text: &str| whole(text, 50..=99_999_999).map(Yen);
    let min = reader.read(&t::PRICE_MIN, yen);
    let max = reader.read(&t::PRICE_MAX, yen);
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        reader.conflict(text!(
            "PRICE_MIN({min}円)が PRICE_MAX({max}円)より大きくなっています",
            "PRICE_MIN ({min} yen) is above PRICE_MAX ({max} yen)"
        ));
    }
    let change_yen = reader.read(&t::UPDATE_MIN_CHANGE_YEN, |text| whole(text, 1..=1_000_000));
    let change_percent = reader.read(&t::UPDATE_MIN_CHANGE_PERCENT, |text| whole(text, 1..=100));
    let times = reader.read(&t::FILTERED_OUT_HIDES_AFTER, |text| whole(text, 1..=100));
    let restock = reader.read(&t::RESTOCK_AFTER_HOURS, |text| {
        values::unless_never(text, |text| whole(text, 0..=8760))
    });
    Some(SellingRule {
        strategy: strategy?,
        bounds: Bounds {
            min: min?,
            max: max?,
        },
        min_change: Yen(change_yen?),
        min_change_percent: change_percent?,
        filtered_out_after: times?,
        restock_after: restock?.map(|hours| TimeDelta::hours(hours.into())),
    })
}

fn strategy(reader: &mut Reader<'_>) -> Option<Strategy> {
    if reader.is_given(&t::PRICE_RATIO) && reader.is_given(&t::PRICE_TIERS) {
        reader.conflict(text!(
            "PRICE_RATIO と PRICE_TIERS は一緒に使えません。どちらか1つにしてください",
            "PRICE_RATIO and PRICE_TIERS exclude each other: keep one"
        ));
    }
    if reader.is_given(&t::PRICE_TIERS) {
        return reader
            .read(&t::PRICE_TIERS, values::tiers)
            .map(Strategy::Tiers);
    }
    reader
        .read(&t::PRICE_RATIO, |text| Ratio::parse(text).ok())
        .map(Strategy::Flat)
}

fn work(reader: &mut Reader<'_>) -> Option<Work> {
    let run_every_hours = reader.read(&t::RUN_EVERY_HOURS, |text| whole(text, 1..=168));
    let reconcile_at = reader.read(&t::RECONCILE_AT, |text| {
        values::unless_never(text, values::time_of_day)
    });
    let basic_info_every_days = reader.read(&t::BASIC_INFO_EVERY_DAYS, |text| whole(text, 0..=365));
    let sync = reader.read(&t::SYNC_CONCURRENCY, |text| whole(text, 1..=64));
    let update = reader.read(&t::UPDATE_CONCURRENCY, |text| whole(text, 1..=256));
    let stop = reader.read(&t::STOP_WITHIN_SECONDS, |text| whole(text, 1..=3600));
    Some(Work {
        run_every_hours: run_every_hours?,
        reconcile_at: reconcile_at?,
        basic_info_every_days: basic_info_every_days?,
        info_concurrency: 1,
        sync_concurrency: sync?,
        update_concurrency: update?,
        stop_within: Duration::from_secs(stop?.into()),
    })
}
