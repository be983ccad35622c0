//! One step of reading a shop back: a page of its items, or one item that was on none.
//!
//! A step is one call and one message, so that whatever hurries goes between two pages, and the shop's
//! place in a row: a killed worker's successor does the step again, and it is recorded once.

use super::follow_up;
use super::kept::kept;
use super::sighted::{self, Seen, Sighted};
use crate::failure::Failure;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::lane::Priority;
use shared::domain::listing::Listing;
use shared::domain::shop_page::{PAGE, ShopItem};
use shared::jobs::ReadShop;
use shared::ports::context::Context;
use shared::ports::limiter::{Grant, Permit};
use shared::ports::messages;
use shared::ports::shop::ShopError;
use shared::ports::store::{
    Advance, Finding, FoundKind, PageRecord, Part, Phase, Record, RequestCost, ShopRead,
};
use uuid::Uuid;

/// Does the step that is due.
pub(super) async fn run(job: &ReadShop, ctx: &Context) -> Result<(), Failure> {
    let Some(read) = ctx.store.shop_read(job.run, job.no).await? else {
        // The shop is read, but whoever ended it may have died before the follow-up.
        return follow_up::resend(job.run, ctx).await;
    };
    if read.step != job.step {
        return send(job, read.step, ctx).await;
    }
    if !read.active {
        return end(job, "account_inactive", ctx).await;
    }
    wait_for_reset(&read.account, read.parked_until, ctx)?;
    match read.phase {
        Phase::Pages { offset } => page(job, &read, offset, ctx).await,
        Phase::Missing => missing(job, &read, ctx).await,
    }
}

/// Ends the reading of this shop; the others go on.
pub(super) async fn give_up(
    job: &ReadShop,
    failure: &Failure,
    ctx: &Context,
) -> Result<(), Failure> {
    tracing::warn!(run.id = %job.run, shop.no = job.no, why = %failure.why, "a shop cannot be read back");
    end(job, &failure.why, ctx).await
}

async fn end(job: &ReadShop, why: &str, ctx: &Context) -> Result<(), Failure> {
    let now = ctx.clock.now();
    let ended = || ctx.store.give_up_read(job.run, job.no, why, now);
    let progress = kept(ended).await?;
    follow_up::next_step(job.run, progress, ctx).await
}

async fn page(job: &ReadShop, read: &ShopRead, offset: u32, ctx: &Context) -> Result<(), Failure> {
    let call = Call::begin(job, read, ctx).await?;
    let answer = ctx.shop.items(call.permit, &read.account, offset).await;
    let page = match answer {
        Ok(page) => page,
        Err(error) => return Err(after_error(job, &read.account, call.cost, error, ctx).await?),
    };
    let advance = if page.is_last() {
        Advance::PagesDone
    } else {
        Advance::NextPage {
            offset: offset.saturating_add(PAGE),
        }
    };
    let seen = Seen {
        account: &read.account,
        asked_at: call.asked_at,
    };
    let sighted = sighted::judge(&seen, &page.items, ctx).await?;
    record(job, (call.asked_at, call.cost), sighted, advance, ctx).await
}

/// Asks for the next listing that was on no page: deleted items shift the others to pages that were
/// read already, so that being on none does not mean gone.
async fn missing(job: &ReadShop, read: &ShopRead, ctx: &Context) -> Result<(), Failure> {
    let Some(listing) = ctx.store.next_missing(job.run, job.no).await? else {
        // The last one was delisted by somebody else meanwhile.
        let nothing = (ctx.clock.now(), RequestCost::default());
        let none = Sighted::default();
        return record(job, nothing, none, Advance::FoundMissing, ctx).await;
    };
    let call = Call::begin(job, read, ctx).await?;
    let answer = ctx
        .shop
        .item(call.permit, &read.account, listing.item)
        .await;
    let costs = (call.asked_at, call.cost);
    match answer {
        Ok(None) => {
            tracing::info!(listing.id = listing.id.0, asin = %listing.asin, "the item is gone from the shop");
            let gone = gone(&listing);
            record(job, costs, gone, Advance::Gone(listing.id), ctx).await
        }
        Ok(Some(state)) => {
            let item = ShopItem {
                id: listing.item,
                sku: None,
                state: Some(state),
            };
            let seen = Seen {
                account: &read.account,
                asked_at: call.asked_at,
            };
            let mut sighted = sighted::judge(&seen, &[item], ctx).await?;
            // Whatever became of its row meanwhile, it was seen.
            sighted.seen.push(listing.id);
            record(job, costs, sighted, Advance::FoundMissing, ctx).await
        }
        Err(error) => Err(after_error(job, &read.account, call.cost, error, ctx).await?),
    }
}

