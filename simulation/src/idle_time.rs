//! Passes the hours in which nothing happens.
//!
//! Every process looks each second or five whether there is something to do, which costs nearly all of the
//! real time of a simulation. While there is nothing, all of them sleep together for a while, as on a
//! computer that is suspended: so short that none takes another for dead.

use crate::oracle::rows::selected;
use crate::simulation::Simulation;
use std::time::Duration;
use tokio::time::{Instant, advance, sleep, sleep_until};

/// Long enough for tokens and leases to end in it.
const JUMP_ALONE: Duration = Duration::from_secs(300);
/// A loop counts as dead after a minute, and turns every five seconds.
const JUMP_WITH_OTHERS: Duration = Duration::from_secs(50);
/// A process without a sign of life for a minute is missing, and others tell of it.
const MISSING_AFTER: Duration = Duration::from_secs(59);
/// Everything that is due after a jump is done in this time.
const SETTLES: Duration = Duration::from_millis(200);
/// From one look whether nothing happens to the next.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A wait for the next step of the director.
#[derive(Debug, Clone, Copy)]
pub struct IdleWait {
    /// When it ends.
    pub until: Instant,
    /// A jump may go beyond its end, and not beyond this.
    pub undisturbed: Instant,
}

impl IdleWait {
    /// Waits, in jumps while nothing happens.
    pub async fn pass(self, simulation: &Simulation) {
        if !simulation.scenario.skips_idle {
            return sleep_until(self.until).await;
        }
        loop {
            let now = Instant::now();
            if self.until.saturating_duration_since(now) <= LOOK_EVERY {
                return sleep_until(self.until).await;
            }
            let undisturbed = self.undisturbed.saturating_duration_since(now);
            let jump = nothing_for(simulation).min(undisturbed);
            let jump = jump.min(longest_sleep(simulation));
            if jump > LOOK_EVERY {
                advance(jump.saturating_sub(SETTLES)).await;
                sleep(SETTLES).await;
            } else {
                sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// How long all processes may sleep without one that takes another for missing.
fn longest_sleep(simulation: &Simulation) -> Duration {
    if simulation.scenario.processes == 1 {
        return JUMP_ALONE;
    }
    let now = simulation.time.now();
    let alive = "SELECT heard_at FROM processes WHERE stopped_at IS NULL";
    let silences = selected(&simulation.rows, alive)
        .into_iter()
        .filter_map(|row| (now - row.instant("heard_at")?).to_std().ok());
    let longest = silences.filter(|silence| *silence < MISSING_AFTER).max();
    JUMP_WITH_OTHERS.min(MISSING_AFTER.saturating_sub(longest.unwrap_or_default()))
}

/// How long nothing happens: no request is under way, all messages are due later, a run that is open waits
/// for one of them, and no fault waits for a call.
fn nothing_for(simulation: &Simulation) -> Duration {
    let messages = simulation.queue.messages();
    let is_at_work = messages.iter().any(|message| message.state != "delayed");
    if is_at_work || simulation.is_waiting() || simulation.troubles.is_armed() {
        return Duration::ZERO;
    }
    if let Some(next) = messages.iter().map(|message| message.due_in).min() {
        return next;
    }
    let open = "SELECT 1 FROM runs WHERE state IN ('running', 'backfilling') LIMIT 1";
    if simulation.rows.select(open).is_empty() {
        Duration::MAX
    } else {
        Duration::ZERO
    }
}
