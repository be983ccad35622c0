//! How times of day are read, all of them in Japan's time; `None` for what is not accepted.

use super::values::whole;
use chrono::NaiveTime;
use shared::domain::schedule::RunHours;

/// Reads `04:00`: two digits each.
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str, most| {
        let number = whole(digits, 0..=most)?;
        (digits.len() == 2).then_some(number)
    };
    NaiveTime::from_hms_opt(two(hour, 23)?, two(minute, 59)?, 0)
}

/// Reads `06:00,12:00`: times of day in their order, each once.
pub fn times_of_day(text: &str) -> Option<Vec<NaiveTime>> {
    let each = text.split(',').map(|time| time_of_day(time.trim()));
    let mut times = each.collect::<Option<Vec<NaiveTime>>>()?;
    times.sort_unstable();
    times.dedup();
    Some(times)
}

/// Reads `6-23`: two hours of a day.
pub fn run_hours(text: &str) -> Option<RunHours> {
    let (from, to) = text.split_once('-')?;
    RunHours::new(whole(from.trim(), 0..=23)?, whole(to.trim(), 1..=24)?)
}
