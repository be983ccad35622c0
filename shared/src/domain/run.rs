//! A run, one pass over a set of ASINs or shops: its kinds, its states, and its next step.

use super::guard::Guarding;
use super::outcome::words;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// The id of a run: a version 7 UUID, so that ids sort by start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl RunId {
    /// Parses an id as it is printed; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }
}

/// What a run reads and writes (the full table is in `docs/`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// Asks Amazon for the price and stock of every listed ASIN of active accounts.
    PriceStock,
    /// As `PriceStock`, only for ASINs whose value is older than its TTL.
    Stale,
    /// As `PriceStock`, from the cache; asks Amazon only for misses.
    Visibility,
    /// Asks Amazon for title, description, brand, category and images that are missing or stale.
    BasicInfo,
    /// Asks Amazon for everything about given new ASINs and creates their listings.
    Register,
    /// Reads every item of the shops page by page and compares it with its listing.
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

    /// The kinds whose batches are ASINs; those of a reconciliation are shops.
    pub const OF_ASINS: [Self; 5] = [
        Self::PriceStock,
        Self::Stale,
        Self::Visibility,
        Self::BasicInfo,
        Self::Register,
    ];

    /// Whether its batches ask Amazon.
    pub fn asks_marketplace(self) -> bool {
        !matches!(self, Self::Visibility | Self::Reconcile)
    }

    /// Whether it updates price, stock and visibility of listings.
    pub fn updates_listings(self) -> bool {
        matches!(self, Self::PriceStock | Self::Stale | Self::Visibility)
    }
}

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Batches are in progress.
    Running,
    /// All batches have reported; misses are fetched again and updates are completed.
    Backfilling,
    /// The guard holds its updates until a person decides.
    Held,
    /// Ended completely.
    Done,
    /// Ended, and something of what it was for was not done. Only reports tell it: in the row of the run it is
    /// `Done`, since an update that failed or waits may still be made ([`Report::judged`]).
    ///
    /// [`Report::judged`]: super::report::Report::judged
    Incomplete,
    /// Ended incompletely, with a reason.
    Failed,
    /// Ended by a person.
    Cancelled,
}

words!(RunState {
    Running => "running",
    Backfilling => "backfilling",
    Held => "held",
    Done => "done",
    Incomplete => "incomplete",
    Failed => "failed",
    Cancelled => "cancelled",
});

impl RunState {
    /// Whether the run has not ended.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Backfilling | Self::Held)
    }
}

/// The progress of a run, read in the transaction that changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunProgress {
    /// The kind of the run.
    pub kind: RunKind,
    /// Its state.
    pub state: RunState,
    /// Some batch has not reported.
    pub batches_open: bool,
    /// The backfill has ended.
    pub backfilled: bool,
    /// Some update of the run is not settled. A parked update counts as settled: the reset of its
    /// account's quota may be a day away.
    pub updates_open: bool,
    /// What the guard does with its hides.
    pub guard: Guarding,
}

/// What a run needs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Nothing: another job will report.
    Nothing,
    /// Its backfill job: the last batch has reported.
    Backfill,
    /// Its end: nothing is open.
    Close,
}

impl RunProgress {
    /// The next step. Every job asks after its own step, so several jobs can get the same answer,
    /// and acting on it must be idempotent.
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

    const STATES: [RunState; 7] = [
        RunState::Running,
        RunState::Backfilling,
        RunState::Held,
        RunState::Done,
        RunState::Incomplete,
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
    fn a_running_run_needs_the_backfill_when_its_last_batch_has_reported() {
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
            // A batch is open again when a person has released a held shop.
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
    fn a_held_or_ended_run_needs_nothing() {
        let still = STATES.into_iter().skip(2).flat_map(every_progress);

        for progress in still {
            assert_eq!(progress.next_step(), NextStep::Nothing, "{progress:?}");
        }
    }

    #[test]
    fn a_run_is_open_until_it_has_ended() {
        let open = STATES.map(RunState::is_open);

        assert_eq!(open, [true, true, true, false, false, false, false]);
    }

    #[test]
    fn every_word_parses_and_equals_the_word_in_json() {
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
    fn runs_that_read_the_cache_or_the_shops_do_not_ask_amazon() {
        let asks = RunKind::ALL.map(RunKind::asks_marketplace);

        assert_eq!(asks, [true, true, false, true, true, false]);
    }

    #[test]
    fn runs_for_prices_and_stock_update_listings_and_no_others() {
        let updates = RunKind::ALL.map(RunKind::updates_listings);

        assert_eq!(updates, [true, true, true, false, false, false]);
    }

    #[test]
    fn an_id_parses_as_it_is_printed() {
        let id = RunId(Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_002a));

        assert_eq!(id.to_string(), "01970000-0000-7000-8000-00000000002a");
        assert_eq!(RunId::parse(&format!(" {id}\n")), Some(id));
        assert_eq!(RunId::parse("the last one"), None);
    }
}
