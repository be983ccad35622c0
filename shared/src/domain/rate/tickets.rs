//! The queue of a lane: who waits, in which order, and when each was told to ask again.

use super::{Micros, TicketId};
use crate::domain::lane::Priority;
use std::collections::{BTreeMap, HashMap};

type Place = (Priority, u64);

/// Tickets in the order in which they are granted.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tickets {
    queue: BTreeMap<Place, TicketId>,
    waiting: HashMap<TicketId, Waiting>,
    arrivals: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct Waiting {
    place: Place,
    /// When it was told to ask again.
    due: Micros,
}

impl Tickets {
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Puts `ticket` behind all of its priority, if it is not in the queue.
    pub(super) fn enqueue(&mut self, ticket: TicketId, priority: Priority, now: Micros) {
        if !self.waiting.contains_key(&ticket) {
            self.arrivals += 1;
            let place = (priority, self.arrivals);
            self.waiting.insert(ticket, Waiting { place, due: now });
            self.queue.insert(place, ticket);
        }
    }

    /// `true` if it was in the queue.
    pub(super) fn leave(&mut self, ticket: TicketId) -> bool {
        self.waiting
            .remove(&ticket)
            .is_some_and(|waiting| self.queue.remove(&waiting.place).is_some())
    }

    /// How many go before `ticket`. Costs one step for each of them; the horizon keeps a queue about
    /// as short as the number of grants that fit into it.
    pub(super) fn rank(&self, ticket: TicketId) -> usize {
        self.waiting
            .get(&ticket)
            .map_or(0, |waiting| self.queue.range(..waiting.place).count())
    }

    pub(super) fn promise(&mut self, ticket: TicketId, due: Micros) {
        if let Some(waiting) = self.waiting.get_mut(&ticket) {
            waiting.due = due;
        }
    }

    /// Everybody is expected to ask by `now`: what was promised on a clock that has gone back would
    /// keep a dead head for as long as the clock went.
    pub(super) fn expect_everybody(&mut self, now: Micros) {
        for waiting in self.waiting.values_mut() {
            waiting.due = waiting.due.min(now);
        }
    }

    /// Drops every head before `asking` that was due before `since`; `true` if there was one.
    pub(super) fn drop_heads_due_before(&mut self, since: Micros, asking: TicketId) -> bool {
        let mut dropped = false;
        while let Some((_, &head)) = self.queue.first_key_value() {
            let alive = self
                .waiting
                .get(&head)
                .is_some_and(|head| head.due >= since);
            if head == asking || alive {
                break;
            }
            self.queue.pop_first();
            self.waiting.remove(&head);
            dropped = true;
        }
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_leaves_leaves_nothing_behind() {
        let mut tickets = Tickets::default();
        for ticket in 0..100 {
            tickets.enqueue(ticket, Priority::Normal, 0);
            tickets.promise(ticket, 5);
        }

        tickets.leave(99);
        tickets.drop_heads_due_before(6, 98);
        tickets.leave(98);
        tickets.promise(98, 7);

        assert_eq!((tickets.queue.len(), tickets.waiting.len()), (0, 0));
    }

    #[test]
    fn asking_again_keeps_the_place() {
        let mut tickets = Tickets::default();

        for ticket in [1, 2, 3, 1] {
            tickets.enqueue(ticket, Priority::Normal, 0);
        }
        tickets.enqueue(4, Priority::Urgent, 0);

        assert_eq!(
            [4, 1, 2, 3].map(|ticket| tickets.rank(ticket)),
            [0, 1, 2, 3]
        );
    }
}
