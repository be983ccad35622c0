//! Watches calls to vendors and servers: who gives no usable answer, and since when.
//!
//! A call is awaited through the watch, which needs no task of its own. Silence is logged after half a
//! minute and then once a minute, and shown by whoever asks ([`CallWatch::silent`]).

#[cfg(test)]
mod tests;

use crate::clock::SystemClock;
use crate::lock::lock;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use shared::ports::clock::Clock as _;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// The calls of this process.
pub static CALLS: LazyLock<CallWatch> = LazyLock::new(CallWatch::default);

/// A vendor or server that has given no usable answer for this long is reported.
pub const TOLD_AFTER: Duration = Duration::from_secs(30);
/// It is reported again after this time.
const TOLD_EVERY: Duration = Duration::from_secs(60);
/// A failure that is older says nothing about now, since nothing was asked meanwhile.
const FAILURE_COUNTS_FOR: Duration = Duration::from_secs(60);

/// The calls under way, by whom they ask. All clones share one state.
#[derive(Clone, Default)]
pub struct CallWatch(Arc<Mutex<WatchedCalls>>);

#[derive(Default)]
struct WatchedCalls {
    callees: BTreeMap<String, Callee>,
    /// The last warning, whomever it was about.
    told_at: Option<Instant>,
}

/// Who has given no usable answer for [`TOLD_AFTER`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Whom the calls ask, and what.
    pub callee: String,
    /// For how long.
    pub lasts: Duration,
    /// When the first of the calls was made, by this machine's clock.
    pub since: DateTime<Utc>,
}

#[derive(Default)]
struct Callee {
    /// When the calls that are under way were made, by their number; the oldest is the first.
    under_way: BTreeMap<u64, Instant>,
    calls: u64,
    /// The first and the last call without a usable answer after the last one with.
    failed: Option<(Instant, Instant)>,
    /// The last usable answer: a call that hangs meanwhile is no silence.
    answered_at: Option<Instant>,
    told: bool,
}

impl CallWatch {
    /// Awaits `call`, and tells meanwhile when `callee` is silent. `is_answer` says whether the result
    /// is a usable answer; a call that is dropped before its end had none.
    pub async fn call<T>(
        &self,
        callee: &str,
        call: impl Future<Output = T>,
        is_answer: impl FnOnce(&T) -> bool,
    ) -> T {
        let under_way = self.begin(callee);
        let mut call = std::pin::pin!(call);
        loop {
            let due_at = self.warn_if_due(callee);
            tokio::select! {
                answer = &mut call => {
                    under_way.end(is_answer(&answer));
                    return answer;
                }
                () = tokio::time::sleep_until(due_at) => {}
            }
        }
    }

    /// Who is silent now.
    pub fn silent(&self) -> Vec<Silence> {
        self.calls().silent(Instant::now())
    }

    fn begin(&self, callee: &str) -> UnderWay<'_> {
        let now = Instant::now();
        let mut calls = self.calls();
        let entry = calls.callees.entry(callee.to_owned()).or_default();
        if entry.silent_since(now).is_none() {
            (entry.failed, entry.told) = (None, false);
        }
        let number = entry.calls;
        entry.calls += 1;
        entry.under_way.insert(number, now);
        UnderWay {
            watch: self,
            callee: callee.to_owned(),
            number,
            answered: false,
        }
    }

    /// Logs who is silent if that is due; returns when it is due next because of `callee`.
    fn warn_if_due(&self, callee: &str) -> Instant {
        let now = Instant::now();
        let mut calls = self.calls();
        let entry = calls.callees.get(callee);
        let since = entry.and_then(|entry| entry.silent_since(now));
        let due = since.unwrap_or(now) + TOLD_AFTER;
        let due = calls.told_at.map_or(due, |told| due.max(told + TOLD_EVERY));
        if now < due {
            return due;
        }
        calls.told_at = Some(now);
        let silent = calls.silent(now);
        for silence in &silent {
            if let Some(entry) = calls.callees.get_mut(&silence.callee) {
                entry.told = true;
            }
        }
        let silent: Vec<String> = silent.iter().map(Silence::to_string).collect();
        tracing::warn!("no usable answer from {}", silent.join("; "));
        now + TOLD_EVERY
    }

    fn calls(&self) -> MutexGuard<'_, WatchedCalls> {
        lock(&self.0)
    }
}

impl WatchedCalls {
    fn silent(&self, now: Instant) -> Vec<Silence> {
        let silent = self.callees.iter().filter_map(|(name, callee)| {
            let lasts = now - callee.silent_since(now)?;
            (lasts >= TOLD_AFTER).then(|| Silence::new(name, lasts))
        });
        silent.collect()
    }
}

impl Callee {
    /// When the first call was made that has no usable answer.
    fn silent_since(&self, now: Instant) -> Option<Instant> {
        let waits = self.under_way.values().next().copied();
        let waits = waits.map(|begun| self.unanswered_since(begun));
        let failed = self.failed.filter(|(_, last)| {
            waits.is_some() || now.saturating_duration_since(*last) < FAILURE_COUNTS_FOR
        });
        let failed = failed.map(|(first, _)| first);
        waits.into_iter().chain(failed).min()
    }

    /// Since when a call that was made at `begun` shows silence.
    fn unanswered_since(&self, begun: Instant) -> Instant {
        self.answered_at.map_or(begun, |at| at.max(begun))
    }
}

impl Silence {
    fn new(callee: &str, lasts: Duration) -> Self {
        let lasted = TimeDelta::from_std(lasts).unwrap_or_default();
        Self {
            callee: callee.to_owned(),
            lasts,
            since: (SystemClock.now() - lasted).trunc_subsecs(0),
        }
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (callee, seconds, since) = (&self.callee, self.lasts.as_secs(), self.since);
        write!(f, "{callee} for {seconds} s, since {since}")
    }
}

/// A call; it ends with this value.
struct UnderWay<'a> {
    watch: &'a CallWatch,
    callee: String,
    number: u64,
    answered: bool,
}

impl UnderWay<'_> {
    fn end(mut self, answered: bool) {
        self.answered = answered;
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut calls = self.watch.calls();
        let Some(entry) = calls.callees.get_mut(&self.callee) else {
            return;
        };
        let Some(begun) = entry.under_way.remove(&self.number) else {
            return;
        };
        if !self.answered {
            let begun = entry.unanswered_since(begun);
            let first = entry.failed.map_or(begun, |(first, _)| first.min(begun));
            entry.failed = Some((first, now));
            return;
        }
        (entry.failed, entry.answered_at) = (None, Some(now));
        if std::mem::take(&mut entry.told) {
            let callee = &self.callee;
            tracing::info!(%callee, "{callee} answers again");
        }
        if entry.under_way.is_empty() {
            calls.callees.remove(&self.callee);
        }
    }
}
