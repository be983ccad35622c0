//! Watches calls to vendors and servers: who gives no usable answer, and since when.
//!
//! A call is awaited through the watch, which needs no task of its own. Silence is logged after half a
//! minute and then once a minute, and shown by whoever asks ([`CallWatch::silent`]).

use crate::clock::SystemClock;
use crate::lock::lock;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use shared::ports::clock::Clock as _;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// The calls of this process.
pub static CALLS: LazyLock<CallWatch> = LazyLock::new(CallWatch::default);

/// People are told when a vendor or server has given no usable answer for this long.
pub const TOLD_AFTER: Duration = Duration::from_secs(30);
/// They are told again after this time.
const TOLD_EVERY: Duration = Duration::from_secs(60);
/// A failure that is older says nothing about now, since nothing was asked meanwhile.
const FAILURE_COUNTS_FOR: Duration = Duration::from_secs(60);

/// The calls under way, by whom they ask. All clones share one state.
#[derive(Clone, Default)]
pub struct CallWatch(Arc<Mutex<BTreeMap<String, Callee>>>);

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
    told_at: Option<Instant>,
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
            let tell_at = self.tell(callee);
            tokio::select! {
                answer = &mut call => {
                    under_way.end(is_answer(&answer));
                    return answer;
                }
                () = tokio::time::sleep_until(tell_at) => {}
            }
        }
    }

    /// Who is silent now.
    pub fn silent(&self) -> Vec<Silence> {
        let now = Instant::now();
        let callees = lock(&self.0);
        let silent = callees.iter().filter_map(|(name, callee)| {
            let lasts = now - callee.silent_since(now)?;
            (lasts >= TOLD_AFTER).then(|| Silence::new(name, lasts))
        });
        silent.collect()
    }

    fn begin(&self, callee: &str) -> UnderWay<'_> {
        let now = Instant::now();
        let mut callees = self.callees();
        let entry = callees.entry(callee.to_owned()).or_default();
        if entry.silent_since(now).is_none() {
            (entry.failed, entry.told_at) = (None, None);
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

    /// Logs that `callee` is silent if that is due; returns when it is due next.
    fn tell(&self, callee: &str) -> Instant {
        let now = Instant::now();
        let mut callees = self.callees();
        let entry = callees.entry(callee.to_owned()).or_default();
        let since = entry.silent_since(now).unwrap_or(now);
        let told = entry.told_at.map(|told| told + TOLD_EVERY);
        let due = told.unwrap_or(since + TOLD_AFTER);
        if now < due {
            return due;
        }
        entry.told_at = Some(now);
        let Silence {
            callee,
            lasts,
            since,
        } = Silence::new(callee, now - since);
        let seconds = lasts.as_secs();
        tracing::warn!(%callee, %since, "{callee} has given no usable answer for {seconds} s, since {since}");
        now + TOLD_EVERY
    }

    fn callees(&self) -> MutexGuard<'_, BTreeMap<String, Callee>> {
        lock(&self.0)
    }
}

impl Callee {
    /// When the first call was made that has no usable answer.
    fn silent_since(&self, now: Instant) -> Option<Instant> {
        let waits = self.under_way.values().next().copied();
        let failed = self.failed.filter(|(_, last)| {
            waits.is_some() || now.saturating_duration_since(*last) < FAILURE_COUNTS_FOR
        });
        let failed = failed.map(|(first, _)| first);
        waits.into_iter().chain(failed).min()
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
        let mut callees = self.watch.callees();
        let Some(entry) = callees.get_mut(&self.callee) else {
            return;
        };
        let Some(begun) = entry.under_way.remove(&self.number) else {
            return;
        };
        if !self.answered {
            let first = entry.failed.map_or(begun, |(first, _)| first.min(begun));
            entry.failed = Some((first, now));
            return;
        }
        entry.failed = None;
        let waits = entry.under_way.values().next();
        if waits.is_some_and(|begun| now - *begun >= TOLD_AFTER) {
            return;
        }
        if entry.told_at.take().is_some() {
            let callee = &self.callee;
            tracing::info!(%callee, "{callee} answers again");
        }
        if entry.under_way.is_empty() {
            callees.remove(&self.callee);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{advance, sleep, timeout};

    const A_LITTLE_MORE: Duration = Duration::from_millis(1);

    fn silent(watch: &CallWatch) -> Vec<(String, u64)> {
        let silent = watch.silent().into_iter();
        silent
            .map(|silence| (silence.callee, silence.lasts.as_secs()))
            .collect()
    }

    async fn answer_after(watch: &CallWatch, seconds: u64) {
        let call = sleep(Duration::from_secs(seconds));
        watch.call("Amazon", call, |()| true).await;
    }

    async fn fail_after(watch: &CallWatch, seconds: u64) {
        let call = sleep(Duration::from_secs(seconds));
        watch.call("Amazon", call, |()| false).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_hangs_is_named_after_half_a_minute_until_it_is_answered() {
        let watch = CallWatch::default();
        let mut call = Box::pin(answer_after(&watch, 75));
        let mut wait = async |seconds| {
            let _ = timeout(Duration::from_secs(seconds), &mut call).await;
        };

        wait(29).await;
        assert_eq!(silent(&watch), []);
        wait(2).await;
        assert_eq!(silent(&watch), [("Amazon".to_owned(), 31)]);
        wait(60).await;

        assert_eq!(silent(&watch), []);
        assert!(lock(&watch.0).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_fail_one_after_the_other_count_as_one_silence() {
        let watch = CallWatch::default();

        for _ in 0..4 {
            fail_after(&watch, 8).await;
        }

        assert_eq!(silent(&watch), [("Amazon".to_owned(), 32)]);
        answer_after(&watch, 0).await;
        assert_eq!(silent(&watch), []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_forgotten_when_nothing_is_asked_any_more() {
        let watch = CallWatch::default();
        fail_after(&watch, 31).await;

        advance(FAILURE_COUNTS_FOR + A_LITTLE_MORE).await;

        assert_eq!(silent(&watch), []);
        let call = Box::pin(answer_after(&watch, 5));
        let _ = timeout(Duration::from_secs(1), call).await;
        assert_eq!(silent(&watch), [], "it counts from the new call");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_hangs_is_named_although_others_are_answered() {
        let watch = CallWatch::default();
        let hangs = answer_after(&watch, 40);
        let others = async {
            for _ in 0..8 {
                answer_after(&watch, 4).await;
            }
            silent(&watch)
        };

        let ((), named) = tokio::join!(hangs, others);

        assert_eq!(named, [("Amazon".to_owned(), 32)]);
        assert_eq!(silent(&watch), []);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_told_once_a_minute_whatever_the_number_of_calls() {
        let watch = CallWatch::default();
        let mut calls = Box::pin(async {
            tokio::join!(answer_after(&watch, 200), answer_after(&watch, 200));
        });
        let mut told = Vec::new();

        for _ in 0..140 {
            let _ = timeout(Duration::from_secs(1), &mut calls).await;
            told.extend(lock(&watch.0)["Amazon"].told_at);
        }

        told.dedup();
        assert_eq!(told.len(), 2, "after 30 s and after 90 s");
    }
}
