//! A lane with a rate, as one process holds it: the state machine, and the bell of its sleepers.

use shared::domain::lane::Priority;
use shared::domain::rate::{Decision, Feedback, LaneState, Micros, Nudge, Patience, TicketId};
use shared::ports::store::LaneMemory;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// One lane with a rate.
#[derive(Debug)]
pub struct RateLane {
    state: Mutex<LaneState>,
    nudge: Notify,
    patience: Patience,
}

/// A grant of the lane, with what has to be stored before it is used.
#[derive(Debug)]
pub struct RateGrant {
    /// The instant of the grant.
    pub granted_at: Micros,
    /// What it spends.
    pub period: Micros,
    /// The last instant to send at.
    pub good_until: Instant,
    /// What the lane must not forget.
    pub memory: LaneMemory,
}

impl RateLane {
    /// A lane in this state.
    pub fn new(state: LaneState) -> Self {
        Self {
            state: Mutex::new(state),
            nudge: Notify::new(),
            patience: Patience::default(),
        }
    }

    /// Waits for a grant; `Err` when the wait would be longer than the lane's patience, or when
    /// `closing` says that the process is about to end.
    ///
    /// Dropping the future gives the ticket back.
    pub async fn wait(
        &self,
        ticket: TicketId,
        priority: Priority,
        now: impl Fn() -> Micros,
        closing: impl Fn() -> bool,
    ) -> Result<RateGrant, Duration> {
        // Given back when this future ends or is dropped; a granted ticket has left the queue already.
        let _held = Ticket { lane: self, ticket };
        loop {
            let nudged = self.nudge.notified();
            tokio::pin!(nudged);
            nudged.as_mut().enable();
            if closing() {
                return Err(Duration::ZERO);
            }
            let asked = Instant::now();
            let decision = self.ask(ticket, priority, now());
            match decision {
                Decision::Go { granted_at, period } => {
                    return Ok(RateGrant {
                        granted_at,
                        period,
                        good_until: asked + micros(self.patience.grace),
                        memory: self.memory(),
                    });
                }
                Decision::TooLong(longer) => return Err(micros(longer.max(1_000_000))),
                Decision::AskAgainIn(wait) => tokio::select! {
                    () = nudged => {}
                    () = tokio::time::sleep_until(asked + micros(wait)) => {}
                },
            }
        }
    }

    /// Takes in what an answer told.
    pub fn done(&self, granted_at: Micros, feedback: &Feedback, now: Micros) {
        let nudge = self.state().done(granted_at, feedback, now);
        self.ring(nudge);
    }

    /// The present period.
    pub fn period(&self) -> Micros {
        self.state().period()
    }

    /// Wakes all sleepers, so that they look again.
    pub fn wake_all(&self) {
        self.nudge.notify_waiters();
    }

    /// What the lane must not forget.
    pub fn memory(&self) -> LaneMemory {
        let state = self.state();
        LaneMemory {
            opens_at_us: state.opens_at().unwrap_or_default(),
            period_us: state.period(),
            ..LaneMemory::default()
        }
    }

    fn ask(&self, ticket: TicketId, priority: Priority, now: Micros) -> Decision {
        let (decision, nudge) = self.state().take(ticket, priority, now, &self.patience);
        // Who was granted leaves the head to the next in line, which sleeps for a later instant.
        let granted = matches!(decision, Decision::Go { .. });
        self.ring(if granted { Nudge::Everybody } else { nudge });
        decision
    }

    fn ring(&self, nudge: Nudge) {
        if nudge == Nudge::Everybody {
            self.nudge.notify_waiters();
        }
    }

    fn state(&self) -> MutexGuard<'_, LaneState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue that is given back when its holder goes away.
struct Ticket<'a> {
    lane: &'a RateLane,
    ticket: TicketId,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let nudge = self.lane.state().cancel(self.ticket);
        self.lane.ring(nudge);
    }
}

fn micros(span: Micros) -> Duration {
    Duration::from_micros(u64::try_from(span).unwrap_or(0))
}
