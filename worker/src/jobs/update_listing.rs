//! Brings one listing in the shop to its newest desired state, with one edit or none.
//!
//! Level-triggered: whatever the message says, the newest desired state is read when the job runs. So
//! repeated, late or reordered messages do no harm. Only one worker has the listing at a time, so that
//! an older edit cannot overtake a newer one.
//!
//! The state counts as sent before it is, and the listing as right only when the shop has said so: an
//! edit without an answer, or with one that tells something else, is sent again, by whoever comes next.

use crate::handlers::Handler;
use crate::job_error::JobError;
use crate::steps::follow_up;
use crate::steps::shop_call::{self, NoAnswer};
use crate::steps::with_retry::with_store_retry;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::LONGEST_PARK;
use shared::domain::desired::{HoldReason, Urgency};
use shared::domain::lane::Priority;
use shared::domain::listing::ShopState;
use shared::domain::retry::Remedy;
use shared::domain::shop_page::ItemView;
use shared::domain::wrong_clock::lasting;
use shared::jobs::UpdateListing;
use shared::ports::context::Context;
use shared::ports::shop::ShopError;
use shared::ports::store::{UpdateClaim, UpdateResult, UpdateTask};
use std::time::Duration;

/// A call to the shop with its time-out (8 s).
const CALL: TimeDelta = TimeDelta::seconds(8);
/// Longer than a call with the permit and the token before it, and short enough that another worker soon
/// gets the listing of a killed one.
const LEASE: TimeDelta = TimeDelta::seconds(12);

#[async_trait]
impl Handler<Context> for UpdateListing {
    /// Brings the listing to its desired state.
    async fn run(&self, ctx: &Context) -> Result<(), JobError> {
        let now = ctx.clock.now();
        let begun = ctx.store.begin_update(self.listing, now, now + LEASE);
        let task = match begun.await? {
            Some(Ok(task)) => task,
            Some(Err(busy_until)) => {
                let until = busy_until.min(now + TimeDelta::seconds(1));
                let why = "another worker has the listing";
                return Err(JobError::wait_until(until, now, why));
            }
            // It was delisted, or its account was deactivated.
            None => {
                let claim = UpdateClaim::without_lease(self.listing, self.version);
                return finish(claim, &UpdateResult::Equal, ctx).await;
            }
        };
        let mut claim = task.claim();
        if let Some(until) = opens_at(&task, ctx) {
            finish(claim, &UpdateResult::OutsideHours, ctx).await?;
            let why = "outside of RUN_HOURS only what ends a loss is sent";
            return Err(JobError::wait_until(until, now, why));
        }
        match bring_to_desired(&task, &mut claim, ctx).await {
            Ok(result @ UpdateResult::SaleBelowCost(_, sale)) => {
                let (account, asin) = (&task.listing.account, task.listing.asin);
                tracing::warn!(listing.id = self.listing.0, %account, %asin,
                    "{account} asks {sale} yen for {asin}, below cost, and not the price that is set: the item is hidden");
                finish(claim, &result, ctx).await?;
                Err(JobError::wait(
                    Duration::ZERO,
                    "a sale below cost is hidden next",
                ))
            }
            Ok(result) => finish(claim, &result, ctx).await,
            Err(NoAnswer::Parked(until) | NoAnswer::Barred { until, .. }) => {
                let parked = shop_call::park(&task.listing.account, until, ctx).await?;
                finish(claim, &UpdateResult::Parked, ctx).await?;
                Err(parked)
            }
            Err(none) => {
                ctx.store.release_update(claim, ctx.clock.now()).await?;
                let error = none.into_job_error(&task.listing.account, ctx).await?;
                Err(error.about(&task.listing))
            }
        }
    }

    /// Counts the update as failed; the next run finds the difference and tries again.
    async fn give_up(&self, error: &JobError, ctx: &Context) -> Result<(), JobError> {
        tracing::warn!(
            listing.id = self.listing.0,
            "gave up an update: {}",
            error.why
        );
        let code = match error.remedy {
            Remedy::Stop => "stopped",
            _ => "unavailable",
        };
        let failed = UpdateResult::Failed(code.to_owned());
        let claim = UpdateClaim::without_lease(self.listing, i64::MAX);
        finish(claim, &failed, ctx).await
    }
}

/// When the hours begin for which the update has to wait; `None` for one that ends a loss, which never waits.
fn opens_at(task: &UpdateTask, ctx: &Context) -> Option<DateTime<Utc>> {
    let waits = !task.ends_loss() && !task.is_equal();
    let until = ctx.rules.hours.closed_until(ctx.clock.now());
    until.filter(|_| waits)
}

async fn bring_to_desired(
    task: &UpdateTask,
    claim: &mut UpdateClaim,
    ctx: &Context,
) -> Result<UpdateResult, NoAnswer> {
    if task.is_equal() {
        return Ok(UpdateResult::Equal);
    }
    if task.guarded {
        return Ok(UpdateResult::Guarded);
    }
    if let Some(until) = lasting(task.parked_until, LONGEST_PARK, ctx.clock.now()) {
        return Err(NoAnswer::Parked(until));
    }
    let account = &task.listing.account;
    let permit = shop_call::permit(account, priority(task), ctx).await?;
    if ctx.clock.now() + CALL > task.lease.until {
        let late = JobError::wait(Duration::ZERO, "the lease is too short for a call by now");
        return Err(NoAnswer::Job(late));
    }
    let sent = to_send(task);
    claim.in_doubt = Some(task.desired);
    let edited = ctx
        .shop
        .edit(permit, account, task.listing.item, &sent)
        .await;
    if edited.as_ref().is_err_and(|error| !error.leaves_doubt()) {
        claim.in_doubt = None;
    }
    match shop_call::answer(account, edited, ctx).await {
        Ok(shown) if shown.state.satisfies(&sent) => Ok(applied(task, &shown)),
        Ok(_) => look(task, &sent, ctx).await,
        Err(NoAnswer::Shop(error)) => after_error(task, error, ctx).await,
        Err(none) => Err(none),
    }
}

