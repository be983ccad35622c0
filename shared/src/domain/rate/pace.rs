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

/// The current period of a lane.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pace {
    configured: Micros,
    period: Micros,
    /// The vendor sent the period in a header.
    from_header: bool,
    recent: VecDeque<bool>,
    successes: u32,
}

impl Pace {
    pub(super) fn new(configured: Micros, period: Micros) -> Self {
        Self {
            configured,
            period,
            from_header: period != configured,
            recent: VecDeque::with_capacity(WATCHED + 1),
            successes: 0,
        }
    }

    pub(super) fn period(&self) -> Micros {
        self.period
    }

    /// The time from one grant to the next: the period and its margin.
    pub(super) fn gap(&self) -> Micros {
        self.period + margin(self.period)
    }

    /// Takes over the period that the vendor sent.
    pub(super) fn follow(&mut self, period: Micros) {
        self.from_header = true;
        if differs(period, self.period) {
            self.period = period;
        }
    }

    /// Two refusals in six responses make the period 1.43 times as long. Twenty responses without a
    /// refusal shorten it by 5 %, down to the configured period, unless it came from a header.
    pub(super) fn remember(&mut self, refused: bool) {
        self.recent.push_back(refused);
        if self.recent.len() > WATCHED {
            self.recent.pop_front();
        }
        if refused {
            self.successes = 0;
            let refusals = self.recent.iter().filter(|refused| **refused).count();
            if refusals >= SLOW_DOWN_AT {
                self.slow_down();
            }
            return;
        }
        self.successes += 1;
        if self.successes >= SPEED_UP_AT {
            self.successes = 0;
            if !self.from_header && self.period > self.configured {
                self.period = (self.period * 100 / 105).max(self.configured);
            }
        }
    }

    fn slow_down(&mut self) {
        self.recent.clear();
        self.from_header = false;
        let slowest = self.period.max(self.configured * SLOWEST);
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
