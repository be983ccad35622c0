//! The store behind a gate: all of its ports.

use crate::event::Port;
use crate::gate::{Gate, NamedCall};
use crate::short_text::short;
use adapters::store::SqlStore;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::{AccountId, AccountRefusal};
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::desired::Urgency;
use shared::domain::listing::{ItemId, Listing, ListingId, ListingStatus};
use shared::domain::product::{Product, Seen};
use shared::domain::report::{InvalidListings, Report};
use shared::domain::retention::RetentionCutoffs;
use shared::domain::run::{RunId, RunKind, RunProgress};
use shared::ports::store::{
    AccountRow, AccountStore, AnswerRecorded, AsinHistory, BatchStore, CatalogueStore,
    ChangesFilter, ChannelView, ClaimedNotices, DeliveryOutcome, GuardStore, HistoryStore,
    ImportCounts, InvalidAsinStore, ItemFilter, KnownItem, LaneMemory, LaneRefusals, LaneStore,
    LeaseStore, ListedItem, ListingChange, ListingCounts, ListingRow, Miss, NewListing, NewNotice,
    NewReading, NewRegistration, NewRun, NoticeClaim, NoticeStore, OpenBatch, OpenWork, PageRecord,
    PageRecorded, ProcessRow, ProcessStore, ProductList, ProductListStore, ReauthoriseMark,
    ReconcileStore, Record, ReportStore, RequestCost, RetentionCursor, RetentionStep,
    RetentionStore, RunPart, RunQueries, RunRow, RunStore, RunView, SentNow, ShopBinding, ShopRead,
    StandingStore, StartError, StoreError, StoredToken, TokenAge, TokenStore, UpdateClaim,
    UpdateResult, UpdateStore, UpdateTask,
};
use std::any::type_name;
use std::collections::HashMap;
use std::fmt::{Debug, Display};
use uuid::Uuid;

/// As much of the arguments and of the answer as a trace shows.
const SHOWN: usize = 140;
/// What these are about has the number of this real process.
const NAMES_PROCESSES: [&str; 2] = ["hear", "processes"];

/// The database of one process.
#[derive(Clone)]
pub struct GatedStore {
    /// Its gate.
    pub gate: Gate,
    /// The database.
    pub store: SqlStore,
}

