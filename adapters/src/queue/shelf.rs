//! The messages of one queue in memory, and the rules of the contract, without waiting.

use super::{DEAD_KEPT, clipped};
use shared::jobs::Rank;
use shared::ports::queue::{Claimed, Listed, Place, QueueStats, Settlement, Slice};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// Ids by the time at which they fall due, and by a count that keeps those of one time in order.
type Times = BTreeMap<(Instant, u64), String>;

/// A message that is new to the shelf.
#[derive(Debug)]
pub struct Fresh {
    /// The encoded job.
    pub payload: Vec<u8>,
    /// Order within the queue.
    pub rank: Rank,
    /// Not before this much time from now.
    pub delay: Duration,
}

/// One queue.
#[derive(Debug, Default)]
pub struct Shelf {
    messages: HashMap<String, Entry>,
    ready: [VecDeque<String>; Rank::COUNT as usize],
    delayed: Times,
    leases: Times,
    dead: VecDeque<Dead>,
    done: u64,
    cut: u64,
    counter: u64,
    paused: bool,
    /// When somebody asked for a message, or renewed a lease, last.
    asked: Option<Instant>,
}

#[derive(Debug)]
struct Entry {
    payload: Vec<u8>,
    rank: Rank,
    /// Since when it is ready, or was before it was claimed.
    ready_at: Instant,
    attempt: u32,
    /// The key in `delayed`, while it waits for its time.
    due: Option<(Instant, u64)>,
    /// When it was claimed last.
    claimed_at: Option<Instant>,
    /// The key in `leases`, while claimed.
    lease: Option<(Instant, u64)>,
    /// The fencing token of the present claim.
    token: u64,
}

#[derive(Debug)]
struct Dead {
    id: String,
    entry: Entry,
    error: String,
    died_at: Instant,
}

impl Shelf {
    /// Puts a message on the shelf unless one of its id is alive; ready after `delay` from `now`.
    pub fn push(&mut self, id: String, fresh: Fresh, now: Instant) -> bool {
        if self.messages.contains_key(&id) {
            return false;
        }
        let due = (!fresh.delay.is_zero()).then(|| now + fresh.delay);
        let rank = fresh.rank;
        let entry = Entry {
            payload: fresh.payload,
            rank,
            ready_at: due.unwrap_or(now),
            attempt: 0,
            due: None,
            claimed_at: None,
            lease: None,
            token: 0,
        };
        self.messages.insert(id.clone(), entry);
        self.place(id, rank, due);
        true
    }

    /// The first message that can be claimed at `now`, on a lease until `until`.
    pub fn claim(&mut self, now: Instant, until: Instant) -> Option<Claimed> {
        self.asked = Some(now);
        if self.paused {
            return None;
        }
        self.promote(now);
        let id = self.ready.iter_mut().find_map(VecDeque::pop_front)?;
        let token = self.next();
        let entry = self.messages.get_mut(&id)?;
        entry.attempt += 1;
        entry.token = token;
        entry.lease = Some((until, token));
        entry.claimed_at = Some(now);
        self.leases.insert((until, token), id.clone());
        Some(Claimed {
            id,
            payload: entry.payload.clone(),
            attempt: entry.attempt,
            token,
        })
    }

    /// When the next delayed message or lease falls due; none while paused.
    pub fn next_due(&self) -> Option<Instant> {
        if self.paused {
            return None;
        }
        let first = |times: &Times| times.first_key_value().map(|((at, _), _)| *at);
        [first(&self.delayed), first(&self.leases)]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets a lease end `lease` from `now`; `false` when the claim does not hold any more.
    pub fn renew(&mut self, claim: &Claimed, now: Instant, lease: Duration) -> bool {
        self.asked = Some(now);
        let until = now + lease;
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
            Settlement::Dead(error) => self.bury(&claim.id, &error, now),
        }
        true
    }

    /// A part of the messages that stand at `place`.
    pub fn list(&self, place: Place, slice: Slice, now: Instant) -> Vec<Listed> {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let (offset, limit) = (size(slice.offset), size(slice.size()));
        let alive = |id: &String| self.alive(id, now);
        let part = |ids: &mut dyn Iterator<Item = &String>| -> Vec<Listed> {
            ids.skip(offset).take(limit).filter_map(alive).collect()
        };
        match place {
            Place::Ready => part(&mut self.ready.iter().flatten()),
            Place::Delayed => part(&mut self.delayed.values()),
            Place::Claimed => part(&mut self.leases.values()),
            Place::Dead => {
                let dead = self.dead.iter().rev().skip(offset).take(limit);
                dead.map(|dead| dead.told(now)).collect()
            }
        }
    }

