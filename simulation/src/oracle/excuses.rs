//! What explains a disorder for a while: faults at work, processes that stood still, kinds of faults that no program
//! can do anything about.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

/// After the end of a fault its consequences may be seen for so long: pauses and leases end later.
const AFTERMATH: TimeDelta = TimeDelta::minutes(15);
/// In quiet times an edit follows from what was known so long ago at most.
const QUIET_PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// With faults it may follow from what was known before the longest of them.
const TROUBLED_PATIENCE: TimeDelta = TimeDelta::hours(1);
/// A run that is due starts, and is done, within this time.
const NEXT_RUN_WITHIN: TimeDelta = TimeDelta::minutes(90);
/// The batches of a cancelled run that are under way end within this time.
const UNDER_WAY: TimeDelta = TimeDelta::minutes(2);
/// And before the longest standstill in the middle of work, of two hours and a half.
const STANDSTILL_PATIENCE: TimeDelta = TimeDelta::hours(3);
/// A process that goes on after a standstill sends what it had a permit for.
const AFTER_THAW: TimeDelta = TimeDelta::seconds(5);

/// All that explains something.
#[derive(Debug, Default)]
pub struct Excuses {
    under_way: i64,
    last: Option<DateTime<Utc>>,
    calm_since: Option<DateTime<Utc>>,
    thawed: HashMap<usize, DateTime<Utc>>,
    kinds: Vec<String>,
    /// When a person has last left it to the next run to decide.
    left: Option<DateTime<Utc>>,
}

impl Excuses {
    /// The kinds of faults that a seed has drawn, by their names.
    pub fn of_kinds(kinds: Vec<String>) -> Self {
        Self {
            kinds,
            ..Self::default()
        }
    }

    /// A fault begins or ends.
    pub fn fault(&mut self, begins: bool, at: DateTime<Utc>) {
        self.under_way += if begins { 1 } else { -1 };
        self.last = Some(at);
    }

    /// A process goes on after a standstill.
    pub fn thawed(&mut self, place: usize, at: DateTime<Utc>) {
        self.thawed.insert(place, at);
        self.last = Some(at);
    }

    /// Something went wrong at this instant that has no end.
    pub fn happened(&mut self, at: DateTime<Utc>) {
        self.last = Some(at);
    }

    /// A person has cancelled a run, or switched a shop on: the next run decides about what is known.
    pub fn leave_to_next_run(&mut self, at: DateTime<Utc>) {
        self.left = Some(at);
    }

    /// Up to when what became known is left to the next run, as long as that may take.
    pub fn left_to_next_run(&self, now: DateTime<Utc>, every: TimeDelta) -> Option<DateTime<Utc>> {
        let next_by = |left: &DateTime<Utc>| now <= *left + every + NEXT_RUN_WITHIN;
        Some(self.left.filter(next_by)? + UNDER_WAY)
    }

    /// The last fault is over.
    pub fn calm(&mut self, at: DateTime<Utc>) {
        self.under_way = 0;
        self.calm_since = Some(at);
        self.last = Some(at);
    }

    /// When the last fault was over.
    pub fn calm_since(&self) -> Option<DateTime<Utc>> {
        self.calm_since
    }

    /// Since when nothing explains a disorder any more; `None` while something does.
    pub fn quiet_since(&self, start: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let quiet_since = self.last.map_or(start, |last| last + AFTERMATH);
        (self.under_way <= 0 && quiet_since <= now).then_some(quiet_since)
    }

    /// An edit follows from what was known so long ago at most.
    pub fn looks_back(&self, start: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
        match self.quiet_since(start, now) {
            Some(_) => QUIET_PATIENCE,
            None if self.has_kind(&["FreezeAtCall"]) => STANDSTILL_PATIENCE,
            None => TROUBLED_PATIENCE,
        }
    }

    /// Whether this process stood still a moment ago.
    pub fn has_just_thawed(&self, place: Option<usize>, at: DateTime<Utc>) -> bool {
        let thawed = place.and_then(|place| self.thawed.get(&place));
        thawed.is_some_and(|thawed| at - *thawed <= AFTER_THAW)
    }

    /// Whether the seed has drawn a kind of fault whose name has one of `words` in it.
    pub fn has_kind(&self, words: &[&str]) -> bool {
        let named = |kind: &String| words.iter().any(|word| kind.contains(word));
        self.kinds.iter().any(named)
    }
}
