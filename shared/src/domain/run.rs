//! One pass over a set of ASINs: its kinds, its states, and what its progress asks for next.

use super::guard::Guarding;
use super::outcome::words;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// The id of a run: a version 7 UUID, so that ids sort by start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl RunId {
    /// Reads an id as it is printed; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }
}

/// What a run reads and writes (see `docs/` for the whole table).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// Every listed ASIN of active accounts, from Amazon.
    PriceStock,
    /// Of those, the ones whose value is older than its TTL, from Amazon.
    Stale,
    /// As `PriceStock`, from the cache; only misses are asked of Amazon.
    Visibility,
    /// Title, description, brand, category and images of products whose own are missing or stale.
    BasicInfo,
    /// Given ASINs, of which nothing is known yet: all of the product, and a listing to come.
    Register,
    /// Every item of the shops, read back by pages and compared with what we know of them.
    Reconcile,
}

words!(RunKind {
    PriceStock => "price-stock",
    Stale => "stale",
    Visibility => "visibility",
    BasicInfo => "basic-info",
    Register => "register",
    Reconcile => "reconcile",
});

impl RunKind {
    /// All kinds, in the order of the help text.
    pub const ALL: [Self; 6] = [
        Self::PriceStock,
        Self::Stale,
        Self::Visibility,
        Self::BasicInfo,
        Self::Register,
        Self::Reconcile,
    ];

    /// The kinds that go by ASINs; the other one goes by shops.
    pub const OF_ASINS: [Self; 5] = [
        Self::PriceStock,
        Self::Stale,
        Self::Visibility,
        Self::BasicInfo,
        Self::Register,
    ];

    /// Whether its batches ask Amazon, or read the cache.
    pub fn asks_marketplace(self) -> bool {
        !matches!(self, Self::Visibility | Self::Reconcile)
    }

    /// Whether it looks after what the shops show.
    pub fn updates_listings(self) -> bool {
        matches!(self, Self::PriceStock | Self::Stale | Self::Visibility)
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Batches are being worked off.
    Running,
    /// All batches have reported; misses are fetched again, updates are finished.
    Backfilling,
    /// Its updates wait for a person's word.
    Held,
    /// Complete; the report stands.
    Done,
    /// Ended without being complete, with a reason.
    Failed,
    /// Ended by a person.
    Cancelled,
}

words!(RunState {
    Running => "running",
    Backfilling => "backfilling",
    Held => "held",
    Done => "done",
    Failed => "failed",
    Cancelled => "cancelled",
});

impl RunState {
    /// Whether work may still be done for it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Backfilling | Self::Held)
    }
}

/// How far a run is, read in the same transaction that changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunProgress {
    /// The kind of the run.
    pub kind: RunKind,
    /// Where it stands.
    pub state: RunState,
    /// Some batch has not reported yet.
    pub batches_open: bool,
    /// The backfill has ended.
    pub backfilled: bool,
    /// Some update of this run is neither sent nor settled otherwise. Parked ones are settled: they
    /// wait for the account's reset, which may be a day away.
    pub updates_open: bool,
    /// What becomes of its hides.
    pub guard: Guarding,
}

/// What a run's progress asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Somebody else will report.
    Nothing,
    /// The last batch has reported: the one backfill job is due.
    Backfill,
    /// Nothing is open any more: the run is to be closed.
    Close,
}

impl RunProgress {
    /// What is due now. Asked after every step by whoever made it; every answer but `Nothing` may be
    /// given more than once, so what follows from it is idempotent.
    pub fn next_step(&self) -> NextStep {
        match self.state {
            RunState::Running if !self.batches_open => NextStep::Backfill,
            RunState::Backfilling if !self.backfilled => NextStep::Backfill,
            RunState::Backfilling if !self.updates_open && !self.batches_open => NextStep::Close,
            _ => NextStep::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [RunState; 6] = [
        RunState::Running,
        RunState::Backfilling,
        RunState::Held,
        RunState::Done,
        RunState::Failed,
        RunState::Cancelled,
    ];

    fn every_progress(state: RunState) -> impl Iterator<Item = RunProgress> {
        (0..8_u8).map(move |bits| RunProgress {
            kind: RunKind::PriceStock,
            state,
            batches_open: bits & 1 > 0,
            backfilled: bits & 2 > 0,
            updates_open: bits & 4 > 0,
            guard: Guarding::Quiet,
        })
    }

    #[test]
    fn a_running_run_asks_for_the_backfill_when_its_last_batch_has_reported() {
        for progress in every_progress(RunState::Running) {
            let expected = if progress.batches_open {
                NextStep::Nothing
            } else {
                NextStep::Backfill
            };

            assert_eq!(progress.next_step(), expected, "{progress:?}");
        }
    }

    #[test]
    fn a_backfilling_run_closes_when_the_backfill_and_the_updates_are_done() {
        for progress in every_progress(RunState::Backfilling) {
            // A batch is open again where a person let go a shop that was held.
            let open = progress.updates_open || progress.batches_open;
            let expected = match (progress.backfilled, open) {
                (false, _) => NextStep::Backfill,
                (true, true) => NextStep::Nothing,
                (true, false) => NextStep::Close,
            };

            assert_eq!(progress.next_step(), expected, "{progress:?}");
        }
    }

    #[test]
    fn a_run_that_is_held_or_over_asks_for_nothing() {
        let still = STATES.into_iter().skip(2).flat_map(every_progress);

        for progress in still {
            assert_eq!(progress.next_step(), NextStep::Nothing, "{progress:?}");
        }
    }

    #[test]
    fn a_run_is_open_until_it_is_over() {
        let open = STATES.map(RunState::is_open);

        assert_eq!(open, [true, true, true, false, false, false]);
    }

    #[test]
    fn every_word_reads_back_and_is_the_word_of_the_json() {
        for state in STATES {
            let json = serde_json::to_string(&state).unwrap();

            assert_eq!(RunState::from_word(state.as_str()), Some(state));
            assert_eq!(json, format!("\"{}\"", state.as_str()));
        }
        for kind in RunKind::ALL {
            let json = serde_json::to_string(&kind).unwrap();

            assert_eq!(RunKind::from_word(kind.as_str()), Some(kind));
            assert_eq!(json, format!("\"{}\"", kind.as_str()));
        }
        assert_eq!(RunState::from_word("paused"), None);
    }

    #[test]
    fn what_reads_the_cache_or_the_shops_leaves_amazon_alone() {
        let asks = RunKind::ALL.map(RunKind::asks_marketplace);

        assert_eq!(asks, [true, true, false, true, true, false]);
    }

    #[test]
    fn an_id_reads_back_as_it_is_printed() {
        let id = RunId(Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_002a));

        assert_eq!(id.to_string(), "01970000-0000-7000-8000-00000000002a");
        assert_eq!(RunId::parse(&format!(" {id}\n")), Some(id));
        assert_eq!(RunId::parse("the last one"), None);
    }
}