fn gone(listing: &Listing) -> Sighted {
    let finding = Finding {
        item: listing.item,
        listing: Some(listing.id),
        sku: None,
        kind: FoundKind::Gone,
        sold_out: false,
        left: Some(listing.shown),
        found: None,
    };
    Sighted {
        findings: vec![finding],
        ..Sighted::default()
    }
}

/// Leave to ask the shop now.
struct Call {
    permit: Permit,
    asked_at: DateTime<Utc>,
    cost: RequestCost,
}

impl Call {
    async fn begin(job: &ReadShop, read: &ShopRead, ctx: &Context) -> Result<Self, Failure> {
        if let Err(error) = ctx.shop.prepare(&read.account).await {
            let none = RequestCost::default();
            return Err(after_error(job, &read.account, none, error, ctx).await?);
        }
        let lane = ctx.shop.lane(&read.account);
        let permit = match ctx.limiter.acquire(&lane, Priority::Normal).await? {
            Grant::Go(permit) => permit,
            Grant::Closed(until) => return Err(park(&read.account, until, ctx).await?),
            Grant::Later(pause) => {
                return Err(Failure::wait(pause, format!("lane {lane} is busy")));
            }
        };
        Ok(Self {
            cost: RequestCost {
                requests: 1,
                waited_ms: i64::try_from(permit.waited.as_millis()).unwrap_or(i64::MAX),
                ..RequestCost::default()
            },
            asked_at: ctx.clock.now(),
            permit,
        })
    }
}

/// What to do about a call that failed; what it cost is counted here, since nobody else hears of it.
async fn after_error(
    job: &ReadShop,
    account: &AccountId,
    cost: RequestCost,
    error: ShopError,
    ctx: &Context,
) -> Result<Failure, Failure> {
    // What a shop refuses is told by its parking; the report's refusals are Amazon's.
    let refused = u32::from(matches!(error, ShopError::Quota(_)));
    let cost = RequestCost {
        requests: cost.requests.saturating_sub(refused),
        ..cost
    };
    let id = Uuid::now_v7();
    kept(|| ctx.store.count(job.run, id, cost)).await?;
    match error {
        ShopError::Quota(window) => {
            let lane = ctx.shop.lane(account);
            let until = ctx.limiter.close(&lane, window).await;
            park(account, until, ctx).await
        }
        // Whoever found that it fails has parked the account.
        ShopError::Proxy { until, .. } => Ok(until_reset(account, until, ctx)),
        ShopError::TokenRefused { until } => {
            let now = ctx.clock.now();
            Ok(Failure::wait_until(until, now, error.to_string()))
        }
        error => Ok(error.into()),
    }
}

async fn park(
    account: &AccountId,
    until: DateTime<Utc>,
    ctx: &Context,
) -> Result<Failure, Failure> {
    if ctx.store.park(account, until).await? {
        tracing::warn!(%account, %until, "account {account} is parked until {until}: its quota is used up");
    }
    Ok(until_reset(account, until, ctx))
}

fn wait_for_reset(
    account: &AccountId,
    parked_until: Option<DateTime<Utc>>,
    ctx: &Context,
) -> Result<(), Failure> {
    match parked_until.filter(|until| *until > ctx.clock.now()) {
        Some(until) => Err(until_reset(account, until, ctx)),
        None => Ok(()),
    }
}

fn until_reset(account: &AccountId, until: DateTime<Utc>, ctx: &Context) -> Failure {
    let why = format!("account {account} is parked until {until}");
    Failure::wait_until(until, ctx.clock.now(), why)
}

async fn record(
    job: &ReadShop,
    (asked_at, cost): (DateTime<Utc>, RequestCost),
    sighted: Sighted,
    advance: Advance,
    ctx: &Context,
) -> Result<(), Failure> {
    let page = PageRecord {
        no: job.no,
        step: job.step,
        asked_at,
        items: sighted.items,
        seen: sighted.seen,
        taken: sighted.taken,
        findings: sighted.findings,
        record: Record {
            id: Uuid::now_v7(),
            run: job.run,
            part: Part::Batch(job.no),
            at: ctx.clock.now(),
            asins: sighted.asins,
            cost,
        },
        advance,
    };
    let recorded = kept(|| ctx.store.record_page(&page)).await?;
    if let Some(missing) = recorded.missing_held {
        tracing::warn!(run.id = %job.run, missing,
            "{missing} listings are on no page of their shop: that is too many at once, nothing is done about them");
    }
    for run in recorded.settled {
        follow_up::close(run, ctx).await?;
    }
    if let Some(step) = recorded.step {
        send(job, step, ctx).await?;
    }
    follow_up::after_record(&page.record, recorded.progress, ctx).await
}

async fn send(job: &ReadShop, step: u32, ctx: &Context) -> Result<(), Failure> {
    let next = messages::for_read(job.run, job.no, step);
    ctx.queue.push(&[next]).await?;
    Ok(())
}
