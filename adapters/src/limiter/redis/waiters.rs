//! Those who wait in this process for one lane, behind the one ticket that the process holds.
//!
//! Urgent ones first, the others in the order of asking. Whoever goes away costs nothing here: it is
//! skipped when its turn comes.

use shared::domain::lane::Priority;
use shared::domain::rate::Micros;
use shared::ports::limiter::LimiterError;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// What a waiter is told at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Send now.
    Go {
        /// The instant of the grant on the clock of Redis.
        granted_at: Micros,
        /// What the grant spends.
        period: Micros,
        /// The last instant to send at.
        good_until: Instant,
    },
    /// Not within the patience; come back after this long.
    Later(Duration),
}

/// Where a waiter hears its [`Turn`].
pub(super) type Reply = oneshot::Sender<Result<Turn, LimiterError>>;

/// What the last answer of Redis lets a waiter expect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outlook {
    /// When the first is to ask again.
    pub first_at: Instant,
    /// From one grant of this process to its next.
    pub each: Duration,
    /// Nobody waits longer.
    pub horizon: Duration,
}

/// The queue of a process.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    urgent: VecDeque<Reply>,
    normal: VecDeque<Reply>,
    outlook: Option<Outlook>,
    closed: bool,
}

/// Whoever is sent away comes back after a second at the earliest.
const SHORTEST: Duration = Duration::from_secs(1);

impl Outlook {
    /// How much longer than the horizon the waiter at `place` would wait.
    fn excess(&self, place: usize) -> Option<Duration> {
        let first = self.first_at.saturating_duration_since(Instant::now());
        let behind = u32::try_from(place).unwrap_or(u32::MAX);
        let wait = first.saturating_add(self.each.saturating_mul(behind));
        wait.checked_sub(self.horizon)
            .filter(|excess| !excess.is_zero())
    }
}

impl Waiters {
    /// Puts a waiter behind all of its priority, unless it would wait too long: then it is told so.
    pub fn push(&mut self, priority: Priority, reply: Reply) {
        self.forget_gone();
        let place = match priority {
            Priority::Urgent => self.urgent.len(),
            Priority::Normal => self.urgent.len() + self.normal.len(),
        };
        let excess = self.outlook.and_then(|outlook| outlook.excess(place));
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

    /// The priority of the first that still waits.
    pub fn first(&mut self) -> Option<Priority> {
        self.forget_gone();
        if !self.urgent.is_empty() {
            return Some(Priority::Urgent);
        }
        (!self.normal.is_empty()).then_some(Priority::Normal)
    }

    /// Gives the grant to the first that still waits; `false` if nobody does.
    pub fn serve(&mut self, turn: Turn) -> bool {
        self.outlook = None;
        while let Some(reply) = self.pop_first() {
            if reply.send(Ok(turn)).is_ok() {
                return true;
            }
        }
        false
    }

    /// Takes in what Redis told, and sends away whoever would wait too long.
    pub fn expect(&mut self, outlook: Outlook) {
        self.outlook = Some(outlook);
        self.forget_gone();
        // The first has been told by Redis itself that its wait is not too long.
        while let Some(last) = (self.urgent.len() + self.normal.len()).checked_sub(1)
            && last > 0
            && let Some(excess) = outlook.excess(last)
            && let Some(reply) = self.normal.pop_back().or_else(|| self.urgent.pop_back())
        {
            later(reply, excess.max(SHORTEST));
        }
    }

    /// Sends everybody away for `wait`.
    pub fn send_away(&mut self, wait: Duration) {
        self.outlook = None;
        while let Some(reply) = self.pop_first() {
            later(reply, wait.max(SHORTEST));
        }
    }

    /// Tells everybody that Redis cannot be asked.
    pub fn fail(&mut self, why: &LimiterError) {
        self.outlook = None;
        while let Some(reply) = self.pop_first() {
            // Whoever has gone does not hear it.
            reply.send(Err(LimiterError(why.0.clone()))).ok();
        }
    }

    /// Sends everybody away, also those who come from now on.
    pub fn close(&mut self) {
        self.closed = true;
        while let Some(reply) = self.pop_first() {
            later(reply, Duration::ZERO);
        }
    }

    /// Whether nobody is let in any more.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn pop_first(&mut self) -> Option<Reply> {
        self.urgent.pop_front().or_else(|| self.normal.pop_front())
    }

    fn forget_gone(&mut self) {
        self.urgent.retain(|reply| !reply.is_closed());
        self.normal.retain(|reply| !reply.is_closed());
    }
}

fn later(reply: Reply, wait: Duration) {
    // Whoever has gone does not hear it.
    reply.send(Ok(Turn::Later(wait))).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(
        waiters: &mut Waiters,
        priority: Priority,
    ) -> oneshot::Receiver<Result<Turn, LimiterError>> {
        let (reply, answer) = oneshot::channel();
        waiters.push(priority, reply);
        answer
    }

    fn heard(mut answer: oneshot::Receiver<Result<Turn, LimiterError>>) -> Option<Turn> {
        answer.try_recv().ok().map(Result::unwrap)
    }

    fn go(granted_at: Micros) -> Turn {
        Turn::Go {
            granted_at,
            period: 1,
            good_until: Instant::now(),
        }
    }

    fn granted(answer: oneshot::Receiver<Result<Turn, LimiterError>>) -> Option<Micros> {
        match heard(answer) {
            Some(Turn::Go { granted_at, .. }) => Some(granted_at),
            _ => None,
        }
    }

    #[test]
    fn urgent_ones_go_first_and_the_others_in_order() {
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
    fn whoever_has_gone_is_skipped() {
        let mut waiters = Waiters::default();
        drop(join(&mut waiters, Priority::Urgent));
        let stays = join(&mut waiters, Priority::Normal);

        assert_eq!(waiters.first(), Some(Priority::Normal));
        assert!(waiters.serve(go(1)));

        assert_eq!(granted(stays), Some(1));
        assert!(!waiters.serve(go(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_would_wait_beyond_the_horizon_is_sent_away_the_last_first() {
        let outlook = Outlook {
            first_at: Instant::now() + Duration::from_secs(5),
            each: Duration::from_secs(10),
            horizon: Duration::from_secs(20),
        };
        let mut waiters = Waiters::default();
        let here: Vec<_> = (0..4)
            .map(|_| join(&mut waiters, Priority::Normal))
            .collect();

        waiters.expect(outlook);
        let comes = join(&mut waiters, Priority::Normal);
        let urgent = join(&mut waiters, Priority::Urgent);

        let told: Vec<_> = here.into_iter().chain([comes, urgent]).map(heard).collect();
        let later = |seconds| Some(Turn::Later(Duration::from_secs(seconds)));
        assert_eq!(told, [None, None, later(5), later(15), later(5), None]);
    }

    #[test]
    fn nobody_is_let_in_after_the_close() {
        let mut waiters = Waiters::default();
        let waits = join(&mut waiters, Priority::Normal);

        waiters.close();
        let comes = join(&mut waiters, Priority::Urgent);

        assert_eq!(heard(waits), Some(Turn::Later(Duration::ZERO)));
        assert_eq!(heard(comes), Some(Turn::Later(Duration::ZERO)));
    }
}
