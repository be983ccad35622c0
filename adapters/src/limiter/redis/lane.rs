//! A lane with a rate in one process of many: its waiting callers, its one ticket, and the task
//! that takes the ticket in Redis.
//!
//! Only the task sends the ticket. So a caller that cancels can neither lose a grant on the way nor
//! leave a ticket behind: the next caller gets the grant, and a ticket without a caller is
//! cancelled.

use super::rate_script::RateScript;
use super::unusable::UnusablePermits;
use super::waiters::{WaitEstimate, WaitOutcome, Waiters};
use crate::limiter::micros;
use crate::lock::lock;
use crate::redis::RoundTrip;
use crate::warning_pace::WARNINGS;
use shared::domain::lane::Priority;
use shared::domain::rate::{Feedback, LanePace, Micros, TicketDecision, TicketLimits};
use shared::ports::limiter::LimiterError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// Up to this round trip the margin between two openings is enough: the smallest one.
const NEAR: Duration = Duration::from_millis(10);
/// The longest round trip with which permits can be used. Each millisecond of it delays the next
/// opening by as much; beyond, little of the quota would be left.
pub const LONGEST_ROUND_TRIP: Duration = Duration::from_secs(3);
/// No permit is wanted any more this long after the last one, beside two periods of the lane.
const WANTED_FOR: Duration = Duration::from_secs(60);

/// The most feedback that is kept until Redis accepts it.
const FEEDBACK_KEPT: usize = 64;

/// The state that the callers of a lane and its task share.
pub(super) struct SharedLane {
    script: RateScript,
    /// The prefix of this process's tickets.
    process: Arc<str>,
    tickets: AtomicU64,
    limits: TicketLimits,
    waiters: Mutex<Waiters>,
    /// A caller has arrived or cancelled.
    changed: Notify,
    /// The opening has moved.
    woken: Notify,
    /// Feedback that Redis has not accepted yet.
    feedback: Mutex<Vec<(Micros, Feedback)>>,
    /// In the last reply to this process.
    pace: Mutex<LanePace>,
    unusable: UnusablePermits,
}

/// The current ticket of the process.
struct ActiveTicket {
    ticket: String,
    priority: Priority,
    ask_at: Instant,
}

impl SharedLane {
    /// A lane without callers.
    pub fn new(script: RateScript, process: Arc<str>, limits: TicketLimits) -> Arc<Self> {
        let configured = script.configured();
        Arc::new(Self {
            pace: Mutex::new(LanePace {
                configured,
                period: configured,
                ..LanePace::default()
            }),
            script,
            process,
            tickets: AtomicU64::new(1),
            limits,
            waiters: Mutex::default(),
            changed: Notify::new(),
            woken: Notify::new(),
            feedback: Mutex::default(),
            unusable: UnusablePermits::default(),
        })
    }

    /// Waits for a grant, behind the earlier callers of this process.
    pub async fn wait(&self, priority: Priority) -> Result<WaitOutcome, LimiterError> {
        let (reply, answer) = oneshot::channel();
        lock(&self.waiters).push(priority, reply);
        self.changed.notify_one();
        let mut guard = WaiterGuard { lane: self, answer };
        (&mut guard.answer)
            .await
            .unwrap_or_else(|_| Err(LimiterError("the lane's task has stopped".to_owned())))
    }

    /// Applies the feedback on a grant; kept for later while Redis is unavailable.
    pub async fn done(&self, granted_at: Micros, feedback: Feedback) {
        {
            let mut kept = lock(&self.feedback);
            kept.push((granted_at, feedback));
            let surplus = kept.len().saturating_sub(FEEDBACK_KEPT);
            kept.drain(..surplus);
        }
        if let Err(error) = self.send_feedback().await {
            tracing::debug!(%error, "could not store feedback on the lane; retrying before the next grant");
        }
    }

    /// The pace in the last reply to this process.
    pub fn pace(&self) -> LanePace {
        *lock(&self.pace)
    }

    /// Since how long callers have had no permit that they could use.
    pub fn unusable(&self) -> Option<Duration> {
        self.unusable.lasting(self.recent())
    }

    /// Callers that still want permits have asked within this time.
    fn recent(&self) -> Duration {
        WANTED_FOR + 2 * micros(self.pace().period)
    }

    /// Makes the task ask again now.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Refuses all callers, now and from now on. The task cancels the ticket and ends.
    pub fn close(&self) {
        lock(&self.waiters).close();
        self.changed.notify_one();
    }

    fn new_ticket(&self) -> String {
        let number = self.tickets.fetch_add(1, Ordering::Relaxed);
        format!("{}:{number}", self.process)
    }

    /// Fails all callers, since Redis gives no answer. If the ticket is in the queue, it counts as
    /// dead after the grace: no need to cancel it.
    fn fail(&self, error: &LimiterError) -> Option<ActiveTicket> {
        self.unusable.add(self.recent());
        lock(&self.waiters).fail(error);
        None
    }

