//! A lane with a rate in one process: the state machine behind a lock, and its waiting callers.

use super::micros;
use crate::lock::lock;
use shared::domain::lane::Priority;
use shared::domain::rate::{
    Feedback, LaneState, Micros, TicketDecision, TicketId, TicketLimits, Wake,
};
use shared::ports::store::LaneMemory;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// One lane with a rate.
#[derive(Debug)]
pub struct RateLane {
    state: Mutex<LaneState>,
    woken: Notify,
    limits: TicketLimits,
}

/// A grant of the lane, with the state that must be stored before the grant is used.
#[derive(Debug)]
pub struct RateGrant {
    /// The instant of the grant.
    pub granted_at: Micros,
    /// The period that the grant spends.
    pub period: Micros,
    /// The deadline for sending.
    pub good_until: Instant,
    /// The state of the lane to store.
    pub memory: LaneMemory,
}

impl RateLane {
    /// A lane in this state.
    pub fn new(state: LaneState) -> Self {
        Self {
            state: Mutex::new(state),
            woken: Notify::new(),
            limits: TicketLimits::default(),
        }
    }

    /// Waits for a grant. `Err` with the time to come back after, if the wait would exceed the
    /// horizon or the process is `closing`.
    ///
    /// Dropping the future removes the ticket.
    pub async fn wait(
        &self,
        ticket: TicketId,
        priority: Priority,
        now: impl Fn() -> Micros,
        closing: impl Fn() -> bool,
    ) -> Result<RateGrant, Duration> {
        // A granted ticket has left the queue already.
        let _guard = TicketGuard { lane: self, ticket };
        loop {
            let woken = self.woken.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            if closing() {
                return Err(Duration::ZERO);
            }
            let asked = Instant::now();
            let decision = self.ask(ticket, priority, now());
            match decision {
                TicketDecision::Go { granted_at, period } => {
                    return Ok(RateGrant {
                        granted_at,
                        period,
                        good_until: asked + micros(self.limits.grace),
                        memory: self.memory(),
                    });
                }
                TicketDecision::TooLong(longer) => return Err(micros(longer.max(1_000_000))),
                TicketDecision::AskAgainIn(wait) => tokio::select! {
                    () = woken => {}
                    () = tokio::time::sleep_until(asked + micros(wait)) => {}
                },
            }
        }
    }

    /// Applies the feedback on a grant.
    pub fn done(&self, granted_at: Micros, feedback: &Feedback, now: Micros) {
        let wake = lock(&self.state).done(granted_at, feedback, now);
        self.wake(wake);
    }

    /// The current period.
    pub fn period(&self) -> Micros {
        lock(&self.state).period()
    }

    /// Makes all waiting callers ask again.
    pub fn wake_all(&self) {
        self.woken.notify_waiters();
    }

    /// The state that must survive a restart.
    pub fn memory(&self) -> LaneMemory {
        let state = lock(&self.state);
        LaneMemory {
            opens_at_us: state.opens_at().unwrap_or_default(),
            pace: state.pace(),
            ..LaneMemory::default()
        }
    }

    fn ask(&self, ticket: TicketId, priority: Priority, now: Micros) -> TicketDecision {
        let (decision, wake) = lock(&self.state).take(ticket, priority, now, &self.limits);
        // After a grant the next ticket is the head, and it sleeps until a later instant.
        let granted = matches!(decision, TicketDecision::Go { .. });
        self.wake(if granted { Wake::All } else { wake });
        decision
    }

    fn wake(&self, wake: Wake) {
        if wake == Wake::All {
            self.wake_all();
        }
    }
}

/// Removes the ticket from the queue on drop.
struct TicketGuard<'a> {
    lane: &'a RateLane,
    ticket: TicketId,
}

impl Drop for TicketGuard<'_> {
    fn drop(&mut self) {
        let wake = lock(&self.lane.state).cancel(self.ticket);
        self.lane.wake(wake);
    }
}
