//! Starts a run: chooses its ASINs, writes its rows, then sends its messages.

use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::{Asin, AsinBatch, split};
use shared::domain::run::{RunId, RunKind};
use shared::ports::cache::CacheError;
use shared::ports::context::Context;
use shared::ports::messages;
use shared::ports::queue::{Queue, QueueError};
use shared::ports::store::{NewReading, NewRun, StartError, Store, StoreError};
use uuid::Uuid;

/// ASINs of one cache lookup.
const LOOKUP_LEN: usize = 1_000;

/// Pause after a scheduled run that could not be started.
pub(crate) const RETRY_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// Which run to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOrder {
    /// The id of the new run.
    pub id: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// Only the listings of this account.
    pub account: Option<AccountId>,
    /// At most this many ASINs.
    pub max_items: Option<usize>,
    /// Sends nothing to the shops.
    pub dry_run: bool,
}

impl RunOrder {
    /// A new run over all listings, as the schedule starts it.
    pub fn new(kind: RunKind) -> Self {
        Self {
            id: RunId(Uuid::now_v7()),
            kind,
            account: None,
            max_items: None,
            dry_run: false,
        }
    }
}

/// A run that was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartedRun {
    /// Its id.
    pub id: RunId,
    /// Number of its distinct ASINs.
    pub asins: usize,
    /// Number of its batches.
    pub batches: usize,
}

/// Why a run was not started, or its messages were not sent.
#[derive(Debug, thiserror::Error)]
pub enum StartRunError {
    /// A run of the same kind is open.
    #[error("run {0} of the same kind is still open")]
    AlreadyOpen(RunId),
    /// The account is not in the database.
    #[error("account {0} is not known")]
    UnknownAccount(AccountId),
    /// The account is inactive and gets no requests.
    #[error("account {0} is inactive")]
    InactiveAccount(AccountId),
    /// The database failed; nothing is written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The cache failed, which a run of stale ASINs reads; nothing is written.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The rows are written, but their messages could not be sent; `resume` sends them.
    #[error("run {0} is written but its messages could not be sent: {1}")]
    NotSent(RunId, QueueError),
}

impl From<StartError> for StartRunError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::AlreadyOpen(id) => Self::AlreadyOpen(id),
            StartError::Store(error) => Self::Store(error),
        }
    }
}

/// Writes the rows of a new run and sends its messages.
///
/// A run without ASINs gets its rows as well, and its backfill closes it; so every order has a
/// report.
///
/// # Errors
///
/// See [`StartRunError`]; rows are written only with `NotSent`.
pub async fn start_run(order: RunOrder, ctx: &Context) -> Result<StartedRun, StartRunError> {
    let now = ctx.clock.now();
    if let Some(account) = &order.account {
        check_account(account, &*ctx.store).await?;
    }
    if order.kind == RunKind::Reconcile {
        return start_reconcile(order, ctx, now).await;
    }
    if let Some(doubtful) = ctx.store.cancel_doubtful(order.kind, now).await? {
        tracing::info!(run.id = %doubtful, "cancelled run {doubtful}: the new run asks again for the ASINs that Amazon called invalid");
    }
    let asins = choose(&order, ctx, now).await?;
    let count = asins.len();
    let run = new_run(order, split(asins), ctx, now);
    ctx.store.start_run(&run).await?;
    tracing::info!(run.id = %run.id, asins = count, batches = run.batches.len(),
        "started run {}: {count} ASINs in {} batches", run.id, run.batches.len());
    send(&run, &*ctx.queue).await?;
    Ok(StartedRun {
        id: run.id,
        asins: count,
        batches: run.batches.len(),
    })
}

