//! BASE's limits of an hour and of a day, and that of the settings (section 6).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::law::{Findings, SHOP_OVER_LIMIT, SHOP_OVER_QUOTA};

/// What was under way when a shop refused may still arrive.
const UNDER_WAY: TimeDelta = TimeDelta::seconds(10);
/// A refusal so soon after a reset may be about the window before it: it is asked once more.
const BLUR: TimeDelta = TimeDelta::seconds(15);
/// The days of BASE are those of Japan.
const AHEAD: TimeDelta = TimeDelta::hours(9);
/// What was granted in one hour and arrives in the next.
const LATE_CALLS: u64 = 12;

/// A refusal of a shop, by the time at which it opens again.
#[derive(Debug, Clone, Copy)]
struct Refusal {
    at: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// The calls of each shop.
#[derive(Debug, Default)]
pub struct ShopLimitWatch {
    /// The calls of an hour that the settings allow.
    an_hour: Option<u64>,
    refusals: HashMap<String, Refusal>,
    /// The calls of the present hour.
    calls: HashMap<String, (DateTime<Utc>, u64)>,
}

impl ShopLimitWatch {
    /// With so many calls of an hour by the settings.
    pub fn of_settings(an_hour: Option<u64>) -> Self {
        Self {
            an_hour,
            ..Self::default()
        }
    }

    /// A shop has answered that its calls of an hour or a day are used up.
    pub fn refused(&mut self, account: &str, body: &[u8], at: DateTime<Utc>) {
        let text = String::from_utf8_lossy(body);
        let window = if text.contains("hour_api_limit") {
            TimeDelta::hours(1)
        } else if text.contains("day_api_limit") {
            TimeDelta::days(1)
        } else {
            return;
        };
        let until = end_of(window, at);
        if at >= until - window + BLUR {
            let refusal = Refusal { at, until };
            self.refusals.insert(account.to_owned(), refusal);
        }
    }

    /// A shop is called. Nothing goes wrong since `quiet_since`: what was refused before may have been lost.
    pub fn called(
        &mut self,
        account: &str,
        quiet_since: Option<DateTime<Utc>>,
        findings: &mut Findings,
    ) {
        let at = findings.at;
        let refusal = self.refusals.get(account).copied();
        let is_known = |refusal: &Refusal| quiet_since.is_some_and(|since| since <= refusal.at);
        if let Some(Refusal { at: then, until }) = refusal.filter(is_known)
            && at < until
            && at - then > UNDER_WAY
        {
            let found = format!("{account} refused at {then} until {until}, and was called");
            findings.broken_of_account(SHOP_OVER_QUOTA, account, &found);
        }
        let hour = end_of(TimeDelta::hours(1), at);
        let calls = self.calls.entry(account.to_owned()).or_insert((hour, 0));
        if calls.0 != hour {
            *calls = (hour, 0);
        }
        calls.1 += 1;
        let allowed = self.an_hour.map(|allowed| allowed + LATE_CALLS);
        if allowed == Some(calls.1 - 1) {
            let made = calls.1;
            let found = format!("{account} was called {made} times in the hour until {hour}");
            findings.broken_of_account(SHOP_OVER_LIMIT, account, &found);
        }
    }
}

/// The end of the window of this length at `at`.
fn end_of(window: TimeDelta, at: DateTime<Utc>) -> DateTime<Utc> {
    let (now, length) = ((at + AHEAD).timestamp_millis(), window.num_milliseconds());
    at + TimeDelta::milliseconds(length - now.rem_euclid(length))
}
