//! Ticket GCRA: the state machine of a lane with a rate and a burst of one, pure.
//!
//! A burst of one punishes early arrivals, not high rates: two requests sent exactly one period
//! apart are refused half of the time by jitter alone. So a lane opens one period *and a margin*
//! after the last grant. A caller takes a ticket and is told when to ask again; only the lane
//! itself says go. The urgent queue goes first. Whoever holds this (the limiter) brings the clock,
//! the lock and the waiting.
//!
//! All instants and spans are microseconds on one clock. Source of the algorithm, its margins and
//! their measurement: `docs/limiter.md`.

use super::lane::Priority;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Microseconds, as an instant on the limiter's clock or as a span.
pub type Micros = i64;

/// Name of a caller's place in the queue.
pub type TicketId = u64;

/// How a lane treats its callers; the same for all lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// A head of the queue that is this late is taken for dead.
    pub grace: Micros,
    /// A caller that would wait longer gets no ticket and puts its job back.
    pub horizon: Micros,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            grace: 250_000,
            horizon: 60_000_000,
        }
    }
}

/// The answer to [`LaneState::take`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send now. The lane is closed for one period from here on.
    Go {
        /// The instant of the grant; names it in [`LaneState::done`].
        granted_at: Micros,
        /// The period that this grant spends.
        period: Micros,
    },
    /// Sleep this long, then ask again with the same ticket.
    AskAgainIn(Micros),
    /// The queue is longer than the horizon by this much; the ticket is not kept.
    TooLong(Micros),
}

/// What the answer to a granted request told of the lane.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Feedback {
    /// The vendor refused it for the quota (429).
    pub refused: bool,
    /// `x-amzn-RateLimit-Limit`: requests a second, when it was there.
    pub rate_header: Option<f64>,
    /// How long after the grant the request left.
    pub late: Micros,
}

/// Whether the sleepers have to ask again before their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nudge {
    /// The opening has moved, or the head has left.
    Everybody,
    /// Nothing that a sleeper waits for has changed.
    Nobody,
}

/// One lane. See the head of this file.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneState {
    configured: Micros,
    period: Micros,
    told: bool,
    opens_at: Option<Micros>,
    paused_until: Micros,
    last_grant: Option<Micros>,
    queue: BTreeMap<(Priority, u64), TicketId>,
    places: HashMap<TicketId, (Priority, u64)>,
    promised: HashMap<TicketId, Micros>,
    arrivals: u64,
    recent: VecDeque<bool>,
    successes: u32,
}

/// Of this many answers …
const WATCHED: usize = 6;
/// … this many refusals slow the lane down, since the vendor cut the rate without telling.
const SLOW_DOWN_AT: usize = 2;
/// A header that differs by less is the same rate.
const SAME_RATE: f64 = 0.005;
/// Standbys look shortly after the opening, so that a dead head costs `grace` and not a period.
const STANDBYS: i64 = 3;

/// What a lane adds to its period so that jitter on the way does not make a request early.
///
/// 25 ms at a period of 2 s and 50 ms at 10 s lose 1.2 % and 0.5 % of the quota and are refused
/// less than once in 150 and 300 calls on an assumed path with a jitter of 3 ms (source: our own
/// simulations, `docs/limiter.md`, 2026-11-21); 10 ms at least.
pub fn margin(period: Micros) -> Micros {
    (period / 80).clamp(10_000, 50_000)
}

impl LaneState {
    /// A lane of which nothing is known, for instance since the state was lost: the first take
    /// assumes that somebody sent just now.
    pub fn unknown(period: Micros) -> Self {
        Self {
            configured: period,
            period,
            told: false,
            opens_at: None,
            paused_until: 0,
            last_grant: None,
            queue: BTreeMap::new(),
            places: HashMap::new(),
            promised: HashMap::new(),
            arrivals: 0,
            recent: VecDeque::new(),
            successes: 0,
        }
    }

    /// A lane whose next opening is known, from the last process that used it.
    pub fn resumed(configured: Micros, period: Micros, opens_at: Micros) -> Self {
        Self {
            period,
            told: period != configured,
            opens_at: Some(opens_at),
            ..Self::unknown(configured)
        }
    }

    /// The present period.
    pub fn period(&self) -> Micros {
        self.period
    }

