//! The store: runs, batches, misses, products, listings, desired and applied states, tokens.
//!
//! Each file is the port of one kind of caller; an adapter implements all of them over one
//! database.

mod accounts;
mod batches;
mod catalogue;
mod error;
mod guard;
mod history;
mod invalid_asins;
mod leases;
mod lists;
mod notices;
mod processes;
mod reconcile;
mod retention;
mod runs;
mod updates;

pub use accounts::{
    AccountRow, AccountStore, LaneMemory, LaneRefusals, LaneStore, REFUSALS_TOLD_AFTER,
    ReauthoriseMark, ShopBinding, StandingStore, StoredToken, TokenAge, TokenStore,
};
pub use batches::{
    AnswerRecorded, BatchStore, ListingDecision, ListingRow, Miss, OpenBatch, Record, RecordPart,
    RecordedAsin,
};
pub use catalogue::{CatalogueStore, HeldImport, ImportCounts, ListingCounts, NewListing};
pub use error::StoreError;
pub use guard::GuardStore;
pub use history::{
    AsinHistory, ChangesFilter, HistoryStore, ListingChange, ListingHistory, SeenInterval,
    UpdateHistory,
};
pub use invalid_asins::InvalidAsinStore;
pub use leases::LeaseStore;
pub use lists::{ItemFilter, ListedItem, ProductList, ProductListStore, RunPart};
pub use notices::{
    ChannelView, ClaimedNotices, DeliveryOutcome, ENDED_BEFORE_ANSWER, NewNotice, NoticeClaim,
    NoticeStore,
};
pub use processes::{ProcessRole, ProcessRow, ProcessStore};
pub use reconcile::{
    Advance, FindingKind, KnownItem, NewReading, PageRecord, PageRecorded, ReadPhase,
    ReconcileFinding, ReconcileStore, ShopRead, ShownState,
};
pub use retention::{RetentionCursor, RetentionStep, RetentionStore};
pub use runs::{
    NewRegistration, NewRun, OpenWork, ReportStore, RequestCost, RunQueries, RunRow, RunStore,
    RunView, StartError,
};
pub use updates::{SentNow, UpdateClaim, UpdateLease, UpdateResult, UpdateStore, UpdateTask};

/// All store ports together, for wiring.
pub trait Store:
    RunStore
    + RunQueries
    + ReportStore
    + BatchStore
    + GuardStore
    + UpdateStore
    + AccountStore
    + TokenStore
    + LaneStore
    + CatalogueStore
    + HistoryStore
    + RetentionStore
    + NoticeStore
    + ReconcileStore
    + InvalidAsinStore
    + ProcessStore
    + ProductListStore
{
}

impl<T> Store for T where
    T: RunStore
        + RunQueries
        + ReportStore
        + BatchStore
        + GuardStore
        + UpdateStore
        + AccountStore
        + TokenStore
        + LaneStore
        + CatalogueStore
        + HistoryStore
        + RetentionStore
        + NoticeStore
        + ReconcileStore
        + InvalidAsinStore
        + ProcessStore
        + ProductListStore
{
}
