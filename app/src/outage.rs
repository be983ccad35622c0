//! Outages of a server, as one loop of the program meets them: they are logged at their begin and while
//! they last, at the pace of all warnings, and at their end, and the health page shows them.

use crate::warning_pace::WARNINGS;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A failure that is older says nothing about now: nothing was tried meanwhile, for example since another
/// process has done the job. A try and the pause before it take up to 22 s.
pub const SAYS_NOTHING_AFTER: Duration = Duration::from_secs(25);

/// The outage of one loop, if there is one. All clones share one state.
#[derive(Clone, Default)]
pub struct Outage {
    name: Arc<str>,
    lasting: Arc<Mutex<Option<LastingOutage>>>,
}

struct LastingOutage {
    begun: Instant,
    last: Instant,
    told: bool,
}

impl Outage {
    /// The outage of the loop `name` of a program.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Something failed because of `why`, and is tried again. Returns how long nothing has succeeded.
    pub fn down(&self, why: &dyn fmt::Display) -> Duration {
        let now = Instant::now();
        let mut lasting = lock(&self.lasting);
        let known = lasting.as_ref().filter(|known| known.is_fresh(now));
        let (begun, told) = known.map_or((now, false), |known| (known.begun, known.told));
        let lasts = now - begun;
        *lasting = Some(LastingOutage {
            begun,
            last: now,
            told: self.warn_if_due(why, lasts) || told,
        });
        lasts
    }

    /// Something succeeded.
    pub fn up(&self) {
        let ended = lock(&self.lasting).take();
        if let Some(ended) = ended.filter(|ended| ended.told) {
            let (name, seconds) = (&self.name, ended.begun.elapsed().as_secs());
            tracing::info!(%name, seconds, "{name}: the outage is over after {seconds} s");
        }
    }

    /// What the health page says of it while it lasts, by its name.
    pub(crate) fn complaint(&self) -> Option<(String, Cow<'static, str>)> {
        let seconds = self.lasts()?.as_secs();
        let text = format!("has waited for {seconds} s; the log tells why");
        Some((self.name.to_string(), text.into()))
    }

    fn lasts(&self) -> Option<Duration> {
        let now = Instant::now();
        let lasting = lock(&self.lasting);
        let known = lasting.as_ref().filter(|known| known.is_fresh(now))?;
        Some(now - known.begun)
    }

    fn warn_if_due(&self, why: &dyn fmt::Display, lasts: Duration) -> bool {
        let due = WARNINGS.is_due();
        if due {
            let (name, seconds) = (&self.name, lasts.as_secs());
            tracing::warn!(%name, %why, seconds,
                "{name} waits and tries again; nothing has succeeded for {seconds} s: {why}");
        }
        due
    }
}

impl LastingOutage {
    fn is_fresh(&self, now: Instant) -> bool {
        now - self.last < SAYS_NOTHING_AFTER
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn an_outage_lasts_from_its_first_failure_until_something_succeeds() {
        let outage = Outage::default();

        outage.down(&"a lock");
        advance(20 * SECOND).await;
        assert_eq!(outage.down(&"a lock"), 20 * SECOND);
        advance(20 * SECOND).await;
        assert_eq!(outage.lasts(), Some(40 * SECOND));
        outage.up();

        assert_eq!(outage.lasts(), None);
        assert_eq!(outage.down(&"a lock"), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_forgotten_when_nothing_is_tried_any_more() {
        let outage = Outage::default();
        outage.down(&"a lock");

        advance(SAYS_NOTHING_AFTER).await;

        assert_eq!(outage.lasts(), None);
        assert_eq!(outage.down(&"a lock"), Duration::ZERO);
    }
}
