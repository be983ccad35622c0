//! What a seed runs: shops, listings, processes, settings and the kinds of faults.

use crate::dice::Dice;
use crate::drawn_rules::DrawnRules;
use crate::plan::FaultName;
use chrono::{DateTime, TimeDelta, Utc};
use simulator::{Config, OpeningListing, Quotas, ShopLimit, opening_listings};
use std::time::Duration;

/// The vendors' rates and settings that this seed keeps to.
const HOUR: Duration = Duration::from_secs(3_600);
/// The days of BASE are those of Japan.
const AHEAD: TimeDelta = TimeDelta::hours(9);

/// Everything that the seed draws beside the plan.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The seed.
    pub seed: u64,
    /// The instant at which it begins.
    pub start: DateTime<Utc>,
    /// How long things go wrong.
    pub length: Duration,
    /// The shops, `shop-1` and so on.
    pub accounts: Vec<String>,
    /// The items of the shops at the start.
    pub listings: Vec<OpeningListing>,
    /// The number of processes.
    pub processes: usize,
    /// One process that does everything, on its own limiter; else a producer, workers, and one limiter
    /// that they share.
    pub serve: bool,
    /// From one scheduled run to the next.
    pub run_every: Duration,
    /// The shop keeper's rules at the start.
    pub rules: DrawnRules,
    /// Calls of a shop in an hour by the settings, if lower than BASE's.
    pub shop_calls_an_hour: Option<u32>,
    /// Jobs at a time of the queue `sync` and of the queue `update`.
    pub slots: (usize, usize),
    /// All processes sleep for some seconds together while nothing happens.
    pub skips_idle: bool,
    /// The kinds of faults that are on.
    pub kinds: Vec<FaultName>,
    /// The simulator's configuration.
    pub config: Config,
}

impl Scenario {
    /// What `seed` draws, for about `length` of faults.
    pub fn of(seed: u64, length: Duration) -> Self {
        let mut dice = Dice::new(seed, "scenario");
        let accounts = dice.size(1, 3);
        let start = DateTime::UNIX_EPOCH
            + TimeDelta::days(21_000)
            + TimeDelta::minutes(i64::try_from(dice.below(400 * 24 * 60)).unwrap_or(0));
        let config = Config {
            catalog: dice.size(5, 60),
            accounts,
            seed,
            time_scale: 0.0,
            start: Some(start),
            quotas: Quotas::Published,
            overlap_percent: dice.pick(&[0, 0, 20, 60]),
            unknown_permille: dice.pick(&[0, 0, 30]),
            ..Config::default()
        };
        let serve = dice.chance(350);
        let processes = if serve { 1 } else { dice.size(2, 4) };
        Self {
            seed,
            start,
            length: length.mul_f64(0.5) + Duration::from_millis(dice.below(millis(length) + 1)),
            accounts: (1..=accounts)
                .map(|number| format!("shop-{number}"))
                .collect(),
            listings: opening_listings(&config),
            processes,
            serve,
            run_every: HOUR * dice.pick(&[1, 1, 2, 3]),
            rules: DrawnRules::draw(&mut dice),
            shop_calls_an_hour: dice.pick(&[None, None, Some(40)]),
            slots: (dice.size(1, 4), dice.size(1, 8)),
            skips_idle: dice.chance(950),
            kinds: Vec::new(),
            config,
        }
    }

    /// Moves the start of the same date: `time` later a day ends in Japan.
    pub fn begin_before_midnight(&mut self, time: Duration) {
        let later = self.opens_at(Duration::ZERO, ShopLimit::Day);
        self.start += TimeDelta::from_std(later).unwrap_or_default();
        self.start -= TimeDelta::from_std(time).unwrap_or_default();
        self.config.start = Some(self.start);
    }

    /// From the start to the reset of a limit of BASE that is reached at `at`.
    pub fn opens_at(&self, at: Duration, limit: ShopLimit) -> Duration {
        let window = match limit {
            ShopLimit::Hour => HOUR,
            ShopLimit::Day => HOUR * 24,
        };
        let in_japan = self.start + AHEAD + TimeDelta::from_std(at).unwrap_or_default();
        let window = i64::try_from(millis(window)).unwrap_or(i64::MAX);
        let left = window - in_japan.timestamp_millis().rem_euclid(window);
        at + Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