/// A reconciliation has one batch per shop and no batches of ASINs.
async fn start_reconcile(
    order: RunOrder,
    ctx: &Context,
    now: DateTime<Utc>,
) -> Result<StartedRun, StartRunError> {
    let (store, only) = (&ctx.store, order.account.as_ref());
    let asins = store.listed_asins(only).await?.len();
    let mut accounts = store.accounts().await?;
    accounts.retain(|row| row.active && only.is_none_or(|only| *only == row.id));
    let shops = accounts.into_iter().map(|row| row.id).collect();
    let reading = NewReading {
        run: new_run(order, Vec::new(), ctx, now),
        shops,
        asins: asins as u64,
    };
    store.start_reading(&reading).await?;
    let (id, batches) = (reading.run.id, reading.shops.len());
    tracing::info!(run.id = %id, shops = batches, "started run {id}: reconciles {batches} shops");
    let work = store.open_work(id).await?;
    let sent = ctx.queue.push(&messages::for_open_work(id, &work)).await;
    sent.map_err(|error| StartRunError::NotSent(id, error))?;
    Ok(StartedRun { id, asins, batches })
}

fn new_run(order: RunOrder, batches: Vec<AsinBatch>, ctx: &Context, now: DateTime<Utc>) -> NewRun {
    NewRun {
        id: order.id,
        kind: order.kind,
        account: order.account,
        max_items: order.max_items,
        dry_run: order.dry_run,
        started_at: now,
        batches,
        guard: ctx.rules.guard,
    }
}

async fn choose(
    order: &RunOrder,
    ctx: &Context,
    now: DateTime<Utc>,
) -> Result<Vec<Asin>, StartRunError> {
    let (store, account) = (&ctx.store, order.account.as_ref());
    let mut asins = match order.kind {
        RunKind::PriceStock | RunKind::Visibility => listed(account, ctx, now).await?,
        RunKind::Stale => stale(listed(account, ctx, now).await?, ctx, now).await?,
        RunKind::BasicInfo => {
            let before = ctx.rules.ttls.basic_info_stale_before(now);
            store.stale_infos(account, before).await?
        }
        // A person or the shops give these ASINs: see `register` and `start_reconcile`.
        RunKind::Register | RunKind::Reconcile => Vec::new(),
    };
    asins.truncate(order.max_items.unwrap_or(usize::MAX));
    Ok(asins)
}

/// The listed ASINs that Amazon knows, and those it called invalid that are due to be asked for again.
async fn listed(
    account: Option<&AccountId>,
    ctx: &Context,
    now: DateTime<Utc>,
) -> Result<Vec<Asin>, StoreError> {
    // The latter first, so that a limit on their number does not leave them out for ever.
    let mut asins = ctx.store.due_again(account, now).await?;
    asins.extend(ctx.store.listed_asins(account).await?);
    Ok(asins)
}

pub(crate) async fn check_account(
    account: &AccountId,
    store: &dyn Store,
) -> Result<(), StartRunError> {
    let accounts = store.accounts().await?;
    match accounts.iter().find(|row| row.id == *account) {
        None => Err(StartRunError::UnknownAccount(account.clone())),
        Some(row) if !row.active => Err(StartRunError::InactiveAccount(account.clone())),
        Some(_) => Ok(()),
    }
}

/// The ASINs without a usable cache entry.
async fn stale(
    asins: Vec<Asin>,
    ctx: &Context,
    now: DateTime<Utc>,
) -> Result<Vec<Asin>, CacheError> {
    let mut stale = Vec::new();
    for chunk in asins.chunks(LOOKUP_LEN) {
        let entries = ctx.cache.get(chunk).await?;
        let usable = |asin: &Asin| {
            let entry = entries.get(asin);
            entry.is_some_and(|product| ctx.rules.ttls.usable(product, now))
        };
        stale.extend(chunk.iter().copied().filter(|asin| !usable(asin)));
    }
    Ok(stale)
}

pub(crate) async fn send(run: &NewRun, queue: &dyn Queue) -> Result<(), StartRunError> {
    let last = u32::try_from(run.batches.len()).unwrap_or(u32::MAX);
    let mut batches = messages::for_batches(run.id, run.kind, 1..=last);
    if batches.is_empty() {
        batches.push(messages::for_backfill(run.id, run.kind));
    }
    let sent = queue.push(&batches).await;
    sent.map_err(|error| StartRunError::NotSent(run.id, error))?;
    Ok(())
}
