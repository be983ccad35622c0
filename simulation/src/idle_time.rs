//! Passes the hours in which nothing happens.
//!
//! Every process looks each second or five whether there is something to do, which costs nearly all of the
//! real time of a simulation. While nothing is open, all of them sleep together for some seconds, as on a
//! computer that is suspended: shorter than the leader's lease, so that nothing ends by it.

use crate::simulation::Simulation;
use std::time::Duration;
use tokio::time::{Instant, advance, sleep, sleep_until};

/// Shorter than the leader's lease of 10 s, and than the 15 s of a message that waits for its reset.
const JUMP: Duration = Duration::from_secs(9);
/// Everything that is due after a jump is done in this time.
const SETTLES: Duration = Duration::from_millis(200);
/// From one look whether nothing happens to the next.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Waits until `until`, in jumps while nothing happens and `may_jump`.
pub async fn pass_time(simulation: &Simulation, until: Instant, may_jump: bool) {
    if !may_jump || !simulation.scenario.skips_idle {
        return sleep_until(until).await;
    }
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left <= LOOK_EVERY {
            return sleep_until(until).await;
        }
        if is_idle(simulation) {
            advance(JUMP.min(left.saturating_sub(SETTLES))).await;
            sleep(SETTLES).await;
        } else {
            sleep(LOOK_EVERY).await;
        }
    }
}

/// Whether no request is under way, no message is due soon, and no run is worked on.
fn is_idle(simulation: &Simulation) -> bool {
    let mut messages = simulation.queue.messages().into_iter();
    let is_near = |state: &str, due_in: Duration| state != "delayed" || due_in <= JUMP * 2;
    if simulation.is_waiting() || messages.any(|one| is_near(one.state, one.due_in)) {
        return false;
    }
    let open = "SELECT 1 FROM runs WHERE state IN ('running', 'backfilling') LIMIT 1";
    simulation.rows.select(open).is_empty()
}
