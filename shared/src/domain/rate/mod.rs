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

mod pace;
mod tickets;

pub use pace::{margin, period_of_rate};

use super::lane::Priority;
use pace::Pace;
use tickets::Tickets;

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
    pace: Pace,
    opens_at: Option<Micros>,
    paused_until: Micros,
    last_grant: Option<Micros>,
    tickets: Tickets,
}

/// Standbys look shortly after the opening, so that a dead head costs `grace` and not a period.
const STANDBYS: i64 = 3;

impl LaneState {
    /// A lane of which nothing is known, for instance since the state was lost: the first take
    /// assumes that somebody sent just now.
    pub fn unknown(period: Micros) -> Self {
        Self {
            pace: Pace::new(period, period),
            opens_at: None,
            paused_until: Micros::MIN,
            last_grant: None,
            tickets: Tickets::default(),
        }
    }

    /// A lane whose next opening is known, from the last process that used it.
    pub fn resumed(configured: Micros, period: Micros, opens_at: Micros) -> Self {
        let pace = Pace::new(configured, period);
        Self {
            opens_at: Some(opens_at),
            last_grant: opens_at.checked_sub(pace.gap()),
            pace,
            ..Self::unknown(configured)
        }
    }

    /// The present period.
    pub fn period(&self) -> Micros {
        self.pace.period()
    }

    /// When the next request may go, at the earliest.
    pub fn opens_at(&self) -> Option<Micros> {
        self.opens_at
            .map(|opens_at| opens_at.max(self.paused_until))
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.tickets.len()
    }

    /// Asks for leave to send at `now` with `ticket`, which is put at the end of its queue if new.
    ///
    /// Asking early is harmless. Returns the decision and whether a dead head was dropped, or the
    /// clock found to have gone back, in which case the others have to look again.
    pub fn take(
        &mut self,
        ticket: TicketId,
        priority: Priority,
        now: Micros,
        patience: &Patience,
    ) -> (Decision, Nudge) {
        let gap = self.pace.gap();
        let clock_went_back = self.mend_clock(now);
        let open = self.opens_at().unwrap_or(now + gap);
        self.tickets.enqueue(ticket, priority, now);
        let dropped = open + patience.grace < now
            && self
                .tickets
                .drop_heads_due_before(now - patience.grace, ticket);
        let nudge = Nudge::when(clock_went_back || dropped);
        let rank = i64::try_from(self.tickets.rank(ticket)).unwrap_or(i64::MAX);
        if rank == 0 && now >= open {
            self.tickets.leave(ticket);
            self.opens_at = Some(now + gap);
            self.last_grant = Some(now);
            let go = Decision::Go {
                granted_at: now,
                period: self.period(),
            };
            return (go, nudge);
        }
        let eta = if rank == 0 {
            open
        } else {
            let behind = (rank - STANDBYS).max(0).saturating_mul(gap);
            let standby = rank.min(STANDBYS) * patience.grace * 11 / 10;
            open.max(now).saturating_add(behind).saturating_add(standby)
        };
        let wait = eta - now;
        if wait > patience.horizon {
            self.tickets.leave(ticket);
            return (Decision::TooLong(wait - patience.horizon), nudge);
        }
        self.tickets.promise(ticket, eta);
        (Decision::AskAgainIn(wait), nudge)
    }

    /// Takes in what the answer to the grant of `granted_at` told.
    pub fn done(&mut self, granted_at: Micros, feedback: &Feedback, now: Micros) -> Nudge {
        let before = self.period();
        if let Some(period) = feedback.rate_header.and_then(period_of_rate) {
            self.pace.follow(period);
        }
        self.pace.remember(feedback.refused);
        let changed = self.period() != before;
        if changed && let Some(last) = self.last_grant {
            self.opens_at = Some(last + self.pace.gap());
        }
        if feedback.refused {
            self.paused_until = self.paused_until.max(now + self.period());
        } else if self.last_grant == Some(granted_at) {
            // It left before its answer came.
            let left_at = now.min(granted_at.saturating_add(feedback.late));
            self.not_before(left_at + self.pace.gap());
        }
        Nudge::when(changed || feedback.refused)
    }

    /// Gives a ticket back that was not granted.
    pub fn cancel(&mut self, ticket: TicketId) -> Nudge {
        Nudge::when(self.tickets.leave(ticket))
    }

    /// A lane of which nothing is known, and one whose last grant lies ahead since the clock went
    /// back: assume that somebody sent just now. `true` if the clock went back.
    ///
    /// A margin's worth is no step: callers read the clock before they get the lock.
    fn mend_clock(&mut self, now: Micros) -> bool {
        let gap = self.pace.gap();
        // A pause is a period long when it is made, and never longer afterwards.
        self.paused_until = self.paused_until.min(now + gap);
        let latest = now + margin(self.period());
        let went_back = self.last_grant.is_some_and(|last| last > latest);
        if went_back || self.opens_at.is_none() {
            self.opens_at = Some(now + gap);
            self.last_grant = Some(now);
        }
        if went_back {
            self.tickets.expect_everybody(now);
        }
        went_back
    }

    fn not_before(&mut self, opens_at: Micros) {
        self.opens_at = Some(self.opens_at.map_or(opens_at, |old| old.max(opens_at)));
    }
}

impl Nudge {
    fn when(moved: bool) -> Self {
        if moved { Self::Everybody } else { Self::Nobody }
    }
}
