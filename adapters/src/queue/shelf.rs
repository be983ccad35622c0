//! The messages of one queue in memory, and the rules of the contract, without waiting.

use shared::jobs::Rank;
use shared::ports::queue::{Claimed, QueueStats, Settlement};
use std::collections::{BTreeMap, HashMap, VecDeque};
use tokio::time::Instant;

/// Dead messages that are kept; the oldest goes first.
const DEAD_KEPT: usize = 1_000;

/// One queue.
#[derive(Debug, Default)]
pub struct Shelf {
    messages: HashMap<String, Entry>,
    ready: [VecDeque<String>; Rank::COUNT as usize],
    delayed: BTreeMap<(Instant, u64), String>,
    leases: BTreeMap<(Instant, u64), String>,
    dead: VecDeque<(String, String)>,
    dead_ever: u64,
    done: u64,
    counter: u64,
}

#[derive(Debug)]
struct Entry {
    payload: Vec<u8>,
    rank: Rank,
    attempt: u32,
    /// The key in `leases`, while claimed.
    lease: Option<(Instant, u64)>,
    /// The fencing token of the present claim.
    token: u64,
}

impl Shelf {
    /// Puts a message on the shelf unless one of its id is alive.
    pub fn push(&mut self, id: String, payload: Vec<u8>, rank: Rank, due: Option<Instant>) -> bool {
        if self.messages.contains_key(&id) {
            return false;
        }
        let entry = Entry {
            payload,
            rank,
            attempt: 0,
            lease: None,
            token: 0,
        };
        self.messages.insert(id.clone(), entry);
        self.place(id, rank, due);
        true
    }

    /// The first message that can be claimed at `now`, on a lease until `until`.
    pub fn claim(&mut self, now: Instant, until: Instant) -> Option<Claimed> {
        self.promote(now);
        let id = self.ready.iter_mut().find_map(VecDeque::pop_front)?;
        let token = self.next();
        let entry = self.messages.get_mut(&id)?;
        entry.attempt += 1;
        entry.token = token;
        entry.lease = Some((until, token));
        self.leases.insert((until, token), id.clone());
        Some(Claimed {
            id,
            payload: entry.payload.clone(),
            attempt: entry.attempt,
            token,
        })
    }

    /// When the next delayed message or lease falls due.
    pub fn next_due(&self) -> Option<Instant> {
        let first = |times: &BTreeMap<(Instant, u64), String>| {
            times.first_key_value().map(|((at, _), _)| *at)
        };
        [first(&self.delayed), first(&self.leases)]
            .into_iter()
            .flatten()
            .min()
    }

    /// Moves the end of a lease; `false` when the claim does not hold any more.
    pub fn renew(&mut self, claim: &Claimed, until: Instant) -> bool {
        let Some(entry) = holder(&mut self.messages, claim) else {
            return false;
        };
        if let Some(old) = entry.lease.replace((until, claim.token)) {
            self.leases.remove(&old);
        }
        self.leases.insert((until, claim.token), claim.id.clone());
        true
    }

    /// Ends a claim; `false` when it does not hold any more.
    pub fn settle(&mut self, claim: &Claimed, settlement: Settlement, now: Instant) -> bool {
        let Some(entry) = holder(&mut self.messages, claim) else {
            return false;
        };
        let rank = entry.rank;
        if let Some(lease) = entry.lease.take() {
            self.leases.remove(&lease);
        }
        match settlement {
            Settlement::Done => {
                self.messages.remove(&claim.id);
                self.done += 1;
            }
            Settlement::Defer(delay) => {
                entry.attempt = entry.attempt.saturating_sub(1);
                self.place(claim.id.clone(), rank, Some(now + delay));
            }
            Settlement::Retry(delay, _) => self.place(claim.id.clone(), rank, Some(now + delay)),
            Settlement::Dead(error) => {
                self.messages.remove(&claim.id);
                self.dead_ever += 1;
                self.dead.push_back((claim.id.clone(), error));
                if self.dead.len() > DEAD_KEPT {
                    self.dead.pop_front();
                }
            }
        }
        true
    }

    /// The figures.
    pub fn stats(&self) -> QueueStats {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        QueueStats {
            ready: self.ready.iter().map(|ready| count(ready.len())).sum(),
            delayed: count(self.delayed.len()),
            claimed: count(self.leases.len()),
            dead: self.dead_ever,
            done: self.done,
        }
    }

    fn place(&mut self, id: String, rank: Rank, due: Option<Instant>) {
        match due {
            Some(due) => {
                let key = (due, self.next());
                self.delayed.insert(key, id);
            }
            None => self.line_up(id, rank),
        }
    }

    fn line_up(&mut self, id: String, rank: Rank) {
        let rank = usize::from(rank.0.min(Rank::COUNT - 1));
        self.ready[rank].push_back(id);
    }

    /// Lines up what is due: delayed messages, and those whose worker let the lease end.
    fn promote(&mut self, now: Instant) {
        for ended in take_due(&mut self.leases, now) {
            if let Some(entry) = self.messages.get_mut(&ended) {
                entry.lease = None;
                entry.token = 0;
                let rank = entry.rank;
                self.line_up(ended, rank);
            }
        }
        for due in take_due(&mut self.delayed, now) {
            if let Some(rank) = self.messages.get(&due).map(|entry| entry.rank) {
                self.line_up(due, rank);
            }
        }
    }

    fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

fn holder<'a>(messages: &'a mut HashMap<String, Entry>, claim: &Claimed) -> Option<&'a mut Entry> {
    messages
        .get_mut(&claim.id)
        .filter(|entry| entry.lease.is_some() && entry.token == claim.token)
}

fn take_due(times: &mut BTreeMap<(Instant, u64), String>, now: Instant) -> Vec<String> {
    let later = times.split_off(&(now, u64::MAX));
    std::mem::replace(times, later).into_values().collect()
}