    /// When the next request may go, at the earliest.
    pub fn opens_at(&self) -> Option<Micros> {
        self.opens_at
            .map(|opens_at| opens_at.max(self.paused_until))
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Asks for leave to send at `now` with `ticket`, which is put at the end of its queue if new.
    ///
    /// Asking early is harmless. Returns the decision and whether a dead head was dropped, in which
    /// case the others have to look again.
    pub fn take(
        &mut self,
        ticket: TicketId,
        priority: Priority,
        now: Micros,
        patience: &Patience,
    ) -> (Decision, Nudge) {
        let gap = self.period + margin(self.period);
        let opens_at = match self.opens_at {
            Some(opens_at) if opens_at <= now + 3 * gap => opens_at,
            // State lost, or the clock went back: assume that somebody sent just now.
            _ => *self.opens_at.insert(now + gap),
        };
        let open = opens_at.max(self.paused_until);
        self.enqueue(ticket, priority);
        let nudge = self.drop_dead_heads(ticket, open, now, patience.grace);
        let rank = self.rank(ticket);
        if rank == 0 && now >= open {
            self.leave(ticket);
            self.opens_at = Some(now + gap);
            self.last_grant = Some(now);
            let go = Decision::Go {
                granted_at: now,
                period: self.period,
            };
            return (go, nudge);
        }
        let eta = if rank == 0 {
            open
        } else {
            let behind = (rank - STANDBYS).max(0) * gap;
            open.max(now) + behind + rank.min(STANDBYS) * patience.grace * 11 / 10
        };
        let wait = eta - now;
        if wait > patience.horizon {
            self.leave(ticket);
            return (Decision::TooLong(wait - patience.horizon), nudge);
        }
        self.promised.insert(ticket, eta);
        (Decision::AskAgainIn(wait), nudge)
    }

    /// Takes in what the answer to the grant of `granted_at` told.
    pub fn done(&mut self, granted_at: Micros, feedback: &Feedback, now: Micros) -> Nudge {
        let mut nudge = Nudge::Nobody;
        if let Some(period) = feedback.rate_header.and_then(period_of_rate) {
            nudge = self.follow(period);
        }
        self.remember(feedback.refused);
        if feedback.refused {
            self.paused_until = self.paused_until.max(now + self.period);
            nudge = Nudge::Everybody;
        } else if feedback.late > 0 && self.last_grant == Some(granted_at) {
            let gap = self.period + margin(self.period);
            let opens_at = granted_at + feedback.late + gap;
            self.opens_at = Some(self.opens_at.map_or(opens_at, |old| old.max(opens_at)));
        }
        nudge
    }

    /// Gives a ticket back that was not granted.
    pub fn cancel(&mut self, ticket: TicketId) -> Nudge {
        if self.leave(ticket) {
            Nudge::Everybody
        } else {
            Nudge::Nobody
        }
    }

    fn enqueue(&mut self, ticket: TicketId, priority: Priority) {
        if !self.places.contains_key(&ticket) {
            self.arrivals += 1;
            let place = (priority, self.arrivals);
            self.places.insert(ticket, place);
            self.queue.insert(place, ticket);
        }
    }

    fn leave(&mut self, ticket: TicketId) -> bool {
        self.promised.remove(&ticket);
        match self.places.remove(&ticket) {
            Some(place) => self.queue.remove(&place).is_some(),
            None => false,
        }
    }

    /// A head that broke its promise and let the opening pass is dead.
    fn drop_dead_heads(
        &mut self,
        asking: TicketId,
        open: Micros,
        now: Micros,
        grace: Micros,
    ) -> Nudge {
        let mut nudge = Nudge::Nobody;
        while let Some((_, &head)) = self.queue.first_key_value() {
            let due = self.promised.get(&head).copied().unwrap_or(now);
            if head == asking || due + grace >= now || open + grace >= now {
                break;
            }
            self.leave(head);
            nudge = Nudge::Everybody;
        }
        nudge
    }

    fn rank(&self, ticket: TicketId) -> i64 {
        let ahead = self.queue.values().take_while(|id| **id != ticket).count();
        i64::try_from(ahead).unwrap_or(i64::MAX)
    }

    fn follow(&mut self, period: Micros) -> Nudge {
        self.told = true;
        if differs(period, self.period) {
            self.period = period;
            if let Some(last) = self.last_grant {
                self.opens_at = Some(last + period + margin(period));
            }
            return Nudge::Everybody;
        }
        Nudge::Nobody
    }

    /// Two refusals in six answers slow the lane down by 1.43; twenty answers without one bring
    /// back 5 %, down to the configured period, unless the header has told the rate.
    fn remember(&mut self, refused: bool) {
        self.recent.push_back(refused);
        if self.recent.len() > WATCHED {
            self.recent.pop_front();
        }
        if refused {
            self.successes = 0;
            if self.recent.iter().filter(|refused| **refused).count() >= SLOW_DOWN_AT {
                self.recent.clear();
                self.period = self.period * 143 / 100;
                self.told = false;
            }
            return;
        }
        self.successes += 1;
        if self.successes >= 20 && !self.told && self.period > self.configured {
            self.successes = 0;
            self.period = (self.period * 100 / 105).max(self.configured);
        }
    }
}

/// The period of a rate in requests a second; `None` for a rate that no vendor grants.
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
