//! How a long-running program is: whether its loops turn (`/healthz`) and whether it can do its work
//! now (`/readyz`), on a small page of its own.
//!
//! What turns says so itself, from the place where the work is done ([`Heartbeat`]); nothing here beats by
//! the clock. Where `HEALTH_LISTEN` is not set there is no page, and the rest costs nothing.

mod ask;
mod heartbeat;
mod page;

pub use ask::ask;
pub use heartbeat::Heartbeat;
pub use page::open;

use crate::wiring::{App, Sources};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A loop that has not turned for so long hangs. The longest turns that are none: a claim waits 5 s,
/// then up to 10 s for Redis; the start of a run is some statements of up to 15 s each.
const HANGS_AFTER: Duration = Duration::from_secs(60);
/// Redis and the database answer the page within this, or count as away.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// What is wrong, by what it is about; nothing when all is well. Holds no secret.
pub type Complaints = BTreeMap<String, &'static str>;

/// How this program is. All clones tell of the same program.
#[derive(Clone, Default)]
pub struct Health {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    heartbeats: Vec<Heartbeat>,
    sources: Option<Sources>,
    stopping: bool,
}

impl Health {
    /// A loop of this program that is expected to turn from now on.
    pub fn heartbeat(&self, name: &str) -> Heartbeat {
        let heartbeat = Heartbeat::new(name);
        self.state().heartbeats.push(heartbeat.clone());
        heartbeat
    }

    /// The start is over: the work can be done as long as these answer.
    pub fn started(&self, app: &App) {
        self.state().sources = Some(app.sources.clone());
    }

    /// From now on no new work is taken.
    pub fn stopping(&self) {
        self.state().stopping = true;
    }

    /// Why the process should be killed and started again; nothing when it is alive.
    pub fn dead(&self) -> Complaints {
        let state = self.state();
        // Loops end one after the other then, and the stop has a deadline of its own.
        if state.stopping {
            return Complaints::new();
        }
        let hanging = state
            .heartbeats
            .iter()
            .filter(|heartbeat| heartbeat.hangs(HANGS_AFTER));
        hanging
            .map(|heartbeat| (heartbeat.name(), "has not turned for a minute"))
            .collect()
    }

    /// Why no work is done now.
    async fn unready(&self) -> Complaints {
        let mut complaints = self.dead();
        let sources = {
            let state = self.state();
            if state.stopping {
                complaints.insert("process".to_owned(), "is stopping");
            }
            let failing = state
                .heartbeats
                .iter()
                .filter(|heartbeat| heartbeat.fails());
            for heartbeat in failing {
                complaints
                    .entry(heartbeat.name())
                    .or_insert("its last turn failed; the log tells why");
            }
            state.sources.clone()
        };
        match sources {
            Some(sources) => complaints.extend(away(&sources).await),
            None => drop(complaints.insert("process".to_owned(), "is starting")),
        }
        complaints
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which of those that the work rests on do not answer.
async fn away(sources: &Sources) -> Complaints {
    let database = async {
        let asked = sources.store.schema_version();
        let answer = tokio::time::timeout(ANSWER_WITHIN, asked).await;
        matches!(answer, Ok(Ok(_)))
    };
    let redis = async {
        let Some(redis) = &sources.redis else {
            return true;
        };
        let answer = tokio::time::timeout(ANSWER_WITHIN, redis.ping()).await;
        matches!(answer, Ok(Ok(())))
    };
    let (database, redis) = tokio::join!(database, redis);
    [("database", database), ("redis", redis)]
        .into_iter()
        .filter(|(_, answers)| !answers)
        .map(|(name, _)| (name.to_owned(), "does not answer"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const A_LITTLE_MORE: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_stands_still_shows_by_its_name_and_another_one_does_not_hide_it() {
        let health = Health::default();
        let (sync, update) = (
            health.heartbeat("queue sync"),
            health.heartbeat("queue update"),
        );
        sync.answered();

        advance(HANGS_AFTER + A_LITTLE_MORE).await;
        update.answered();

        let dead: Vec<String> = health.dead().into_keys().collect();
        assert_eq!(dead, ["queue sync"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_whose_turns_fail_is_alive_and_not_ready() {
        let health = Health::default();
        let heartbeat = health.heartbeat("queue sync");

        advance(HANGS_AFTER + A_LITTLE_MORE).await;
        heartbeat.failed();

        assert!(health.dead().is_empty());
        assert!(health.unready().await.contains_key("queue sync"));
        heartbeat.answered();
        assert!(!health.unready().await.contains_key("queue sync"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_stops_is_not_killed_for_loops_that_have_ended() {
        let health = Health::default();
        let _heartbeat = health.heartbeat("queue sync");

        health.stopping();
        advance(HANGS_AFTER + A_LITTLE_MORE).await;

        assert!(health.dead().is_empty());
        assert!(health.unready().await.contains_key("process"));
    }
}
