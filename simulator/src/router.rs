//! Hands each request to its vendor, and records the response in the ledger.

use crate::clock::SimClock;
use crate::http::{HttpRequest, HttpResponse};
use crate::ledger::Arrival;
use crate::operation::{Operation, Vendor};
use crate::state::World;
use crate::{amazon, base, chatwork, control, webhook};

/// Answers one request. Quotas, faults and ledger do not apply to the controls under `/_sim/`.
pub fn answer(world: &mut World, request: &HttpRequest) -> HttpResponse {
    if request.path.starts_with("/_sim/") {
        return control::answer(world, request);
    }
    world.follow_time();
    let arrival = Arrival {
        real: SimClock::real_now(),
        simulated: world.clock.now(),
    };
    let operation = Operation::of(&request.method, &request.path);
    let response = match operation.vendor() {
        Vendor::Amazon => amazon::answer(world, operation, request),
        Vendor::Base => base::answer(world, operation, request),
        Vendor::Chatwork => chatwork::answer(world, operation, request),
        Vendor::Webhook => webhook::answer(world, operation, request),
    };
    let (ledger, note) = (&mut world.ledger, response.note.clone());
    ledger.record(operation, arrival, response.status, note);
    response
}
