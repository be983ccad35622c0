//! The queue of a lane: its tickets, their order, and when each of them has to ask again.

use super::pace::Micros;
use crate::domain::lane::Priority;
use std::collections::{BTreeMap, HashMap};

/// Identifies a caller in the queue of a lane.
pub type TicketId = u64;

type QueuePosition = (Priority, u64);

/// Tickets in the order in which they are granted.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tickets {
    queue: BTreeMap<QueuePosition, TicketId>,
    waiting: HashMap<TicketId, QueuedTicket>,
    arrivals: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct QueuedTicket {
    position: QueuePosition,
    /// When the ticket has to ask again.
    due: Micros,
}

impl Tickets {
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Adds `ticket` behind all others of its priority, unless it is in the queue already.
    /// It is not late before it was told when to ask.
    pub(super) fn enqueue(&mut self, ticket: TicketId, priority: Priority) {
        if !self.waiting.contains_key(&ticket) {
            self.arrivals += 1;
            let position = (priority, self.arrivals);
            let due = Micros::MAX;
            let queued = QueuedTicket { position, due };
            self.waiting.insert(ticket, queued);
            self.queue.insert(position, ticket);
        }
    }

    /// Removes `ticket`; `true` if it was in the queue.
    pub(super) fn leave(&mut self, ticket: TicketId) -> bool {
        let queued = self.waiting.remove(&ticket);
        queued.is_some_and(|queued| self.queue.remove(&queued.position).is_some())
    }

    /// The number of tickets before `ticket`. Costs one step for each of them; a queue holds about
    /// as many tickets as grants fit into the horizon.
    pub(super) fn rank(&self, ticket: TicketId) -> usize {
        let queued = self.waiting.get(&ticket);
        queued.map_or(0, |queued| self.queue.range(..queued.position).count())
    }

    pub(super) fn set_due(&mut self, ticket: TicketId, due: Micros) {
        if let Some(queued) = self.waiting.get_mut(&ticket) {
            queued.due = due;
        }
    }

    /// Makes every ticket due by `now`. After the clock went back, an old due instant would keep a
    /// dead head alive for as long as the clock went back.
    pub(super) fn cap_due(&mut self, now: Micros) {
        for queued in self.waiting.values_mut() {
            queued.due = queued.due.min(now);
        }
    }

    /// Drops the heads before `asking` that were due before `since`; `true` if there was one.
    pub(super) fn drop_heads_due_before(&mut self, since: Micros, asking: TicketId) -> bool {
        let mut dropped = false;
        while let Some((_, &head)) = self.queue.first_key_value() {
            let queued = self.waiting.get(&head);
            if head == asking || queued.is_some_and(|queued| queued.due >= since) {
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
    fn a_removed_ticket_leaves_nothing_behind() {
        let mut tickets = Tickets::default();
        for ticket in 0..100 {
            tickets.enqueue(ticket, Priority::Normal);
            tickets.set_due(ticket, 5);
        }

        tickets.leave(99);
        tickets.drop_heads_due_before(6, 98);
        tickets.leave(98);
        tickets.set_due(98, 7);

        assert_eq!((tickets.queue.len(), tickets.waiting.len()), (0, 0));
    }

    #[test]
    fn a_ticket_that_asks_again_keeps_its_position() {
        let mut tickets = Tickets::default();

        for ticket in [1, 2, 3, 1] {
            tickets.enqueue(ticket, Priority::Normal);
        }
        tickets.enqueue(4, Priority::Urgent);

        assert_eq!(
            [4, 1, 2, 3].map(|ticket| tickets.rank(ticket)),
            [0, 1, 2, 3]
        );
    }
}
