//! One step of reading a shop back: a page of its items, or one item that was on no page.
//!
//! A step is one call and one message, so that urgent updates go between two pages, and the position in
//! the shop is in a row: after a killed worker the next one repeats the step, which is recorded once.

use crate::handlers::Handler;
use crate::job_error::JobError;
use crate::job_outage::pass_unless_answers_are_kept;
use crate::steps::compare::{PageDiff, compare};
use crate::steps::follow_up;
use crate::steps::permit::cost_of;
use crate::steps::shop_call;
use crate::steps::with_retry::with_store_retry;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::LONGEST_PARK;
use shared::domain::lane::Priority;
use shared::domain::listing::Listing;
use shared::domain::shop_page::{PageCursor, ShopItem};
use shared::domain::wrong_clock::lasting;
use shared::jobs::ReadShop;
use shared::ports::context::Context;
use shared::ports::limiter::Permit;
use shared::ports::messages;
use shared::ports::shop::ShopError;
use shared::ports::store::{
    Advance, FindingKind, PageRecord, ReadPhase, ReconcileFinding, Record, RecordPart, RequestCost,
    ShopRead,
};
use uuid::Uuid;

#[async_trait]
impl Handler<Context> for ReadShop {
    /// Does the step that is due.
    async fn run(&self, ctx: &Context) -> Result<(), JobError> {
        let Some(read) = ctx.store.shop_read(self.run, self.no).await? else {
            // The shop is read, but its last worker may have died before the follow-up.
            return follow_up::resend(self.run, ctx).await;
        };
        if read.step != self.step {
            return send(self, read.step, ctx).await;
        }
        if !read.active {
            return end(self, "account_inactive", ctx).await;
        }
        let now = ctx.clock.now();
        if let Some(until) = lasting(read.parked_until, LONGEST_PARK, now) {
            return Err(shop_call::parked(&read.account, until, ctx));
        }
        pass_unless_answers_are_kept()?;
        match &read.phase {
            ReadPhase::Pages { cursor } => page(self, &read, cursor.as_ref(), ctx).await,
            ReadPhase::Missing => missing(self, &read, ctx).await,
        }
    }

    /// Ends the reading of this shop; the run reads the other shops on.
    async fn give_up(&self, error: &JobError, ctx: &Context) -> Result<(), JobError> {
        tracing::warn!(run.id = %self.run, shop.no = self.no, why = %error.why, "gave up reading a shop back");
        end(self, &error.why, ctx).await
    }
}

async fn end(job: &ReadShop, why: &str, ctx: &Context) -> Result<(), JobError> {
    let now = ctx.clock.now();
    let ended = || ctx.store.give_up_read(job.run, job.no, why, now);
    let progress = with_store_retry(ended).await?;
    follow_up::next_step(job.run, progress, ctx).await
}

async fn page(
    job: &ReadShop,
    read: &ShopRead,
    cursor: Option<&PageCursor>,
    ctx: &Context,
) -> Result<(), JobError> {
    let call = Call::begin(read, ctx).await?;
    let answer = ctx.shop.items(call.permit, &read.account, cursor).await;
    let page = answered(job, read, (call.cost, answer), ctx).await?;
    let advance = match page.next {
        Some(cursor) => Advance::NextPage { cursor },
        None => Advance::PagesDone,
    };
    let diff = compare(&read.account, call.asked_at, &page.items, ctx).await?;
    record(job, (call.asked_at, call.cost), diff, advance, ctx).await
}