impl GatedStore {
    async fn pass<T, E>(
        &self,
        name: &'static str,
        subject: String,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E>
    where
        T: Debug,
        E: Display + From<StoreError>,
    {
        let call = NamedCall {
            port: Port::Store,
            name,
            subject,
            shown: shown(name).min(answer_shown::<T>()),
        };
        let real = &self.gate.simulation().real;
        let refuse = |why: &str| StoreError::Unavailable(why.to_owned()).into();
        self.gate.pass(call, refuse, async { real.run(work) }).await
    }
}

fn shown(name: &str) -> usize {
    if NAMES_PROCESSES.contains(&name) {
        0
    } else {
        SHOWN
    }
}

/// The order of a map is chance, and no part of a history.
pub(super) fn answer_shown<T>() -> usize {
    if type_name::<T>().contains("HashMap") {
        0
    } else {
        SHOWN
    }
}

/// Implements a port of the store: each method passes the gate.
macro_rules! gated {
    ($port:ident { $(fn $name:ident($($arg:ident: $type:ty),*) -> $answer:ty, $error:ty;)* }) => {
        #[async_trait]
        impl $port for GatedStore {
            $(async fn $name(&self, $($arg: $type),*) -> Result<$answer, $error> {
                let name = stringify!($name);
                let subject = short(&($(&$arg,)*), shown(name));
                self.pass(name, subject, $port::$name(&self.store, $($arg),*)).await
            })*
        }
    };
}

gated!(RunStore {
    fn start_run(run: &NewRun) -> (), StartError;
    fn start_registration(new: &NewRegistration) -> u64, StartError;
    fn begin_backfill(id: RunId) -> bool, StoreError;
    fn end_backfill(id: RunId, at: DateTime<Utc>) -> RunProgress, StoreError;
    fn close_run(id: RunId, at: DateTime<Utc>) -> bool, StoreError;
    fn fail_run(id: RunId, why: &str, at: DateTime<Utc>) -> bool, StoreError;
    fn count(run: RunId, id: Uuid, cost: RequestCost) -> (), StoreError;
});

gated!(RunQueries {
    fn run(id: RunId) -> Option<RunRow>, StoreError;
    fn runs(open_only: bool, limit: u32) -> Vec<RunRow>, StoreError;
    fn last_of_kind(kind: RunKind) -> Option<RunRow>, StoreError;
    fn last_whole_run(kind: RunKind) -> Option<RunRow>, StoreError;
    fn open_work(id: RunId) -> OpenWork, StoreError;
    fn open_parts(id: RunId, now: DateTime<Utc>, after: u32, limit: u32) -> OpenWork, StoreError;
    fn run_view(id: RunId) -> RunView, StoreError;
});

gated!(ReportStore {
    fn report(id: RunId, now: DateTime<Utc>) -> Option<Report>, StoreError;
    fn runs_like(prefix: &str, limit: u32) -> Vec<RunRow>, StoreError;
    fn keep_report(report: &Report) -> (), StoreError;
});

gated!(BatchStore {
    fn batch(run: RunId, no: u32) -> Option<OpenBatch>, StoreError;
    fn products(asins: &[Asin]) -> HashMap<Asin, Product>, StoreError;
    fn listings(asins: &[Asin], account: Option<&AccountId>) -> Vec<ListingRow>, StoreError;
    fn record(record: &Record) -> AnswerRecorded, StoreError;
    fn open_misses(run: RunId, limit: u32) -> Vec<Miss>, StoreError;
    fn leave_out_misses(run: RunId) -> (), StoreError;
    fn count_miss_attempt(run: RunId, asins: &[Asin]) -> (), StoreError;
});

gated!(GuardStore {
    fn hold_run(run: RunId) -> bool, StoreError;
    fn release_run(run: RunId, at: DateTime<Utc>) -> Option<u64>, StoreError;
    fn cancel_run(run: RunId, at: DateTime<Utc>) -> Option<u64>, StoreError;
});

gated!(UpdateStore {
    fn begin_update(listing: ListingId, now: DateTime<Utc>, until: DateTime<Utc>) -> Option<Result<UpdateTask, DateTime<Utc>>>, StoreError;
    fn finish_update(claim: UpdateClaim, result: &UpdateResult, at: DateTime<Utc>) -> Vec<RunId>, StoreError;
    fn release_update(claim: UpdateClaim, at: DateTime<Utc>) -> (), StoreError;
    fn release_all_updates() -> (), StoreError;
    fn unsettled_updates(now: DateTime<Utc>, sent: SentNow, after: ListingId, limit: u32) -> Vec<(ListingId, i64, Urgency)>, StoreError;
    fn waiting_updates() -> Vec<(AccountId, u64)>, StoreError;
});

gated!(StandingStore {
    fn set_refused(account: &AccountId, refused: Option<(&AccountRefusal, DateTime<Utc>, DateTime<Utc>)>) -> (), StoreError;
    fn bind_shop(account: &AccountId, shop: &ShopBinding) -> (), StoreError;
});

gated!(AccountStore {
    fn sync_accounts(accounts: &[AccountRow]) -> (), StoreError;
    fn accounts() -> Vec<AccountRow>, StoreError;
    fn account(id: &AccountId) -> Option<AccountRow>, StoreError;
    fn park(account: &AccountId, until: DateTime<Utc>) -> bool, StoreError;
    fn set_reauthorise(account: &AccountId, mark: Option<ReauthoriseMark<'_>>) -> bool, StoreError;
    fn set_proxy_failed(account: &AccountId, failed: Option<(DateTime<Utc>, DateTime<Utc>)>) -> (), StoreError;
    fn set_tokens_refused(account: &AccountId, now: Option<DateTime<Utc>>) -> Option<DateTime<Utc>>, StoreError;
});

gated!(TokenStore {
    fn token(owner: &str) -> Option<StoredToken>, StoreError;
    fn save_token(owner: &str, token: &StoredToken) -> (), StoreError;
    fn restore_token(owner: &str, token: &StoredToken) -> bool, StoreError;
    fn token_ages() -> Vec<TokenAge>, StoreError;
});

gated!(LaneStore {
    fn lanes() -> Vec<(String, LaneMemory)>, StoreError;
    fn save_lane(lane: &str, memory: &LaneMemory) -> (), StoreError;
    fn save_refusals(lane: &str, refusals: Option<LaneRefusals>) -> (), StoreError;
});

gated!(LeaseStore {
    fn take_lease(name: &str, holder: &str, now: DateTime<Utc>, until: DateTime<Utc>) -> bool, StoreError;
    fn lease_until(name: &str) -> Option<DateTime<Utc>>, StoreError;
    fn end_lease(name: &str, holder: &str) -> (), StoreError;
});

gated!(CatalogueStore {
    fn import(listings: &[NewListing], now: DateTime<Utc>) -> ImportCounts, StoreError;
    fn listed_asins(account: Option<&AccountId>) -> Vec<Asin>, StoreError;
    fn products_after(after: Option<Asin>, limit: u32) -> Vec<Product>, StoreError;
    fn infos(asins: &[Asin]) -> HashMap<Asin, Seen<BasicInfo>>, StoreError;
    fn stale_infos(account: Option<&AccountId>, before: DateTime<Utc>) -> Vec<Asin>, StoreError;
    fn listed_in(account: &AccountId, asins: &[Asin]) -> HashMap<Asin, ListingStatus>, StoreError;
    fn listing_counts() -> HashMap<AccountId, ListingCounts>, StoreError;
});

gated!(HistoryStore {
    fn changes(filter: &ChangesFilter, last: Option<&ListingChange>, limit: u32) -> Vec<ListingChange>, StoreError;
    fn asin_history(asin: Asin) -> AsinHistory, StoreError;
});

gated!(RetentionStore {
    fn delete_expired(cutoffs: &RetentionCutoffs, cursor: &RetentionCursor) -> RetentionStep, StoreError;
});

gated!(NoticeStore {
    fn runs_without_notice(channels: &[String], since: DateTime<Utc>) -> Vec<RunRow>, StoreError;
    fn write_notices(channels: &[String], notices: &[NewNotice]) -> u64, StoreError;
    fn claim_notices(channel: &str, claim: &NoticeClaim) -> ClaimedNotices, StoreError;
    fn settle_notices(message: Uuid, outcome: &DeliveryOutcome, at: DateTime<Utc>) -> (), StoreError;
    fn end_back_off(channel: &str, now: DateTime<Utc>) -> u64, StoreError;
    fn tidy_notices(now: DateTime<Utc>, expired: DateTime<Utc>, forgotten: DateTime<Utc>) -> u64, StoreError;
    fn notice_channels() -> Vec<ChannelView>, StoreError;
});

gated!(ReconcileStore {
    fn start_reading(reading: &NewReading) -> (), StartError;
    fn shop_read(run: RunId, no: u32) -> Option<ShopRead>, StoreError;
    fn known_items(account: &AccountId, items: &[ItemId]) -> Vec<KnownItem>, StoreError;
    fn next_missing(run: RunId, no: u32) -> Option<Listing>, StoreError;
    fn record_page(page: &PageRecord) -> PageRecorded, StoreError;
    fn give_up_read(run: RunId, no: u32, why: &str, at: DateTime<Utc>) -> RunProgress, StoreError;
    fn listings_of(account: &AccountId) -> Vec<(Asin, Option<ItemId>, ListingStatus)>, StoreError;
});

gated!(InvalidAsinStore {
    fn due_again(account: Option<&AccountId>, now: DateTime<Utc>) -> Vec<Asin>, StoreError;
    fn invalid_listings() -> InvalidListings, StoreError;
    fn cancel_doubtful(kind: RunKind, at: DateTime<Utc>) -> Option<RunId>, StoreError;
    fn forget_invalid(asins: &[Asin]) -> (), StoreError;
});

gated!(ProcessStore {
    fn hear(process: &ProcessRow) -> (), StoreError;
    fn processes() -> Vec<ProcessRow>, StoreError;
    fn forget_processes(before: DateTime<Utc>) -> (), StoreError;
});

gated!(ProductListStore {
    fn items(list: ProductList, filter: &ItemFilter, after: Option<&str>, limit: u32) -> Vec<ListedItem>, StoreError;
    fn failed_updates(after: ListingId, limit: u32) -> Vec<(ListingId, i64, Urgency)>, StoreError;
    fn listing_products(listings: &[ListingId]) -> HashMap<ListingId, (AccountId, Asin)>, StoreError;
    fn batch_asins(batches: &[RunPart]) -> HashMap<RunPart, Vec<Asin>>, StoreError;
    fn read_shops(reads: &[RunPart]) -> HashMap<RunPart, AccountId>, StoreError;
    fn listed_by(asins: &[Asin]) -> HashMap<Asin, Vec<AccountId>>, StoreError;
});
