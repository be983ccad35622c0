//! The argument of `--since`: a span before now, or an instant. Dates are in Japan time.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, TimeZone as _, Utc};
use ui::message::{Text, text};

/// Start of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// This long before now.
    Ago(TimeDelta),
    /// At this instant.
    At(DateTime<Utc>),
}

/// The longest span: ten years.
const MOST_DAYS: i64 = 3_650;
const JAPAN_SECONDS: i32 = 9 * 3600;

impl Since {
    /// Reads `30m`, `24h`, `7d`, a date in Japan time, or an instant with its offset.
    ///
    /// # Errors
    ///
    /// The accepted forms.
    pub fn parse(text: &str) -> Result<Self, Text> {
        span(text)
            .map(Self::Ago)
            .or_else(|| instant(text).map(Self::At))
            .ok_or_else(|| {
                text!(
                    "使える形: 30m、24h、7d、2026-11-21、2026-11-21T09:00:00+09:00。さかのぼれるのは10年までです",
                    "use 30m, 24h, 7d, 2026-11-21, or 2026-11-21T09:00:00+09:00, up to ten years back"
                )
            })
    }

    /// The instant, seen from `now`.
    pub fn before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Ago(span) => now - span,
            Self::At(at) => at,
        }
    }
}

fn span(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().last()?;
    let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
    let span = match unit {
        'm' => TimeDelta::try_minutes(number),
        'h' => TimeDelta::try_hours(number),
        'd' => TimeDelta::try_days(number),
        _ => None,
    };
    span.filter(|span| (TimeDelta::zero()..=TimeDelta::days(MOST_DAYS)).contains(span))
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let midnight = text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?;
    let japan = FixedOffset::east_opt(JAPAN_SECONDS)?;
    Some(japan.from_local_datetime(&midnight).single()?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_dates_and_instants_are_read() {
        let now: DateTime<Utc> = "2026-11-22T00:00:00Z".parse().unwrap();
        let before = |text| Since::parse(text).unwrap().before(now).to_rfc3339();

        assert_eq!(before("30m"), "2026-11-21T23:30:00+00:00");
        assert_eq!(before("24h"), "2026-11-21T00:00:00+00:00");
        assert_eq!(before("7d"), "2026-11-15T00:00:00+00:00");
        assert_eq!(before("2026-11-21"), "2026-11-20T15:00:00+00:00");
        assert_eq!(
            before("2026-11-21T09:00:00+09:00"),
            "2026-11-21T00:00:00+00:00"
        );
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in [
            "",
            "h",
            "24",
            "-1h",
            "1y",
            "4000d",
            "99999999999999999h",
            "yesterday",
            "円",
        ] {
            assert!(Since::parse(text).is_err(), "{text}");
        }
    }
}
