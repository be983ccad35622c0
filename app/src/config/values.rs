//! How each kind of value is read; `None` for what is not accepted.

use adapters::store::DatabaseLocation;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::NaiveTime;
use secrecy::SecretBox;
use shared::domain::money::{Ratio, Yen};
use shared::domain::pricing::Tiers;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// 32 bytes that nobody sees.
pub type Key = Arc<SecretBox<[u8; 32]>>;

/// How often a lane may be used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// So many requests a second.
    PerSecond(f64),
    /// For load tests against a simulator; refused for Amazon's own hosts.
    Unlimited,
}

impl Rate {
    /// Reads a number from 0.0001 to 100, or `unlimited`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == UNLIMITED {
            return Some(Self::Unlimited);
        }
        let number: f64 = text.parse().ok()?;
        (0.0001..=100.0)
            .contains(&number)
            .then_some(Self::PerSecond(number))
    }

    /// Time from one request to the next; `None` without a limit.
    pub fn period(self) -> Option<Duration> {
        match self {
            Self::PerSecond(rate) => Some(Duration::from_secs_f64(1.0 / rate)),
            Self::Unlimited => None,
        }
    }
}

const UNLIMITED: &str = "unlimited";
const NEVER: &str = "never";

/// Reads a count of requests, or `unlimited` as `None`.
pub fn quota(text: &str, range: RangeInclusive<u32>) -> Option<Option<u32>> {
    if text == UNLIMITED {
        return Some(None);
    }
    whole(text, range).map(Some)
}

/// Reads a whole number within `range`: digits only.
pub fn whole(text: &str, range: RangeInclusive<u32>) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten()?;
    range.contains(&number).then_some(number)
}

/// Reads `never` as `None`, and anything else by `read`.
pub fn unless_never<T>(text: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if text == NEVER {
        return Some(None);
    }
    read(text).map(Some)
}

/// Reads `04:00`: two digits each.
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str, most| {
        let number = whole(digits, 0..=most)?;
        (digits.len() == 2).then_some(number)
    };
    NaiveTime::from_hms_opt(two(hour, 23)?, two(minute, 59)?, 0)
}

/// Reads something that goes into a header or a path as it is: printable ASCII without spaces.
pub fn word(text: &str) -> Option<String> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| text.to_owned())
}

/// Reads a password that may be asked for over the net: a word that nobody guesses soon.
pub fn password(text: &str) -> Option<String> {
    word(text).filter(|word| word.len() >= 12)
}

/// Reads 32 bytes in hexadecimal or base64.
pub fn key(text: &str) -> Option<Key> {
    let bytes = if text.len() == 64 {
        let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        let plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let digits = (0..64).step_by(2).map(digit);
        plain
            .then(|| digits.collect::<Option<Vec<u8>>>())
            .flatten()?
    } else {
        STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()?
    };
    let bytes = <[u8; 32]>::try_from(bytes).ok()?;
    Some(Arc::new(SecretBox::new(Box::new(bytes))))
}

/// Reads days, the longest first.
pub fn days(text: &str) -> Option<Vec<u32>> {
    let each = text.split(',').map(|day| whole(day.trim(), 1..=29));
    let mut days = each.collect::<Option<Vec<u32>>>()?;
    days.sort_unstable_by(|one, other| other.cmp(one));
    days.dedup();
    Some(days)
}

/// Reads a base URL.
///
/// Plain http would send tokens readable over the net, so it is for this computer only, and for the
/// container of the simulator, which has no other name and gets no real token. User names and
/// passwords have no place in it, since URLs are logged.
pub fn base_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let safe = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url) || is_simulator(&url),
        _ => false,
    };
    (bare && safe).then_some(url)
}

/// Reads the address of a webhook, which is whole: nothing is put behind it.
pub fn webhook_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let bare = url.username().is_empty() && url.password().is_none();
    let safe = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url),
        _ => false,
    };
    (bare && safe).then(|| url.into())
}

/// `url` as the clients put paths behind it: without a slash at the end.
pub fn address(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn is_simulator(url: &Url) -> bool {
    url.host() == Some(Host::Domain("simulator"))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether `url` names a host of `domain`, or the domain itself.
pub fn is_host_of(url: &Url, domain: &str) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    host == domain
        || host
            .strip_suffix(domain)
            .is_some_and(|rest| rest.ends_with('.'))
}

/// Reads `1000:1.4,5000:1.3,above:1.2`.
pub fn tiers(text: &str) -> Option<Tiers> {
    let mut parts: Vec<(&str, &str)> = text
        .split(',')
        .map(|part| part.trim().split_once(':'))
        .collect::<Option<_>>()?;
    let (last, above) = parts.pop()?;
    if last.trim() != "above" {
        return None;
    }
    let spans = parts
        .into_iter()
        .map(|(limit, ratio)| {
            let limit = whole(limit.trim(), 1..=99_999_999)?;
            Some((Yen(limit), Ratio::parse(ratio).ok()?))
        })
        .collect::<Option<Vec<_>>>()?;
    Tiers::new(spans, Ratio::parse(above).ok()?)
}

/// Reads a prefix of keys: 1 to 32 letters, digits, `_`, `-`, `.`.
pub fn prefix(text: &str) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    ((1..=32).contains(&text.len()) && text.bytes().all(allowed)).then(|| text.to_owned())
}

/// Whether `text` names a Redis.
pub fn is_redis_url(text: &str) -> bool {
    ["redis://", "rediss://", "unix://"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
}

/// Whether `text` names a `PostgreSQL` database.
pub fn is_postgres_url(text: &str) -> bool {
    ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
}

/// Reads `sqlite://FILE`, also `sqlite:FILE`, or `postgres://…`.
pub fn database_url(text: &str) -> Option<String> {
    let usable = match DatabaseLocation::of(text).ok()? {
        DatabaseLocation::Server => is_postgres_url(text),
        DatabaseLocation::Memory | DatabaseLocation::File(_) => true,
    };
    usable.then(|| text.to_owned())
}

/// Reads a marketplace id: 5 to 20 capital letters and digits.
pub fn marketplace_id(text: &str) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    ((5..=20).contains(&text.len()) && text.bytes().all(allowed)).then(|| text.to_owned())
}
