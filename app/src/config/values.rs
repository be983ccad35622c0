//! How each kind of value is read; `None` for what is not accepted.

use adapters::store::DatabaseLocation;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::TimeDelta;
use secrecy::{SecretBox, SecretString};
use shared::domain::money::{Ratio, Yen};
use shared::domain::offer::UnknownShipping;
use shared::domain::pricing::Tiers;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// A key of 32 bytes, which no debug print shows.
pub type Key = Arc<SecretBox<[u8; 32]>>;

/// How many requests Amazon accepts on one lane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// Requests a second, as a person has set them: a limit.
    PerSecond(f64),
    /// Requests a second that the vendor publishes, where no person has set any.
    Published(f64),
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
            Self::PerSecond(rate) | Self::Published(rate) => {
                Some(Duration::from_secs_f64(1.0 / rate))
            }
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

/// Reads an amount of yen within `range`.
pub fn yen(text: &str, range: RangeInclusive<u32>) -> Option<Yen> {
    whole(text, range).map(Yen)
}

/// Reads seconds within `range`.
pub fn seconds(text: &str, range: RangeInclusive<u32>) -> Option<Duration> {
    whole(text, range).map(|seconds| Duration::from_secs(seconds.into()))
}

/// Reads hours within `range`.
pub fn hours(text: &str, range: RangeInclusive<u32>) -> Option<TimeDelta> {
    whole(text, range).map(|hours| TimeDelta::hours(hours.into()))
}

/// Reads days within `range`.
pub fn days(text: &str, range: RangeInclusive<u32>) -> Option<TimeDelta> {
    whole(text, range).map(|days| TimeDelta::days(days.into()))
}

/// Reads the path of a file.
pub fn path(text: &str) -> Option<PathBuf> {
    Some(PathBuf::from(text))
}

/// Reads `never` as `None`, and anything else by `read`.
pub fn unless_never<T>(text: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if text == NEVER {
        return Some(None);
    }
    read(text).map(Some)
}

/// Reads a text that can be put into a header or a path: printable ASCII without spaces.
pub fn word(text: &str) -> Option<String> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| text.to_owned())
}

/// Reads a credential, which is a [`word`].
pub fn secret(text: &str) -> Option<SecretString> {
    word(text).map(SecretString::from)
}

/// Reads a password: a [`word`] that is too long to be guessed over the net.
pub fn password(text: &str) -> Option<SecretString> {
    word(text)
        .filter(|word| word.len() >= 12)
        .map(SecretString::from)
}

/// Reads the number of a Chatwork room: up to 20 digits.
pub fn room_id(text: &str) -> Option<String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 20;
    digits.then(|| text.to_owned())
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

/// Reads a list of days, the longest first.
pub fn day_list(text: &str) -> Option<Vec<u32>> {
    let each = text.split(',').map(|day| whole(day.trim(), 1..=29));
    let mut days = each.collect::<Option<Vec<u32>>>()?;
    days.sort_unstable_by(|one, other| other.cmp(one));
    days.dedup();
    Some(days)
}

/// Reads a base URL.
///
/// Plain http would send tokens unencrypted, so it is accepted only for this computer and for the
/// host `simulator`, the container of the simulator, which gets no real token. A URL with a user
/// name or a password is refused, since URLs are logged.
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

/// Reads the URL of a webhook, which is used as it is: no path is appended.
pub fn webhook_url(text: &str) -> Option<SecretString> {
    let url = Url::parse(text).ok()?;
    let bare = url.username().is_empty() && url.password().is_none();
    let safe = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url),
        _ => false,
    };
    (bare && safe).then(|| SecretString::from(String::from(url)))
}

/// `url` without a slash at the end, so that the clients can append paths.
pub fn address(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// Whether `url` names the container of the simulator.
pub fn is_simulator(url: &Url) -> bool {
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

/// Reads what an unknown shipping cost counts as.
pub fn unknown_shipping(text: &str) -> Option<UnknownShipping> {
    match text {
        "fba-or-prime" => Some(UnknownShipping::FreeFromAmazon),
        "free" => Some(UnknownShipping::Free),
        _ => None,
    }
}

/// Reads country codes in capitals; `any` as none of them.
pub fn countries(text: &str) -> Option<Vec<String>> {
    if text == "any" {
        return Some(Vec::new());
    }
    let code = |country: &str| {
        let country = country.trim().to_ascii_uppercase();
        let letters = country.bytes().all(|byte| byte.is_ascii_uppercase());
        (country.len() == 2 && letters).then_some(country)
    };
    text.split(',').map(code).collect()
}

/// Reads a prefix of keys: 1 to 32 letters, digits, `_`, `-`, `.`.
pub fn prefix(text: &str) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    ((1..=32).contains(&text.len()) && text.bytes().all(allowed)).then(|| text.to_owned())
}

/// Reads the URL of a Redis server.
pub fn redis_url(text: &str) -> Option<SecretString> {
    let (scheme, _) = text.split_once("://")?;
    let scheme = scheme.trim_end_matches("+sentinel");
    let known = ["redis", "rediss", "valkey", "valkeys", "unix"].contains(&scheme);
    secret(text).filter(|_| known)
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