    /// The message of this id that is alive, then the one that is dead.
    pub fn find(&self, id: &str, now: Instant) -> Vec<Listed> {
        let dead = self.dead.iter().find(|dead| dead.id == id);
        self.alive(id, now)
            .into_iter()
            .chain(dead.map(|dead| dead.told(now)))
            .collect()
    }

    /// When somebody asked for a message, or renewed a lease, last.
    pub fn asked(&self) -> Option<Instant> {
        self.asked
    }

    fn alive(&self, id: &str, now: Instant) -> Option<Listed> {
        let entry = self.messages.get(id)?;
        let (place, since, until) = match (entry.lease, entry.due) {
            (Some((ends, _)), _) => (Place::Claimed, entry.claimed_at, Some(ends)),
            (None, Some((due, _))) => (Place::Delayed, None, Some(due)),
            (None, None) => (Place::Ready, Some(entry.ready_at), None),
        };
        Some(Listed {
            id: id.to_owned(),
            payload: entry.payload.clone(),
            rank: entry.rank,
            attempts: entry.attempt,
            place,
            since: since.map(|since| now.saturating_duration_since(since)),
            left: until.map(|until| until.saturating_duration_since(now)),
            error: None,
        })
    }

    /// Lines a dead message up again; `false` when there is none of this id.
    pub fn retry(&mut self, id: &str, now: Instant) -> bool {
        let Some(dead) = self.unbury(id) else {
            return false;
        };
        let fresh = Fresh {
            payload: dead.entry.payload,
            rank: dead.entry.rank,
            delay: Duration::ZERO,
        };
        // One that is alive again stands for it.
        self.push(dead.id, fresh, now);
        true
    }

    /// Forgets a dead message; `false` when there is none of this id.
    pub fn discard(&mut self, id: &str) -> bool {
        self.unbury(id).is_some()
    }

    /// Whether anything can be claimed.
    pub fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// The figures.
    pub fn stats(&self, now: Instant) -> QueueStats {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let by_rank = self.ready.each_ref().map(|ready| count(ready.len()));
        let first = self.ready.iter().filter_map(VecDeque::front);
        let since = first
            .filter_map(|id| self.messages.get(id))
            .map(|entry| entry.ready_at);
        QueueStats {
            ready: by_rank.iter().sum(),
            by_rank,
            delayed: count(self.delayed.len()),
            claimed: count(self.leases.len()),
            dead: count(self.dead.len()),
            done: self.done,
            cut: self.cut,
            oldest: since
                .min()
                .map(|since| now.saturating_duration_since(since)),
            paused: self.paused,
        }
    }

    fn bury(&mut self, id: &str, error: &str, now: Instant) {
        let Some(entry) = self.messages.remove(id) else {
            return;
        };
        self.unbury(id);
        self.dead.push_back(Dead {
            id: id.to_owned(),
            entry,
            error: clipped(error).to_owned(),
            died_at: now,
        });
        if self.dead.len() > DEAD_KEPT {
            self.dead.pop_front();
            self.cut += 1;
        }
    }

    fn unbury(&mut self, id: &str) -> Option<Dead> {
        let at = self.dead.iter().position(|dead| dead.id == id)?;
        self.dead.remove(at)
    }

    fn place(&mut self, id: String, rank: Rank, due: Option<Instant>) {
        match due {
            Some(due) => {
                let key = (due, self.next());
                if let Some(entry) = self.messages.get_mut(&id) {
                    entry.due = Some(key);
                }
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
        let ended = take_due(&mut self.leases, now);
        let due = take_due(&mut self.delayed, now);
        for ((since, _), id) in ended.into_iter().chain(due) {
            if let Some(entry) = self.messages.get_mut(&id) {
                entry.lease = None;
                entry.due = None;
                entry.token = 0;
                entry.ready_at = since;
                let rank = entry.rank;
                self.line_up(id, rank);
            }
        }
    }

    fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

impl Dead {
    fn told(&self, now: Instant) -> Listed {
        Listed {
            id: self.id.clone(),
            payload: self.entry.payload.clone(),
            rank: self.entry.rank,
            attempts: self.entry.attempt,
            place: Place::Dead,
            since: Some(now.saturating_duration_since(self.died_at)),
            left: None,
            error: Some(self.error.clone()),
        }
    }
}

fn holder<'a>(messages: &'a mut HashMap<String, Entry>, claim: &Claimed) -> Option<&'a mut Entry> {
    messages
        .get_mut(&claim.id)
        .filter(|entry| entry.lease.is_some() && entry.token == claim.token)
}

fn take_due(times: &mut Times, now: Instant) -> Times {
    let later = times.split_off(&(now, u64::MAX));
    std::mem::replace(times, later)
}
