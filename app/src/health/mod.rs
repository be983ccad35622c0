//! The health of a long-running program, on a page of its own: whether its loops are alive
//! (`/healthz`) and whether it can do its work now (`/readyz`).
//!
//! Each loop reports its iterations itself ([`Heartbeat`]); nothing here is driven by a timer.
//! Without `HEALTH_LISTEN` there is no page.

mod ask;
mod heartbeat;
mod page;

pub use ask::ask;
pub use heartbeat::Heartbeat;
pub use page::open;

use crate::backends::LimiterShutdown;
use crate::outage::Outage;
use crate::sources::Sources;
use crate::wiring::App;
use adapters::call_watch::CALLS;
use adapters::redis::RedisFault;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A loop without an iteration for this long hangs. The longest healthy iterations: a claim waits 5
/// s, then up to 10 s for Redis; the start of a run is a few statements of up to 15 s each.
const HANGS_AFTER: Duration = Duration::from_secs(60);
/// Redis and the database count as unavailable if they do not respond within this time.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// Without a permit that could be used for this long, no work is done.
const NO_PERMIT_FOR: Duration = Duration::from_secs(60);
const DOES_NOT_ANSWER: Cow<'static, str> = Cow::Borrowed("does not answer");

/// The problems, by what they are about; empty when there is none. They contain no secret.
pub type Complaints = BTreeMap<String, Cow<'static, str>>;

/// The health of this program. All clones share one state.
#[derive(Clone, Default)]
pub struct Health {
    state: Arc<Mutex<HealthState>>,
}

#[derive(Default)]
struct HealthState {
    heartbeats: Vec<Heartbeat>,
    outages: Vec<Outage>,
    sources: Option<Sources>,
    limiter: Option<LimiterShutdown>,
    stopping: bool,
}

impl Health {
    /// Registers a loop of this program, which is expected to run from now on.
    pub fn heartbeat(&self, name: &str) -> Heartbeat {
        let heartbeat = Heartbeat::new(name);
        self.state().heartbeats.push(heartbeat.clone());
        heartbeat
    }

    /// Registers the outages that a loop of this program meets; while one lasts, it is not ready.
    pub fn outage(&self, name: &str) -> Outage {
        let outage = Outage::new(name);
        self.state().outages.push(outage.clone());
        outage
    }

    /// Ends the start: the program is ready as long as the servers of `app` respond.
    pub fn started(&self, app: &App) {
        let mut state = self.state();
        state.sources = Some(app.sources.clone());
        state.limiter = Some(app.limiter_shutdown.clone());
    }

    /// Begins the stop: no new work is taken from now on.
    pub fn stopping(&self) {
        self.state().stopping = true;
    }

    /// Why the process should be restarted; empty when it is alive.
    pub fn dead(&self) -> Complaints {
        let state = self.state();
        // Loops end one after the other then, and the stop has a deadline of its own.
        if state.stopping {
            return Complaints::new();
        }
        let heartbeats = state.heartbeats.iter();
        heartbeats
            .filter(|heartbeat| heartbeat.hangs(HANGS_AFTER))
            .map(|heartbeat| (heartbeat.name(), "has not turned for a minute".into()))
            .collect()
    }

    /// Why no work can be done now.
    async fn unready(&self) -> Complaints {
        let mut complaints = self.dead();
        let sources = {
            let state = self.state();
            if state.stopping {
                complaints.insert("process".to_owned(), "is stopping".into());
            }
            let heartbeats = state.heartbeats.iter();
            for heartbeat in heartbeats.filter(|heartbeat| heartbeat.fails()) {
                complaints
                    .entry(heartbeat.name())
                    .or_insert("its last turn failed; the log tells why".into());
            }
            complaints.extend(state.outages.iter().filter_map(Outage::complaint));
            let limiter = state.limiter.as_ref();
            if let Some(lasts) = limiter.and_then(LimiterShutdown::without_permit_for)
                && lasts >= NO_PERMIT_FOR
            {
                let seconds = lasts.as_secs();
                let text = format!("has granted no permit in time for {seconds} s");
                complaints.insert("limiter".to_owned(), text.into());
            }
            state.sources.clone()
        };
        match sources {
            Some(sources) => {
                complaints.extend(unavailable(&sources).await);
                if !complaints.contains_key("database") {
                    complaints.extend(read_only(&sources).await);
                }
            }
            None => drop(complaints.insert("process".to_owned(), "is starting".into())),
        }
        complaints.extend(silent());
        complaints
    }

    fn state(&self) -> MutexGuard<'_, HealthState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The vendors and servers that calls of this process have waited for too long.
fn silent() -> Complaints {
    let silent = CALLS.silent().into_iter().map(|silence| {
        let (seconds, since) = (silence.lasts.as_secs(), silence.since);
        let text = format!("has given no usable answer for {seconds} s, since {since}");
        (silence.callee, text.into())
    });
    silent.collect()
}

/// The servers that do not respond, or accept no work.
async fn unavailable(sources: &Sources) -> Complaints {
    let database = async {
        let asked = sources.store.schema_version();
        let answer = tokio::time::timeout(ANSWER_WITHIN, asked).await;
        (!matches!(answer, Ok(Ok(_)))).then_some(DOES_NOT_ANSWER)
    };
    let (database, redis) = tokio::join!(database, redis_fault(sources));
    [("database", database), ("redis", redis)]
        .into_iter()
        .filter_map(|(name, fault)| Some((name.to_owned(), fault?)))
        .collect()
}

/// Why Redis cannot be used now.
async fn redis_fault(sources: &Sources) -> Option<Cow<'static, str>> {
    let check = sources.redis.as_ref()?.check();
    match tokio::time::timeout(ANSWER_WITHIN, check).await {
        Ok(Ok(())) => None,
        Ok(Err(RedisFault::Unreachable(..) | RedisFault::NoAnswer(..))) | Err(_) => {
            Some(DOES_NOT_ANSWER)
        }
        Ok(Err(fault)) => Some(fault.to_string().into()),
    }
}

/// Whether rows cannot be written: a server that is no longer the primary, or that has taken a right
/// away, still reads.
async fn read_only(sources: &Sources) -> Complaints {
    let tried = sources.store.try_write();
    match tokio::time::timeout(ANSWER_WITHIN, tried).await {
        Ok(Ok(())) => Complaints::new(),
        _ => Complaints::from([("database".to_owned(), "takes no writes".into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::time::{advance, timeout};

    const A_LITTLE_MORE: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn a_hanging_loop_is_named_although_another_one_is_alive() {
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
    async fn a_loop_whose_iterations_fail_is_alive_and_not_ready() {
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
    async fn a_program_that_waits_for_a_vendor_is_not_ready_and_says_since_when() {
        let health = Health::default();
        let mut call = Box::pin(CALLS.call("Amazon (a test)", pending::<()>(), |()| true));
        let _ = timeout(Duration::from_secs(31), &mut call).await;

        let complaints = health.unready().await;

        let text = &complaints["Amazon (a test)"];
        assert!(text.contains("31 s, since 2"), "{text}");
        assert!(health.dead().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_whose_jobs_wait_is_alive_and_not_ready() {
        let health = Health::default();
        let outage = health.outage("queue sync");

        outage.down(&"permission denied");

        assert!(health.dead().is_empty());
        assert!(health.unready().await["queue sync"].contains("waited"));
        outage.up();
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
