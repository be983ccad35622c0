//! GCRA with tickets: the pure state machine of a lane with a rate and a burst of one.
//!
//! A burst of one punishes early arrivals, not high rates: jitter alone makes the vendor refuse
//! half of the requests that are sent exactly one period apart. So a lane opens one period *and a
//! margin* after the last grant. A caller takes a ticket and learns when to ask again; only the
//! lane grants. Urgent tickets go first. The limiter adds the clock, the lock and the waiting.
//!
//! All instants and spans are microseconds on one clock. `docs/limiter.md` explains the algorithm,
//! its margins and their measurement.

mod pace;
mod tickets;

pub use pace::{ConfiguredPeriod, LanePace, Micros, margin, period_of_rate};
pub use tickets::TicketId;

use super::lane::Priority;
use pace::Pace;
use tickets::Tickets;

/// Time limits for a caller of a lane; the same for all lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketLimits {
    /// The head of the queue counts as dead if it asks this much too late, and a grant is used
    /// within this time. What exceeds 250 ms is the caller's slack.
    pub grace: Micros,
    /// A caller that would wait longer gets no ticket and puts its job back.
    pub horizon: Micros,
}

/// The grace of a caller that is near the lane.
const USUAL_GRACE: Micros = 250_000;

impl TicketLimits {
    /// The limits of a caller whose questions and grants may be on their way for this long.
    #[must_use]
    pub fn from_afar(self, slack: Micros) -> Self {
        Self {
            grace: self.grace.saturating_add(slack),
            ..self
        }
    }

    /// How much later than usual the caller may ask and send: the lane opens that much later after
    /// a grant, so that a later grant that arrives sooner is not too close to it.
    fn slack(&self) -> Micros {
        (self.grace - USUAL_GRACE).max(0)
    }
}

impl Default for TicketLimits {
    fn default() -> Self {
        Self {
            grace: USUAL_GRACE,
            horizon: 60_000_000,
        }
    }
}

/// The answer to [`LaneState::take`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketDecision {
    /// Send now. The lane is closed for one period from now on.
    Go {
        /// The instant of the grant; identifies it in [`LaneState::done`].
        granted_at: Micros,
        /// The period that this grant spends.
        period: Micros,
    },
    /// Sleep this long, then ask again with the same ticket.
    AskAgainIn(Micros),
    /// The wait exceeds the horizon by this much; the ticket is not kept.
    TooLong(Micros),
}

/// What the response to a granted request says about the lane.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Feedback {
    /// The vendor refused the request because of the quota (429).
    pub refused: bool,
    /// `x-amzn-RateLimit-Limit` in requests per second, if the response had it.
    pub rate_header: Option<f64>,
    /// How long after the grant the request was sent.
    pub late: Micros,
}

/// Which waiting callers have to ask again now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// All: the opening has moved, or the head has left the queue.
    All,
    /// None: nothing has changed for them.
    NoOne,
}

/// The state of one lane.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneState {
    pace: Pace,
    opens_at: Option<Micros>,
    paused_until: Micros,
    last_grant: Option<Micros>,
    /// That of the caller of the last grant.
    slack: Micros,
    tickets: Tickets,
}

/// So many tickets behind the head ask shortly after the opening, so that a dead head costs `grace`
/// and not a period.
const STANDBYS: i64 = 3;

impl LaneState {
    /// A lane without known history, for instance after a loss of state: the first take assumes
    /// that a request was sent just now.
    pub fn unknown(configured: impl Into<ConfiguredPeriod>) -> Self {
        let configured = configured.into();
        Self {
            pace: Pace::new(configured, configured.micros()),
            opens_at: None,
            paused_until: Micros::MIN,
            last_grant: None,
            slack: 0,
            tickets: Tickets::default(),
        }
    }

    /// A lane whose next opening was stored by the last process that used it.
    pub fn resumed(
        configured: impl Into<ConfiguredPeriod>,
        period: Micros,
        opens_at: Micros,
    ) -> Self {
        let configured = configured.into();
        let pace = Pace::new(configured, period);
        Self {
            opens_at: Some(opens_at),
            last_grant: opens_at.checked_sub(pace.gap()),
            pace,
            ..Self::unknown(configured)
        }
    }

    /// Tries no rate above the configured one before this instant.
    #[must_use]
    pub fn with_default_until(mut self, until: Micros) -> Self {
        self.pace.keep_default_until(until);
        self
    }

    /// The current period.
    pub fn period(&self) -> Micros {
        self.pace.period()
    }

    /// The current pace, for people.
    pub fn pace(&self) -> LanePace {
        self.pace.for_people()
    }