    async fn send_feedback(&self) -> Result<(), LimiterError> {
        loop {
            let Some((granted_at, feedback)) = lock(&self.feedback).first().copied() else {
                return Ok(());
            };
            let reply = self.script.done(granted_at, &feedback).await?;
            *lock(&self.pace) = reply.pace;
            // Two concurrent calls may apply the same feedback twice. That only slows the lane
            // down.
            lock(&self.feedback).retain(|(kept, _)| *kept != granted_at);
        }
    }
}

/// Notifies the task when a caller stops waiting.
struct WaiterGuard<'a> {
    lane: &'a SharedLane,
    answer: oneshot::Receiver<Result<WaitOutcome, LimiterError>>,
}

impl Drop for WaiterGuard<'_> {
    fn drop(&mut self) {
        self.answer.close();
        self.lane.changed.notify_one();
    }
}

/// The task of a lane. Ends after [`SharedLane::close`].
pub(super) async fn serve(lane: Arc<SharedLane>) {
    let mut active: Option<ActiveTicket> = None;
    loop {
        let (first, closed) = {
            let mut waiters = lock(&lane.waiters);
            (waiters.first(), waiters.is_closed())
        };
        if let Some(unused) = active.take_if(|active| Some(active.priority) != first) {
            cancel(&lane, unused).await;
        }
        let Some(priority) = first else {
            if closed {
                return;
            }
            lane.changed.notified().await;
            continue;
        };
        let ask_at = active
            .as_ref()
            .map_or_else(Instant::now, |active| active.ask_at);
        tokio::select! {
            biased;
            () = lane.woken.notified(), if active.is_some() => {}
            () = tokio::time::sleep_until(ask_at) => {}
            () = lane.changed.notified() => continue,
        }
        let ticket = active.map_or_else(|| lane.new_ticket(), |active| active.ticket);
        active = ask(&lane, ticket, priority).await;
    }
}

/// Asks Redis once and serves the callers; returns the ticket while it remains in the queue.
async fn ask(lane: &SharedLane, ticket: String, priority: Priority) -> Option<ActiveTicket> {
    let round_trip = lane.script.round_trip();
    let slack = slack(round_trip);
    let limits = lane.limits.from_afar(whole_micros(slack));
    if let Err(error) = lane.send_feedback().await {
        return lane.fail(&error);
    }
    let asked = Instant::now();
    let answer = lane.script.take(&ticket, priority, &limits).await;
    let received = Instant::now();
    let reply = match answer {
        Ok(reply) => reply,
        Err(fault) => return lane.fail(&fault.into()),
    };
    *lock(&lane.pace) = reply.pace;
    match reply.decision? {
        TicketDecision::Go { granted_at, period } => {
            let grant = WaitOutcome::Go {
                granted_at,
                period,
                good_until: asked + micros(limits.grace),
            };
            if received - asked > micros(limits.grace) {
                lane.unusable.add(lane.recent());
                let took = format!("Redis took {:?}", received - asked);
                WARNINGS.warn("a permit came too late to be used", &took);
                return None;
            }
            lane.unusable.end();
            if !lock(&lane.waiters).serve(grant) {
                tracing::debug!("no caller waits for a permit any more");
            }
            None
        }
        TicketDecision::AskAgainIn(wait) => {
            let ask_at = received + micros(wait).saturating_sub(lead(round_trip, slack));
            let tickets = u32::try_from(reply.waiting).unwrap_or(u32::MAX).max(1);
            lock(&lane.waiters).expect(WaitEstimate {
                first_at: ask_at,
                each: micros(reply.gap).saturating_mul(tickets),
                horizon: micros(lane.limits.horizon),
            });
            Some(ActiveTicket {
                ticket,
                priority,
                ask_at,
            })
        }
        TicketDecision::TooLong(longer) => {
            lock(&lane.waiters).refuse(micros(longer));
            None
        }
    }
}

/// How long a question and its answer may be on their way, beside the usual grace.
fn slack(round_trip: RoundTrip) -> Duration {
    let longest = round_trip.longest();
    if longest <= NEAR {
        return Duration::ZERO;
    }
    longest.min(LONGEST_ROUND_TRIP)
}

/// How much earlier than it was told a caller from afar asks, so that its question arrives when the
/// lane opens, and rarely before: then it would have to ask once more.
fn lead(round_trip: RoundTrip, slack: Duration) -> Duration {
    if slack.is_zero() {
        return Duration::ZERO;
    }
    (2 * round_trip.usual).saturating_sub(round_trip.longest())
}

fn whole_micros(span: Duration) -> Micros {
    Micros::try_from(span.as_micros()).unwrap_or(Micros::MAX)
}

async fn cancel(lane: &SharedLane, unused: ActiveTicket) {
    if let Err(fault) = lane.script.cancel(&unused.ticket).await {
        let error = fault.message();
        // It counts as dead after the grace.
        tracing::debug!(%error, "could not cancel a ticket");
    }
}