/// Asks for the next listing that was on no page. Deleted items shift others to pages that were read
/// already, so a listing that was on no page may still exist.
async fn missing(job: &ReadShop, read: &ShopRead, ctx: &Context) -> Result<(), JobError> {
    let Some(listing) = ctx.store.next_missing(job.run, job.no).await? else {
        // The last one was delisted by another job meanwhile.
        let (call, diff) = (
            (ctx.clock.now(), RequestCost::default()),
            PageDiff::default(),
        );
        return record(job, call, diff, Advance::FoundMissing, ctx).await;
    };
    let call = Call::begin(read, ctx).await?;
    let asked = ctx.shop.item(call.permit, &read.account, listing.item);
    let shown = match asked.await {
        // As on a page: the item is named, and the others are compared.
        Err(ShopError::Impossible(_)) => Some(None),
        answer => answered(job, read, (call.cost, answer), ctx)
            .await?
            .map(Some),
    };
    let (diff, advance) = if let Some(shown) = shown {
        let item = ShopItem {
            id: listing.item,
            sku: None,
            state: shown.map(|shown| shown.state),
            sale: shown.and_then(|shown| shown.sale),
        };
        let mut diff = compare(&read.account, call.asked_at, &[item], ctx).await?;
        // The shop showed it, even if its row has changed meanwhile.
        diff.seen.push(listing.id);
        (diff, Advance::FoundMissing)
    } else {
        let (account, asin) = (&listing.account, listing.asin);
        tracing::info!(listing.id = listing.id.0, %account, %asin, "the item of {asin} does not exist in {account} any more");
        (no_longer_exists(&listing), Advance::Gone(listing.id))
    };
    record(job, (call.asked_at, call.cost), diff, advance, ctx).await
}

fn no_longer_exists(listing: &Listing) -> PageDiff {
    let finding = ReconcileFinding {
        item: listing.item,
        listing: Some(listing.id),
        sku: None,
        kind: FindingKind::Gone,
        sold_out: false,
        left: Some(listing.shown),
        found: None,
    };
    PageDiff {
        findings: vec![finding],
        ..PageDiff::default()
    }
}

/// A call that may be sent now.
struct Call {
    permit: Permit,
    asked_at: DateTime<Utc>,
    cost: RequestCost,
}

impl Call {
    async fn begin(read: &ShopRead, ctx: &Context) -> Result<Self, JobError> {
        match shop_call::permit(&read.account, Priority::Normal, ctx).await {
            Ok(permit) => Ok(Self {
                cost: cost_of(&permit),
                asked_at: ctx.clock.now(),
                permit,
            }),
            Err(none) => Err(none.into_job_error(&read.account, ctx).await?),
        }
    }
}

/// The answer to a call. The cost of a failed one is counted here: its caller gets the error only.
async fn answered<T>(
    job: &ReadShop,
    read: &ShopRead,
    (cost, answer): (RequestCost, Result<T, ShopError>),
    ctx: &Context,
) -> Result<T, JobError> {
    // A call that is refused by quota costs nothing. The refusals in the report are Amazon's.
    let refused = u32::from(matches!(answer, Err(ShopError::Quota { .. })));
    let none = match shop_call::answer(&read.account, answer, ctx).await {
        Ok(answer) => return Ok(answer),
        Err(none) => none,
    };
    let cost = RequestCost {
        requests: cost.requests.saturating_sub(refused),
        ..cost
    };
    let id = Uuid::now_v7();
    with_store_retry(|| ctx.store.count(job.run, id, cost)).await?;
    Err(none.into_job_error(&read.account, ctx).await?)
}

async fn record(
    job: &ReadShop,
    (asked_at, cost): (DateTime<Utc>, RequestCost),
    diff: PageDiff,
    advance: Advance,
    ctx: &Context,
) -> Result<(), JobError> {
    let page = PageRecord {
        no: job.no,
        step: job.step,
        asked_at,
        items: diff.items,
        seen: diff.seen,
        shown: diff.shown,
        findings: diff.findings,
        record: Record {
            id: Uuid::now_v7(),
            run: job.run,
            part: RecordPart::Batch(job.no),
            at: ctx.clock.now(),
            asins: diff.asins,
            cost,
        },
        advance,
    };
    let recorded = with_store_retry(|| ctx.store.record_page(&page)).await?;
    if let Some(missing) = recorded.missing_held {
        tracing::warn!(run.id = %job.run, missing,
            "{missing} listings are on no page of their shop: too many at once, so they stay as they are");
    }
    for run in recorded.settled {
        follow_up::close(run, ctx).await?;
    }
    if let Some(step) = recorded.step {
        send(job, step, ctx).await?;
    }
    follow_up::after_record(&page.record, recorded.progress, ctx).await
}

async fn send(job: &ReadShop, step: u32, ctx: &Context) -> Result<(), JobError> {
    let next = messages::for_read(job.run, job.no, step);
    ctx.queue.push(&[next]).await?;
    Ok(())
}
