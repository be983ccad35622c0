//! The truth: runs, batches, misses, products, listings, desired and applied states, tokens. One
//! file for each who asks; an adapter answers all of them over one database.

mod accounts;
mod batches;
mod catalogue;
mod guard;
mod history;
mod leases;
mod notices;
mod reconcile;
mod retention;
mod runs;
mod updates;

pub use accounts::{
    AccountRow, AccountStore, LaneMemory, LaneStore, ReauthoriseMark, StoredToken, TokenAge,
    TokenStore,
};
pub use batches::{
    BatchStore, ListingRow, ListingVerdict, Miss, OpenBatch, Part, Record, RecordedAsin,
};
pub use catalogue::{
    CatalogueStore, ImportCounts, ListingStory, NewListing, SeenInterval, Story, UpdateStory,
};
pub use guard::GuardStore;
pub use history::{ChangesAsked, HistoryStore, ListingChange};
pub use leases::LeaseStore;
pub use notices::{
    ChannelView, ClaimedNotices, DeliveryOutcome, ENDED_BEFORE_ANSWER, NewNotice, NoticeClaim,
    NoticeStore,
};
pub use reconcile::{
    Advance, Finding, FoundKind, KnownItem, NewReading, PageRecord, PageRecorded, Phase,
    ReconcileStore, ShopRead, Taken,
};
pub use retention::{RetentionCursor, RetentionStep, RetentionStore};
pub use runs::{
    NewRegistration, NewRun, OpenWork, RequestCost, RunRow, RunStore, RunView, StartError,
};
pub use updates::{UpdateResult, UpdateStore, UpdateTask};

/// The database cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Away, locked or broken off: the same call may succeed later.
    #[error("the database cannot be asked now: {0}")]
    Unavailable(String),
    /// The file cannot be written, the disk is full, the schema is not ours.
    #[error("the database cannot be used: {0}")]
    Unusable(String),
    /// Tokens in it are sealed, and this program does not have the key.
    #[error("its tokens are sealed with {}: check TOKEN_KEY, TOKEN_KEY_FILE and TOKEN_KEY_OLD", if *.another { "another key" } else { "a key, and none is set" })]
    Sealed {
        /// This program has a key, which is not the one.
        another: bool,
    },
    /// The database was written by a newer Miseban.
    #[error(
        "the database has schema version {found}, this program knows up to {known}: use the newer program"
    )]
    Newer {
        /// Version of the database.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A row says what no version of this program writes.
    #[error("the database holds a value that cannot be read: {0}")]
    Damaged(String),
}

/// Everything at once, for wiring.
pub trait Store:
    RunStore
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
{
}

impl<T> Store for T where
    T: RunStore
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
{
}
