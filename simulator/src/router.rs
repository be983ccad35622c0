//! Hands each request to the vendor that it is for, and writes what was answered into the ledger.

use crate::clock::SimClock;
use crate::http::{Incoming, Reply};
use crate::ledger::Arrival;
use crate::operation::{Operation, Vendor};
use crate::state::World;
use crate::{amazon, base, chatwork, control, webhook};

/// Answers one request. The controls under `/_sim/` pass no quota, no fault and no ledger.
pub fn answer(world: &mut World, incoming: &Incoming) -> Reply {
    if incoming.path.starts_with("/_sim/") {
        return control::answer(world, incoming);
    }
    world.follow_time();
    let arrival = Arrival {
        real: SimClock::real_now(),
        simulated: world.clock.now(),
    };
    let operation = Operation::of(&incoming.method, &incoming.path);
    let reply = match operation.vendor() {
        Vendor::Amazon => amazon::answer(world, operation, incoming),
        Vendor::Base => base::answer(world, operation, incoming),
        Vendor::Chatwork => chatwork::answer(world, operation, incoming),
        Vendor::Webhook => webhook::answer(world, operation, incoming),
    };
    world
        .ledger
        .record(operation, arrival, reply.status, reply.note.clone());
    reply
}
