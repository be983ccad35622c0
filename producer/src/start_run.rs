//! Starts a run: which ASINs, which batches, then rows, then messages.

use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, split};
use shared::domain::freshness::Ttls;
use shared::domain::guard::MassChangeGuard;
use shared::domain::run::{RunId, RunKind};
use shared::ports::cache::{Cache, CacheError};
use shared::ports::messages;
use shared::ports::queue::{Queue, QueueError};
use shared::ports::store::{NewReading, NewRun, StartError, Store, StoreError};

/// ASINs that are looked up in the cache at once.
const LOOK_UP: usize = 1_000;

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The id of the new run.
    pub id: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// Only this account's listings.
    pub account: Option<AccountId>,
    /// At most this many ASINs.
    pub max_items: Option<usize>,
    /// Nothing goes to the shop.
    pub dry_run: bool,
    /// How long values stay fresh, for a run of what is stale.
    pub ttls: Ttls,
    /// What it may hide before a person is asked.
    pub guard: MassChangeGuard,
    /// The start.
    pub now: DateTime<Utc>,
}

/// A run that was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started {
    /// Its id.
    pub id: RunId,
    /// Its distinct ASINs.
    pub asins: usize,
    /// Its batches.
    pub batches: usize,
}

/// Why a run was not started, or not sent off.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// One of the same kind is open.
    #[error("run {0} of the same kind is still open")]
    AlreadyOpen(RunId),
    /// The account of the order is not known, or inactive.
    #[error("account {0} is not known")]
    UnknownAccount(AccountId),
    /// The account of the order gets no request.
    #[error("account {0} is inactive")]
    InactiveAccount(AccountId),
    /// The database; nothing is written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The cache, which a run of what is stale needs; nothing is written.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The rows stand, but their messages could not be sent: `resume` sends them.
    #[error("run {0} is written but its messages could not be sent: {1}")]
    NotSent(RunId, QueueError),
}

impl From<StartError> for Refused {
    fn from(error: StartError) -> Self {
        match error {
            StartError::AlreadyOpen(id) => Self::AlreadyOpen(id),
            StartError::Store(error) => Self::Store(error),
        }
    }
}

/// Writes the rows of a new run and sends its messages.
///
/// A run without ASINs gets its rows, too, and is closed by its backfill, so that every order has a
/// report.
///
/// # Errors
///
/// See [`Refused`]; only after `NotSent` anything is written.
pub async fn start_run(
    order: Order,
    store: &dyn Store,
    cache: &dyn Cache,
    queue: &dyn Queue,
) -> Result<Started, Refused> {
    if order.kind == RunKind::Reconcile {
        return start_reading(order, store, queue).await;
    }
    let asins = choose(&order, store, cache).await?;
    let count = asins.len();
    let run = NewRun {
        id: order.id,
        kind: order.kind,
        account: order.account,
        dry_run: order.dry_run,
        started_at: order.now,
        batches: split(asins),
        guard: order.guard,
    };
    store.start_run(&run).await?;
    tracing::info!(run.id = %run.id, asins = count, batches = run.batches.len(),
        "started run {}: {count} ASINs in {} batches", run.id, run.batches.len());
    send(&run, queue)
        .await
        .map_err(|error| Refused::NotSent(run.id, error))?;
    Ok(Started {
        id: run.id,
        asins: count,
        batches: run.batches.len(),
    })
}

/// A reconciliation has a batch for each shop, and none for ASINs.
async fn start_reading(
    order: Order,
    store: &dyn Store,
    queue: &dyn Queue,
) -> Result<Started, Refused> {
    if let Some(account) = &order.account {
        check_account(account, store).await?;
    }
    let asins = store.listed_asins(order.account.as_ref()).await?.len();
    let accounts = store.accounts().await?.into_iter();
    let shops: Vec<AccountId> = accounts
        .filter(|row| row.active)
        .map(|row| row.id)
        .filter(|id| order.account.as_ref().is_none_or(|only| only == id))
        .collect();
    let reading = NewReading {
        run: NewRun {
            id: order.id,
            kind: order.kind,
            account: order.account,
            dry_run: order.dry_run,
            started_at: order.now,
            batches: Vec::new(),
            guard: order.guard,
        },
        shops,
        asins: asins as u64,
    };
    store.start_reading(&reading).await?;
    let (id, batches) = (order.id, reading.shops.len());
    tracing::info!(run.id = %id, shops = batches, "started run {id}: {batches} shops are read back");
    let work = store.open_work(id).await?;
    queue
        .push(&messages::for_open_work(id, &work))
        .await
        .map_err(|error| Refused::NotSent(id, error))?;
    Ok(Started { id, asins, batches })
}

async fn choose(order: &Order, store: &dyn Store, cache: &dyn Cache) -> Result<Vec<Asin>, Refused> {
    if let Some(account) = &order.account {
        check_account(account, store).await?;
    }
    let account = order.account.as_ref();
    let mut asins = match order.kind {
        RunKind::PriceStock | RunKind::Visibility => store.listed_asins(account).await?,
        RunKind::Stale => stale(store.listed_asins(account).await?, order, cache).await?,
        RunKind::BasicInfo => {
            let before = order.ttls.basic_info_stale_before(order.now);
            store.stale_infos(account, before).await?
        }
        // These ASINs are given by a person, or by the shops: see `register` and `start_reading`.
        RunKind::Register | RunKind::Reconcile => Vec::new(),
    };
    asins.truncate(order.max_items.unwrap_or(usize::MAX));
    Ok(asins)
}

pub(crate) async fn check_account(account: &AccountId, store: &dyn Store) -> Result<(), Refused> {
    let accounts = store.accounts().await?;
    match accounts.iter().find(|row| row.id == *account) {
        None => Err(Refused::UnknownAccount(account.clone())),
        Some(row) if !row.active => Err(Refused::InactiveAccount(account.clone())),
        Some(_) => Ok(()),
    }
}

/// The ones without a cache entry that a reader could use.
async fn stale(
    asins: Vec<Asin>,
    order: &Order,
    cache: &dyn Cache,
) -> Result<Vec<Asin>, CacheError> {
    let mut stale = Vec::new();
    for chunk in asins.chunks(LOOK_UP) {
        let entries = cache.get(chunk).await?;
        let usable = |asin: &Asin| {
            entries
                .get(asin)
                .is_some_and(|product| order.ttls.usable(product, order.now))
        };
        stale.extend(chunk.iter().copied().filter(|asin| !usable(asin)));
    }
    Ok(stale)
}

pub(crate) async fn send(run: &NewRun, queue: &dyn Queue) -> Result<(), QueueError> {
    let last = u32::try_from(run.batches.len()).unwrap_or(u32::MAX);
    let mut batch_messages = messages::for_batches(run.id, run.kind, 1..=last);
    if batch_messages.is_empty() {
        batch_messages.push(messages::for_backfill(run.id, run.kind));
    }
    queue.push(&batch_messages).await?;
    Ok(())
}
