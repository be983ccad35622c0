//! The pace of a lane: its current period, adapted to the vendor's responses.

use std::collections::VecDeque;

/// Microseconds, as an instant on the limiter's clock or as a span.
pub type Micros = i64;

/// The number of recent responses in which refusals are counted.
const WATCHED: usize = 6;
/// This many refusals among them slow the lane down: the vendor cut the rate without saying so.
const SLOW_DOWN_AT: usize = 2;
/// This many responses without a refusal restore 5 % of the pace.
const SPEED_UP_AT: u32 = 20;
/// The longest period after refusals, in configured periods: the deepest cut that Amazon
/// is known to have made is from 10 to 0.5 requests a second (source: changelog of the pricing API,
/// August 2022). Without this limit an hour of refusals would stop the lane for days.
const SLOWEST: Micros = 20;
/// A header that differs by a smaller share means the same rate.
const SAME_RATE: f64 = 0.005;
/// How long no rate above the published one is tried after it was refused.
const BACK_TO_DEFAULT: Micros = 3_600_000_000;

/// The period from the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfiguredPeriod {
    /// The published default, since no person has set one: a header with a higher rate is tried.
    Published(Micros),
    /// A person has set it: the vendor's header only slows the lane down.
    Set(Micros),
}

impl ConfiguredPeriod {
    /// The period.
    pub fn micros(self) -> Micros {
        match self {
            Self::Published(period) | Self::Set(period) => period,
        }
    }
}

/// A bare period is a published one.
impl From<Micros> for ConfiguredPeriod {
    fn from(period: Micros) -> Self {
        Self::Published(period)
    }
}

/// The pace of a lane, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LanePace {
    /// The period from the settings.
    pub configured: Micros,
    /// The current period.
    pub period: Micros,
    /// The period in the vendor's last header; 0 if there was none.
    pub header: Micros,
    /// No rate above the configured one is tried before this instant; 0 for none.
    pub default_until: Micros,
}

impl LanePace {
    /// Whether the vendor's header would stop the lane: it is not followed beyond the longest
    /// period after refusals.
    pub fn is_nearly_stopped(&self) -> bool {
        self.header > self.configured.saturating_mul(SLOWEST)
    }
}

/// The current period of a lane.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pace {
    configured: ConfiguredPeriod,
    period: Micros,
    /// The vendor sent the period in a header.
    from_header: bool,
    header: Micros,
    default_until: Micros,
    recent: VecDeque<bool>,
    successes: u32,
}

impl Pace {
    pub(super) fn new(configured: ConfiguredPeriod, period: Micros) -> Self {
        Self {
            configured,
            period,
            from_header: period != configured.micros(),
            header: 0,
            default_until: 0,
            recent: VecDeque::with_capacity(WATCHED + 1),
            successes: 0,
        }
    }

    pub(super) fn period(&self) -> Micros {
        self.period
    }

    pub(super) fn for_people(&self) -> LanePace {
        LanePace {
            configured: self.configured.micros(),
            period: self.period,
            header: self.header,
            default_until: self.default_until,
        }
    }

    /// Tries no rate above the configured one before this instant.
    pub(super) fn keep_default_until(&mut self, until: Micros) {
        self.default_until = until;
    }

    /// The time from one grant to the next: the period and its margin.
    pub(super) fn gap(&self) -> Micros {
        self.period + margin(self.period)
    }

    /// Takes over the period that the vendor sent. A higher rate than the configured one is not taken
    /// over where a person has set the rate, and for an hour after it was refused; then it does not
    /// restore a pace that refusals have slowed down either. A rate that would stop the lane is
    /// followed to the longest period after refusals only.
    pub(super) fn follow(&mut self, header: Micros, now: Micros) {
        self.header = header;
        let configured = self.configured.micros();
        let is_limit = header < configured && !self.may_exceed(now);
        if is_limit && !self.from_header {
            return;
        }
        self.from_header = true;
        let period = if is_limit { configured } else { header };
        let period = period.min(configured.saturating_mul(SLOWEST));
        if differs(period, self.period) {
            self.period = period;
        }
    }

    /// Whether a rate above the configured one may be tried at `now`. An instant that is further
    /// ahead than it can be means that the clock went back.
    fn may_exceed(&self, now: Micros) -> bool {
        let latest = now.saturating_add(BACK_TO_DEFAULT);
        let rests = now < self.default_until && self.default_until <= latest;
        matches!(self.configured, ConfiguredPeriod::Published(_)) && !rests
    }

    /// Two refusals in six responses make the period 1.43 times as long, or end a rate above the
    /// configured one. Twenty responses without a refusal shorten it by 5 %, down to the configured
    /// period, unless it came from a header.
    pub(super) fn remember(&mut self, refused: bool, now: Micros) {
        self.recent.push_back(refused);
        if self.recent.len() > WATCHED {
            self.recent.pop_front();
        }
        if refused {
            self.successes = 0;
            let refusals = self.recent.iter().filter(|refused| **refused).count();
            if refusals >= SLOW_DOWN_AT {
                self.slow_down(now);
            }
            return;
        }
        self.successes += 1;
        if self.successes >= SPEED_UP_AT {
            self.successes = 0;
            if !self.from_header {
                self.period = (self.period * 100 / 105).max(self.configured.micros());
            }
        }
    }

    fn slow_down(&mut self, now: Micros) {
        self.recent.clear();
        self.from_header = false;
        let configured = self.configured.micros();
        if self.period < configured {
            self.period = configured;
            self.default_until = now.saturating_add(BACK_TO_DEFAULT);
            return;
        }
        let slowest = self.period.max(configured.saturating_mul(SLOWEST));
        self.period = (self.period * 143 / 100).min(slowest);
    }
}

/// The time that a lane adds to its period, so that network jitter does not make a request early.
///
/// 25 ms at a period of 2 s and 50 ms at 10 s cost 1.2 % and 0.5 % of the quota. On an assumed path
/// with 3 ms of jitter, fewer than one in 150 and one in 300 calls are refused (source: our own
/// simulations, `docs/limiter.md`, 2026-11-21). The least margin is 10 ms.
pub fn margin(period: Micros) -> Micros {
    (period / 80).clamp(10_000, 50_000)
}

/// The period of a rate in requests per second; `None` for a rate that no vendor grants.
pub fn period_of_rate(rate: f64) -> Option<Micros> {
    if !(0.000_1..=10_000.0).contains(&rate) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "100 us to 10,000 s, checked above"
    )]
    let period = (1_000_000.0 / rate).round() as Micros;
    Some(period)
}

#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^52 us")]
fn differs(new: Micros, old: Micros) -> bool {
    (new - old).abs() as f64 > SAME_RATE * old as f64
}
