//! What a person does at a second program while things go wrong.

use shared::domain::run::RunKind;

/// A command of `miseban`, or an edit of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonDeed {
    /// `miseban run KIND`.
    Order(RunKind),
    /// `miseban cancel RUN` of a run that is open.
    Cancel,
    /// `miseban cancel RUN` of a run that the guard holds.
    CancelHeld,
    /// `miseban release RUN`.
    Release,
    /// `miseban queues retry --all`.
    Retry,
}

impl PersonDeed {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Order(RunKind::PriceStock),
        Self::Order(RunKind::Stale),
        Self::Order(RunKind::Visibility),
        Self::Order(RunKind::Reconcile),
        Self::Order(RunKind::BasicInfo),
        Self::Cancel,
        Self::CancelHeld,
        Self::Release,
        Self::Retry,
    ];

    /// Whether `serve` lets another program do it: it has the lock of the work, and the queue.
    pub fn is_possible_beside_serve(self) -> bool {
        !matches!(self, Self::Order(_) | Self::Retry)
    }
}
