//! The messages of one queue in memory and the transitions of the contract, without waiting.

use super::dead_list::DeadList;
use super::message::{DueKey, StoredMessage};
use shared::jobs::Rank;
use shared::ports::queue::{Claimed, Message, Settlement};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// Ids by the instant at which they are due.
type DueTimes = BTreeMap<DueKey, String>;

/// A message to push.
#[derive(Debug)]
pub struct NewMessage {
    pub(crate) payload: Vec<u8>,
    pub(crate) rank: Rank,
    /// The time until the message is ready.
    pub delay: Duration,
}

/// One queue.
#[derive(Debug, Default)]
pub struct QueueState {
    pub(super) messages: HashMap<String, StoredMessage>,
    pub(super) ready: [VecDeque<String>; Rank::COUNT as usize],
    pub(super) delayed: DueTimes,
    pub(super) leases: DueTimes,
    pub(super) dead: DeadList,
    pub(super) done: u64,
    pub(super) paused: bool,
    /// The instant of the last claim or renewal.
    pub(super) last_call: Option<Instant>,
    counter: u64,
}

impl QueueState {
    /// Adds a message unless one with its id is alive. It is ready after its delay from `now`; one that
    /// is alive and waits for a reset is due then, too.
    pub fn push(&mut self, id: String, new: NewMessage, now: Instant) -> bool {
        if let Some(alive) = self.messages.get(&id) {
            let late = alive
                .due
                .filter(|(due, _)| *due > now + new.delay + Message::PATIENCE);
            if let Some(late) = late {
                let rank = alive.rank;
                self.delayed.remove(&late);
                self.enqueue(id, rank, Some(now + new.delay));
            }
            return false;
        }
        let due = (!new.delay.is_zero()).then(|| now + new.delay);
        let rank = new.rank;
        let message = StoredMessage {
            payload: new.payload,
            rank,
            ready_at: due.unwrap_or(now),
            attempt: 0,
            due: None,
            claimed_at: None,
            lease: None,
            token: 0,
        };
        self.messages.insert(id.clone(), message);
        self.enqueue(id, rank, due);
        true
    }

    /// The first message that is ready at `now`, on a lease until `until`.
    pub fn claim(&mut self, now: Instant, until: Instant) -> Option<Claimed> {
        self.last_call = Some(now);
        if self.paused {
            return None;
        }
        self.move_due(now);
        let id = self.ready.iter_mut().find_map(VecDeque::pop_front)?;
        let token = self.next_number();
        let message = self.messages.get_mut(&id)?;
        message.attempt += 1;
        message.token = token;
        message.lease = Some((until, token));
        message.claimed_at = Some(now);
        self.leases.insert((until, token), id.clone());
        Some(Claimed {
            id,
            payload: message.payload.clone(),
            attempt: message.attempt,
            token,
        })
    }

    /// When the next delayed message or lease is due; `None` while the queue is paused.
    pub fn next_due(&self) -> Option<Instant> {
        if self.paused {
            return None;
        }
        let first = |times: &DueTimes| times.first_key_value().map(|((at, _), _)| *at);
        let (due, ended) = (first(&self.delayed), first(&self.leases));
        due.into_iter().chain(ended).min()
    }

    /// Extends a lease to `lease` from `now`; `false` if the claim is no longer valid.
    pub fn renew(&mut self, claim: &Claimed, now: Instant, lease: Duration) -> bool {
        self.last_call = Some(now);
        let until = now + lease;
        let Some(message) = claimed(&mut self.messages, claim) else {
            return false;
        };
        if let Some(old) = message.lease.replace((until, claim.token)) {
            self.leases.remove(&old);
        }
        self.leases.insert((until, claim.token), claim.id.clone());
        true
    }

    /// Ends a claim; `false` if it is no longer valid.
    pub fn settle(&mut self, claim: &Claimed, settlement: Settlement, now: Instant) -> bool {
        let Some(message) = claimed(&mut self.messages, claim) else {
            return false;
        };
        let rank = message.rank;
        if let Some(lease) = message.lease.take() {
            self.leases.remove(&lease);
        }
        match settlement {
            Settlement::Done => {
                self.messages.remove(&claim.id);
                self.done += 1;
            }
            Settlement::Defer(delay) => {
                message.attempt = message.attempt.saturating_sub(1);
                self.enqueue(claim.id.clone(), rank, Some(now + delay));
            }
            Settlement::Retry(delay, _) => self.enqueue(claim.id.clone(), rank, Some(now + delay)),
            Settlement::Dead(error) => {
                if let Some(message) = self.messages.remove(&claim.id) {
                    self.dead.push(&claim.id, message, &error, now);
                }
            }
        }
        true
    }

    /// Makes a dead message ready again; `false` if there is none with this id.
    pub fn retry(&mut self, id: &str, now: Instant) -> bool {
        let Some(dead) = self.dead.remove(id) else {
            return false;
        };
        let new = NewMessage {
            payload: dead.message.payload,
            rank: dead.message.rank,
            delay: Duration::ZERO,
        };
        // If the id is alive again, that message replaces this one.
        self.push(dead.id, new, now);
        true
    }

    /// Removes a dead message; `false` if there is none with this id.
    pub fn discard(&mut self, id: &str) -> bool {
        self.dead.remove(id).is_some()
    }

    fn enqueue(&mut self, id: String, rank: Rank, due: Option<Instant>) {
        match due {
            Some(due) => {
                let key = (due, self.next_number());
                if let Some(message) = self.messages.get_mut(&id) {
                    message.due = Some(key);
                }
                self.delayed.insert(key, id);
            }
            None => self.make_ready(id, rank),
        }
    }

    fn make_ready(&mut self, id: String, rank: Rank) {
        let rank = usize::from(rank.0.min(Rank::COUNT - 1));
        self.ready[rank].push_back(id);
    }

    /// Makes ready what is due: delayed messages, and claimed ones whose lease has ended.
    fn move_due(&mut self, now: Instant) {
        let ended = take_due(&mut self.leases, now);
        let due = take_due(&mut self.delayed, now);
        for ((since, _), id) in ended.into_iter().chain(due) {
            if let Some(message) = self.messages.get_mut(&id) {
                message.lease = None;
                message.due = None;
                message.token = 0;
                message.ready_at = since;
                let rank = message.rank;
                self.make_ready(id, rank);
            }
        }
    }

    fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

/// The message of a claim that is still valid.
fn claimed<'a>(
    messages: &'a mut HashMap<String, StoredMessage>,
    claim: &Claimed,
) -> Option<&'a mut StoredMessage> {
    messages
        .get_mut(&claim.id)
        .filter(|message| message.lease.is_some() && message.token == claim.token)
}

fn take_due(times: &mut DueTimes, now: Instant) -> DueTimes {
    let later = times.split_off(&(now, u64::MAX));
    std::mem::replace(times, later)
}