/// What the shop shows now. Its stock is ours if the shop tells one: the item may have sold since it was
/// set, which is the reconciliation's to find out.
fn applied(task: &UpdateTask, shown: &ItemView) -> UpdateResult {
    let state = ShopState {
        stock: shown.state.stock.and(task.desired.stock),
        ..task.desired
    };
    match shown.sale {
        None => UpdateResult::Applied(state),
        Some(sale) if state.visible && shown.is_below(task.cost) => {
            UpdateResult::SaleBelowCost(state, sale)
        }
        Some(sale) => UpdateResult::OnSale(state, sale),
    }
}

/// The answer to the edit tells other values than were sent, which may be old ones: asks for the item. If
/// the shop keeps a price below cost, whatever is sent, the item is hidden.
async fn look(
    task: &UpdateTask,
    sent: &ShopState,
    ctx: &Context,
) -> Result<UpdateResult, NoAnswer> {
    match item(task, ctx).await? {
        Some(shown) if shown.state.satisfies(sent) => Ok(applied(task, &shown)),
        Some(shown) if sent.visible && shown.state.visible && shown.is_below(task.cost) => {
            Ok(UpdateResult::SaleBelowCost(shown.state, shown.asked()))
        }
        // A hidden item may have any price.
        Some(shown) if shown.state.is_hidden_as(sent) => {
            Ok(UpdateResult::OnSale(shown.state, shown.asked()))
        }
        _ => {
            let other = "it shows other values than were sent".to_owned();
            Err(NoAnswer::Shop(ShopError::Unavailable(other)))
        }
    }
}

/// The item, asked for by its path.
async fn item(task: &UpdateTask, ctx: &Context) -> Result<Option<ItemView>, NoAnswer> {
    let listing = &task.listing;
    let permit = shop_call::permit(&listing.account, priority(task), ctx).await?;
    let found = ctx.shop.item(permit, &listing.account, listing.item).await;
    shop_call::answer(&listing.account, found, ctx).await
}

fn priority(task: &UpdateTask) -> Priority {
    match task.urgency {
        Urgency::Normal => Priority::Normal,
        Urgency::Hide | Urgency::BelowCost => Priority::Urgent,
    }
}

/// Omits a stock that we set already: the item may have sold in the shop since, and would be stocked again
/// before its cool-down is over.
fn to_send(task: &UpdateTask) -> ShopState {
    let desired = task.desired;
    let is_set = task.listing.shown.stock == desired.stock
        && task
            .unconfirmed
            .as_ref()
            .is_none_or(|sent| sent.has_stock_of(&desired));
    ShopState {
        stock: desired.stock.filter(|_| !is_set),
        ..desired
    }
}

async fn after_error(
    task: &UpdateTask,
    error: ShopError,
    ctx: &Context,
) -> Result<UpdateResult, NoAnswer> {
    match error {
        ShopError::NotEditable(_) => Ok(UpdateResult::Held(HoldReason::NotEditable)),
        error if error.is_about_the_item() => check_by_path(task, &error, ctx).await,
        ShopError::UnknownItem(_)
        | ShopError::ItemRefused(_)
        | ShopError::Refused(_)
        | ShopError::Reauthorise { .. } => {
            let (account, asin) = (&task.listing.account, task.listing.asin);
            tracing::warn!(listing.id = task.listing.id.0, %account, %asin, %error, "an update of {asin} in {account} failed");
            Ok(UpdateResult::Failed(error.code().to_owned()))
        }
        error => Err(NoAnswer::Shop(error)),
    }
}

/// The shop refuses this item: asks for the item by its path. If it does not exist, the listing is
/// delisted for good; if it does, a person has to check it.
async fn check_by_path(
    task: &UpdateTask,
    error: &ShopError,
    ctx: &Context,
) -> Result<UpdateResult, NoAnswer> {
    let listing = &task.listing;
    let (account, asin) = (&listing.account, listing.asin);
    if item(task, ctx).await?.is_none() {
        tracing::info!(listing.id = listing.id.0, %account, %asin, "the item of {asin} does not exist in {account} any more");
        return Ok(UpdateResult::Delisted);
    }
    tracing::warn!(listing.id = listing.id.0, %account, %asin, %error,
        "{account} has the item of {asin} and refuses to edit it: the listing is held");
    Ok(UpdateResult::Held(HoldReason::NotEditable))
}

async fn finish(claim: UpdateClaim, result: &UpdateResult, ctx: &Context) -> Result<(), JobError> {
    let now = ctx.clock.now();
    let done = || ctx.store.finish_update(claim, result, now);
    for run in with_store_retry(done).await? {
        follow_up::close(run, ctx).await?;
    }
    Ok(())
}
