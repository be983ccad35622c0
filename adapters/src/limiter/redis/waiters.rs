//! The callers of this process that wait for one lane, behind the one ticket of the process.
//!
//! Urgent callers go first, the others in order of arrival. A caller that has cancelled is skipped.

use shared::domain::lane::Priority;
use shared::domain::rate::Micros;
use shared::ports::limiter::LimiterError;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// How the wait of a caller ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WaitOutcome {
    /// Send now.
    Go {
        /// The instant of the grant on the clock of Redis.
        granted_at: Micros,
        /// The period that the grant spends.
        period: Micros,
        /// The deadline for sending.
        good_until: Instant,
    },
    /// The wait would exceed the horizon; come back after this time.
    Later(Duration),
}

/// Sends a waiting caller its [`WaitOutcome`].
pub(super) type OutcomeSender = oneshot::Sender<Result<WaitOutcome, LimiterError>>;

/// The expected waits, from the last reply of Redis.
#[derive(Debug, Clone, Copy)]
pub(super) struct WaitEstimate {
    /// When the first caller has to ask again.
    pub first_at: Instant,
    /// The time from one grant of this process to its next.
    pub each: Duration,
    /// The longest wait.
    pub horizon: Duration,
}

/// The waiting callers of one process.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    urgent: VecDeque<OutcomeSender>,
    normal: VecDeque<OutcomeSender>,
    estimate: Option<WaitEstimate>,
    closed: bool,
}

/// The shortest time after which a refused caller comes back.
const SHORTEST: Duration = Duration::from_secs(1);

impl WaitEstimate {
    /// How much the wait of the caller at `index` would exceed the horizon.
    fn excess(&self, index: usize) -> Option<Duration> {
        let first = self.first_at.saturating_duration_since(Instant::now());
        let behind = u32::try_from(index).unwrap_or(u32::MAX);
        let wait = first.saturating_add(self.each.saturating_mul(behind));
        wait.checked_sub(self.horizon)
            .filter(|excess| !excess.is_zero())
    }
}

impl Waiters {
    /// Adds a caller behind all others of its priority, or refuses it if it would wait too long.
    pub fn push(&mut self, priority: Priority, reply: OutcomeSender) {
        self.drop_cancelled();
        let index = match priority {
            Priority::Urgent => self.urgent.len(),
            Priority::Normal => self.urgent.len() + self.normal.len(),
        };
        let excess = self.estimate.and_then(|estimate| estimate.excess(index));
        if self.closed {
            later(reply, Duration::ZERO);
        } else if let Some(excess) = excess {
            later(reply, excess.max(SHORTEST));
        } else if priority == Priority::Urgent {
            self.urgent.push_back(reply);
        } else {
            self.normal.push_back(reply);
        }
    }

    /// The priority of the first caller that still waits.
    pub fn first(&mut self) -> Option<Priority> {
        self.drop_cancelled();
        if !self.urgent.is_empty() {
            return Some(Priority::Urgent);
        }
        (!self.normal.is_empty()).then_some(Priority::Normal)
    }

    /// Gives the grant to the first caller that still waits; `false` if there is none.
    pub fn serve(&mut self, grant: WaitOutcome) -> bool {
        self.estimate = None;
        while let Some(reply) = self.pop_first() {
            if reply.send(Ok(grant)).is_ok() {
                return true;
            }
        }
        false
    }

    /// Stores the new estimate, and refuses the last callers while they would wait too long.
    pub fn expect(&mut self, estimate: WaitEstimate) {
        self.estimate = Some(estimate);
        self.drop_cancelled();
        // Redis has accepted the wait of the first caller.
        while let Some(last) = (self.urgent.len() + self.normal.len()).checked_sub(1)
            && last > 0
            && let Some(excess) = estimate.excess(last)
            && let Some(reply) = self.normal.pop_back().or_else(|| self.urgent.pop_back())
        {
            later(reply, excess.max(SHORTEST));
        }
    }

    /// Refuses all callers for `wait`.
    pub fn refuse(&mut self, wait: Duration) {
        self.estimate = None;
        while let Some(reply) = self.pop_first() {
            later(reply, wait.max(SHORTEST));
        }
    }

