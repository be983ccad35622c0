//! The rules in force: while a change of the settings reaches one process after the other, either decides (section 9).

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::rules::KeeperRules;

/// Rules that were replaced.
#[derive(Debug, Clone)]
struct OldRules {
    rules: KeeperRules,
    /// Since when no process has them.
    replaced: Option<DateTime<Utc>>,
    /// Since when a whole run has decided anew, so that nothing in the rows follows from them.
    forgotten: Option<DateTime<Utc>>,
}

/// The rules of each process.
#[derive(Debug)]
pub struct RulesInForce {
    newest: KeeperRules,
    old: Vec<OldRules>,
    of_places: HashMap<usize, KeeperRules>,
}

impl RulesInForce {
    /// These alone.
    pub fn only(rules: KeeperRules) -> Self {
        Self {
            newest: rules,
            old: Vec::new(),
            of_places: HashMap::new(),
        }
    }

    /// The settings have changed. Processes go on with what they have read.
    pub fn changed(&mut self, rules: KeeperRules) {
        if rules == self.newest {
            return;
        }
        let rules = std::mem::replace(&mut self.newest, rules);
        self.old.push(OldRules {
            rules,
            replaced: None,
            forgotten: None,
        });
    }

    /// A process has started, and read the settings.
    pub fn started(&mut self, place: usize) {
        self.of_places.insert(place, self.newest.clone());
    }

    /// What a process decides by.
    pub fn of(&self, place: Option<usize>) -> &KeeperRules {
        let of_place = place.and_then(|place| self.of_places.get(&place));
        of_place.unwrap_or(&self.newest)
    }

    /// What decides in the end.
    pub fn newest(&self) -> &KeeperRules {
        &self.newest
    }

    /// Looks which rules are in force no more; `last_run` tells when the last whole run that is done began.
    pub fn look(&mut self, now: DateTime<Utc>, last_run: impl Fn() -> Option<DateTime<Utc>>) {
        for old in self.old.iter_mut().filter(|old| old.forgotten.is_none()) {
            let is_used = self.of_places.values().any(|rules| *rules == old.rules);
            let replaced = *old.replaced.get_or_insert(now);
            if is_used {
                old.replaced = None;
            } else if last_run().is_some_and(|began| began > replaced) {
                old.forgotten = Some(now);
            }
        }
    }

    /// All rules from which an edit may follow that was decided about since `since`.
    pub fn since(&self, since: DateTime<Utc>) -> Vec<KeeperRules> {
        let counts = |old: &&OldRules| old.forgotten.is_none_or(|forgotten| forgotten >= since);
        let old = self.old.iter().filter(counts);
        let mut all: Vec<KeeperRules> = old.map(|old| old.rules.clone()).collect();
        all.push(self.newest.clone());
        all
    }

    /// So often in a row all offers fail before an item must be hidden, by any rules in force.
    pub fn filtered_hides_after(&self) -> u32 {
        let old = self.old.iter().filter(|old| old.forgotten.is_none());
        let all = old.map(|old| &old.rules).chain([&self.newest]);
        let most = all.map(|rules| rules.filtered_hides_after).max();
        most.unwrap_or(u32::MAX)
    }
}