    /// The earliest instant for the next grant, if it is known.
    pub fn opens_at(&self) -> Option<Micros> {
        Some(self.opens_at?.max(self.paused_until))
    }

    /// The number of tickets in the queue.
    pub fn waiting(&self) -> usize {
        self.tickets.len()
    }

    /// Asks for a grant at `now` with `ticket`. A new ticket joins the end of its priority's queue.
    ///
    /// Asking early is harmless. The other callers have to ask again if this call drops a dead head
    /// or finds that the clock went back.
    pub fn take(
        &mut self,
        ticket: TicketId,
        priority: Priority,
        now: Micros,
        limits: &TicketLimits,
    ) -> (TicketDecision, Wake) {
        let gap = self.pace.gap();
        let slack = limits.slack();
        let grace = limits.grace - slack;
        let clock_went_back = self.mend_clock(now, slack);
        // Known by now: an unknown lane has just been closed.
        let open = self.opens_at().unwrap_or(Micros::MAX);
        self.tickets.enqueue(ticket, priority);
        let since = now - grace;
        let dropped = open < since && self.tickets.drop_heads_due_before(since, ticket);
        let wake = Wake::all_if(clock_went_back || dropped);
        let rank = i64::try_from(self.tickets.rank(ticket)).unwrap_or(i64::MAX);
        if rank == 0 && now >= open {
            self.tickets.leave(ticket);
            self.grant(now, slack);
            let go = TicketDecision::Go {
                granted_at: now,
                period: self.period(),
            };
            return (go, wake);
        }
        let eta = if rank == 0 {
            open
        } else {
            let behind = (rank - STANDBYS).max(0).saturating_mul(gap);
            let standby = rank.min(STANDBYS) * grace * 11 / 10;
            open.max(now).saturating_add(behind).saturating_add(standby)
        };
        let wait = eta - now;
        if wait > limits.horizon {
            self.tickets.leave(ticket);
            return (TicketDecision::TooLong(wait - limits.horizon), wake);
        }
        self.tickets.set_due(ticket, eta + slack);
        (TicketDecision::AskAgainIn(wait), wake)
    }

    /// Applies the feedback on the grant of `granted_at`.
    pub fn done(&mut self, granted_at: Micros, feedback: &Feedback, now: Micros) -> Wake {
        let before = self.period();
        if let Some(period) = feedback.rate_header.and_then(period_of_rate) {
            self.pace.follow(period, now);
        }
        self.pace.remember(feedback.refused, now);
        let changed = self.period() != before;
        if changed && let Some(last) = self.last_grant {
            self.opens_at = Some(last + self.slack + self.pace.gap());
        }
        if feedback.refused {
            self.paused_until = self.paused_until.max(now + self.period());
        } else if self.last_grant == Some(granted_at) {
            // The request was sent before its response arrived.
            let late = self.slack.saturating_add(feedback.late);
            let left_at = now.min(granted_at.saturating_add(late));
            self.not_before(left_at + self.pace.gap());
        }
        Wake::all_if(changed || feedback.refused)
    }

    /// Removes a ticket that was not granted.
    pub fn cancel(&mut self, ticket: TicketId) -> Wake {
        Wake::all_if(self.tickets.leave(ticket))
    }

    /// Assumes that a request was sent just now if the opening is unknown, or if the last grant
    /// lies in the future because the clock went back. Returns whether it went back.
    ///
    /// A step of at most a margin does not count: callers read the clock before they get the lock.
    fn mend_clock(&mut self, now: Micros, slack: Micros) -> bool {
        let gap = self.pace.gap();
        // A pause lasts one period; a longer one means that the clock went back.
        self.paused_until = self.paused_until.min(now + gap);
        let latest = now + margin(self.period());
        let went_back = self.last_grant.is_some_and(|last| last > latest);
        if went_back || self.opens_at.is_none() {
            self.grant(now, slack);
        }
        if went_back {
            self.tickets.cap_due(now);
        }
        went_back
    }

    /// Closes the lane after a grant to a caller with this slack.
    fn grant(&mut self, now: Micros, slack: Micros) {
        self.opens_at = Some(now + slack + self.pace.gap());
        self.last_grant = Some(now);
        self.slack = slack;
    }

    fn not_before(&mut self, opens_at: Micros) {
        self.opens_at = Some(self.opens_at.map_or(opens_at, |old| old.max(opens_at)));
    }
}

impl Wake {
    fn all_if(changed: bool) -> Self {
        if changed { Self::All } else { Self::NoOne }
    }
}
