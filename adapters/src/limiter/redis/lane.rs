//! A lane with a rate, as one process of many holds it: its waiters, its one ticket, and the task that
//! asks Redis with it.
//!
//! The task alone talks to Redis about the ticket, so a caller that goes away can neither lose a grant
//! on the wire nor leave a ticket behind: the next waiter gets the grant, and the ticket of nobody is
//! given back.

use super::rate_script::{RateScript, Verdict};
use super::waiters::{Outlook, Turn, Waiters};
use shared::domain::lane::Priority;
use shared::domain::rate::{Feedback, Micros, Patience};
use shared::ports::limiter::LimiterError;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// Of answers that Redis has not heard yet this many are kept.
const OWED: usize = 64;

/// What the callers of a lane and its task share.
pub(super) struct SharedLane {
    script: RateScript,
    /// What the names of this process's tickets begin with.
    process: Arc<str>,
    tickets: AtomicU64,
    patience: Patience,
    waiters: Mutex<Waiters>,
    /// Somebody has come or gone.
    changed: Notify,
    /// Redis said that the opening has moved.
    nudged: Notify,
    /// What answers told while Redis was away.
    owed: Mutex<Vec<(Micros, Feedback)>>,
    period: AtomicI64,
}

/// The ticket of the process.
struct Held {
    ticket: String,
    priority: Priority,
    ask_at: Instant,
}

impl SharedLane {
    /// A lane in which nobody waits yet.
    pub fn new(script: RateScript, process: Arc<str>, patience: Patience) -> Arc<Self> {
        Arc::new(Self {
            period: AtomicI64::new(script.configured()),
            script,
            process,
            tickets: AtomicU64::new(1),
            patience,
            waiters: Mutex::default(),
            changed: Notify::new(),
            nudged: Notify::new(),
            owed: Mutex::default(),
        })
    }

    /// Waits for a grant, behind those who are here already.
    pub async fn wait(&self, priority: Priority) -> Result<Turn, LimiterError> {
        let (reply, answer) = oneshot::channel();
        self.waiters().push(priority, reply);
        self.changed.notify_one();
        let mut waiting = Waiting { lane: self, answer };
        (&mut waiting.answer)
            .await
            .unwrap_or_else(|_| Err(LimiterError("the lane's task has ended".to_owned())))
    }

    /// Takes in what an answer told; kept for later while Redis is away.
    pub async fn done(&self, granted_at: Micros, feedback: Feedback) {
        {
            let mut owed = lock(&self.owed);
            owed.push((granted_at, feedback));
            let surplus = owed.len().saturating_sub(OWED);
            owed.drain(..surplus);
        }
        if let Err(error) = self.settle().await {
            tracing::warn!(%error, "what an answer told of the lane is kept until redis is back");
        }
    }

    /// The period, as this process heard it last.
    pub fn period(&self) -> Micros {
        self.period.load(Ordering::Relaxed)
    }

    /// Makes the task ask again now.
    pub fn nudge(&self) {
        self.nudged.notify_one();
    }

    /// Sends everybody away, now and from now on; the task gives the ticket back and ends.
    pub fn close(&self) {
        self.waiters().close();
        self.changed.notify_one();
    }

    fn new_ticket(&self) -> String {
        let number = self.tickets.fetch_add(1, Ordering::Relaxed);
        format!("{}:{number}", self.process)
    }

    async fn settle(&self) -> Result<(), LimiterError> {
        loop {
            let Some((granted_at, feedback)) = lock(&self.owed).first().copied() else {
                return Ok(());
            };
            let reply = self.script.done(granted_at, &feedback).await?;
            self.period.store(reply.period, Ordering::Relaxed);
            // Two that settle at once may tell Redis the same twice, which is the careful way to be wrong.
            lock(&self.owed).retain(|(owed, _)| *owed != granted_at);
        }
    }

    fn waiters(&self) -> MutexGuard<'_, Waiters> {
        lock(&self.waiters)
    }
}

/// Tells the task when a waiter has gone.
struct Waiting<'a> {
    lane: &'a SharedLane,
    answer: oneshot::Receiver<Result<Turn, LimiterError>>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.answer.close();
        self.lane.changed.notify_one();
    }
}

/// The task of a lane. Ends after [`SharedLane::close`].
pub(super) async fn serve(lane: Arc<SharedLane>) {
    let mut held: Option<Held> = None;
    loop {
        let (first, closed) = {
            let mut waiters = lane.waiters();
            (waiters.first(), waiters.is_closed())
        };
        if let Some(given_up) = held.take_if(|held| Some(held.priority) != first) {
            give_back(&lane, given_up).await;
        }
        let Some(priority) = first else {
            if closed {
                return;
            }
            lane.changed.notified().await;
            continue;
        };
        let ask_at = held.as_ref().map_or_else(Instant::now, |held| held.ask_at);
        tokio::select! {
            biased;
            () = lane.nudged.notified(), if held.is_some() => {}
            () = tokio::time::sleep_until(ask_at) => {}
            () = lane.changed.notified() => continue,
        }
        let ticket = held.map_or_else(|| lane.new_ticket(), |held| held.ticket);
        held = ask(&lane, ticket, priority).await;
    }
}

/// Asks once and tells the waiters; returns the ticket while it is worth keeping.
async fn ask(lane: &SharedLane, ticket: String, priority: Priority) -> Option<Held> {
    let asked = Instant::now();
    let answer = match lane.settle().await {
        Ok(()) => {
            let taken = lane.script.take(&ticket, priority, &lane.patience).await;
            taken.map_err(LimiterError::from)
        }
        Err(error) => Err(error),
    };
    let received = Instant::now();
    let reply = match answer {
        Ok(reply) => reply,
        Err(error) => {
            lane.waiters().fail(&error);
            // Perhaps in the queue: not worth waiting for Redis again, it is dropped after the grace.
            return None;
        }
    };
    lane.period.store(reply.period, Ordering::Relaxed);
    match reply.verdict {
        Verdict::Go(granted_at) => {
            let turn = Turn::Go {
                granted_at,
                period: reply.period,
                good_until: asked + micros(lane.patience.grace),
            };
            if received - asked > micros(lane.patience.grace) {
                tracing::warn!("a permit came too late to be used: redis is slow");
            } else if !lane.waiters().serve(turn) {
                tracing::debug!("nobody waited any more for a permit");
            }
            None
        }
        Verdict::AskAgainIn(wait) => {
            let ask_at = received + micros(wait);
            let tickets = u32::try_from(reply.waiting).unwrap_or(u32::MAX).max(1);
            lane.waiters().expect(Outlook {
                first_at: ask_at,
                each: micros(reply.gap).saturating_mul(tickets),
                horizon: micros(lane.patience.horizon),
            });
            Some(Held {
                ticket,
                priority,
                ask_at,
            })
        }
        Verdict::TooLong(longer) => {
            lane.waiters().send_away(micros(longer));
            None
        }
        Verdict::Done => None,
    }
}

async fn give_back(lane: &SharedLane, held: Held) {
    if let Err(fault) = lane.script.cancel(&held.ticket).await {
        let error = fault.told();
        // It is dropped as a dead one after the grace.
        tracing::debug!(%error, "a ticket could not be given back");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn micros(span: Micros) -> Duration {
    Duration::from_micros(u64::try_from(span).unwrap_or(0))
}