    /// Fails all callers, since Redis is unavailable.
    pub fn fail(&mut self, why: &LimiterError) {
        self.estimate = None;
        while let Some(reply) = self.pop_first() {
            // Fails only for a caller that has cancelled.
            reply.send(Err(LimiterError(why.0.clone()))).ok();
        }
    }

    /// Refuses all callers, now and from now on.
    pub fn close(&mut self) {
        self.closed = true;
        while let Some(reply) = self.pop_first() {
            later(reply, Duration::ZERO);
        }
    }

    /// Whether new callers are refused.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn pop_first(&mut self) -> Option<OutcomeSender> {
        self.urgent.pop_front().or_else(|| self.normal.pop_front())
    }

    fn drop_cancelled(&mut self) {
        self.urgent.retain(|reply| !reply.is_closed());
        self.normal.retain(|reply| !reply.is_closed());
    }
}

fn later(reply: OutcomeSender, wait: Duration) {
    // Fails only for a caller that has cancelled.
    reply.send(Ok(WaitOutcome::Later(wait))).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(
        waiters: &mut Waiters,
        priority: Priority,
    ) -> oneshot::Receiver<Result<WaitOutcome, LimiterError>> {
        let (reply, answer) = oneshot::channel();
        waiters.push(priority, reply);
        answer
    }

    fn received(
        mut answer: oneshot::Receiver<Result<WaitOutcome, LimiterError>>,
    ) -> Option<WaitOutcome> {
        answer.try_recv().ok().map(Result::unwrap)
    }

    fn go(granted_at: Micros) -> WaitOutcome {
        WaitOutcome::Go {
            granted_at,
            period: 1,
            good_until: Instant::now(),
        }
    }

    fn granted(answer: oneshot::Receiver<Result<WaitOutcome, LimiterError>>) -> Option<Micros> {
        match received(answer) {
            Some(WaitOutcome::Go { granted_at, .. }) => Some(granted_at),
            _ => None,
        }
    }

    #[test]
    fn urgent_callers_go_first_and_the_others_in_order() {
        let mut waiters = Waiters::default();
        let first = join(&mut waiters, Priority::Normal);
        let second = join(&mut waiters, Priority::Normal);
        let urgent = join(&mut waiters, Priority::Urgent);

        for granted_at in 1..=3 {
            assert!(waiters.serve(go(granted_at)));
        }

        assert_eq!(
            [urgent, first, second].map(granted),
            [Some(1), Some(2), Some(3)]
        );
    }

    #[test]
    fn a_cancelled_caller_is_skipped() {
        let mut waiters = Waiters::default();
        drop(join(&mut waiters, Priority::Urgent));
        let stays = join(&mut waiters, Priority::Normal);

        assert_eq!(waiters.first(), Some(Priority::Normal));
        assert!(waiters.serve(go(1)));

        assert_eq!(granted(stays), Some(1));
        assert!(!waiters.serve(go(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn callers_beyond_the_horizon_are_refused_the_last_first() {
        let estimate = WaitEstimate {
            first_at: Instant::now() + Duration::from_secs(5),
            each: Duration::from_secs(10),
            horizon: Duration::from_secs(20),
        };
        let mut waiters = Waiters::default();
        let here: Vec<_> = (0..4)
            .map(|_| join(&mut waiters, Priority::Normal))
            .collect();

        waiters.expect(estimate);
        let comes = join(&mut waiters, Priority::Normal);
        let urgent = join(&mut waiters, Priority::Urgent);

        let callers = here.into_iter().chain([comes, urgent]);
        let outcomes: Vec<_> = callers.map(received).collect();
        let later = |seconds| Some(WaitOutcome::Later(Duration::from_secs(seconds)));
        assert_eq!(outcomes, [None, None, later(5), later(15), later(5), None]);
    }

    #[test]
    fn a_caller_after_the_close_is_refused() {
        let mut waiters = Waiters::default();
        let waits = join(&mut waiters, Priority::Normal);

        waiters.close();
        let comes = join(&mut waiters, Priority::Urgent);

        assert_eq!(received(waits), Some(WaitOutcome::Later(Duration::ZERO)));
        assert_eq!(received(comes), Some(WaitOutcome::Later(Duration::ZERO)));
    }
}
