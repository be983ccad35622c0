//! What a seed runs: shops, listings, processes, settings and the kinds of faults.

use crate::dice::Dice;
use crate::plan::FaultName;
use chrono::{DateTime, TimeDelta, Utc};
use simulator::{Config, OpeningListing, Quotas, opening_listings};
use std::time::Duration;

/// The vendors' rates and settings that this seed keeps to.
const HOUR: Duration = Duration::from_secs(3_600);

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
    /// The ratio of selling price to cost, in thousandths.
    pub ratio_permille: u32,
    /// Lowest accepted selling price.
    pub min_price: i64,
    /// Highest accepted selling price.
    pub max_price: i64,
    /// The guard's share of hidden products, in percent.
    pub guard_share_percent: u32,
    /// The guard's number of hidden products.
    pub guard_min: u32,
    /// A difference of so many yen is worth an edit.
    pub min_change: i64,
    /// A difference of so many percent is worth an edit.
    pub min_change_percent: u32,
    /// All offers failed so often in a row before an item is hidden.
    pub filtered_hides_after: u32,
    /// A price that falls by more percent is asked again.
    pub confirm_fall_percent: u32,
    /// The cool-down of an item that was sold, in hours; `None` until a person stocks it.
    pub restock_hours: Option<u32>,
    /// Offers that are shipped later do not count.
    pub max_handling_hours: u32,
    /// Calls of a shop in an hour, if lower than BASE's.
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
            ratio_permille: dice.pick(&[1_300, 1_300, 1_200, 1_451]),
            min_price: 500,
            max_price: dice.pick(&[100_000, 100_000, 40_000]),
            guard_share_percent: dice.pick(&[10, 10, 30]),
            guard_min: dice.pick(&[50, 50, 5]),
            min_change: dice.pick(&[100, 100, 1]),
            min_change_percent: dice.pick(&[3, 3, 10]),
            filtered_hides_after: dice.pick(&[2, 2, 1]),
            confirm_fall_percent: dice.pick(&[50, 50, 30]),
            restock_hours: dice.pick(&[Some(24), Some(2), None]),
            max_handling_hours: 72,
            shop_calls_an_hour: dice.pick(&[None, None, Some(40)]),
            slots: (dice.size(1, 4), dice.size(1, 8)),
            skips_idle: dice.chance(950),
            kinds: Vec::new(),
            config,
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
