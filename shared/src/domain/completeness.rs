//! Whether a run that has ended achieved what it was for.

use super::report::Report;
use super::run::RunState;

impl Report {
    /// This report with the state that is true: a run that is done is [`RunState::Incomplete`] when a person or a
    /// later run has to bring the shops up to date.
    #[must_use]
    pub fn judged(mut self) -> Self {
        if self.state == RunState::Done && !self.is_complete() {
            self.state = RunState::Incomplete;
        }
        self
    }

    /// Whether it is done, and did what it was for.
    pub fn is_success(&self) -> bool {
        self.state == RunState::Done && self.is_complete()
    }

    /// Whether it failed as a whole, or could not read a shop.
    pub fn is_failure(&self) -> bool {
        self.state == RunState::Failed || self.mostly_failed() || self.has_given_up()
    }

    fn has_given_up(&self) -> bool {
        let mut shops = self.reconcile.iter().flat_map(|found| &found.shops);
        shops.any(|shop| shop.state == "given_up")
    }

    /// Whether the run achieved what it was for.
    fn is_complete(&self) -> bool {
        let updates = &self.updates;
        let all_held = updates.held > 0 && updates.applied + updates.equal == 0;
        // Amazon may know none of the listings, which the report names.
        let nothing_listed = self.had_nothing_to_do() && self.invalid.count == 0;
        updates.failed + updates.parked == 0
            && !all_held
            && !self.mostly_failed()
            && !nothing_listed
            && self.missing() == 0
            && !self.has_given_up()
    }

    /// ASINs for which a run that follows Amazon got no value, although it asked as often as it can, or could
    /// not ask without credentials: a dry run asks once.
    fn missing(&self) -> u64 {
        if !self.kind.updates_listings() || self.dry_run {
            return 0;
        }
        let unreported = self.asins.saturating_sub(self.outcomes.total());
        let fill = &self.backfill;
        let unanswered = fill.failed.max(fill.left_out).max(self.outcomes.api_error);
        unanswered + unreported
    }
}
