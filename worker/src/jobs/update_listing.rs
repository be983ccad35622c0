//! Brings one listing in the shop to its newest desired state, with one edit or none.
//!
//! Level-triggered: whatever the message says, the newest desired state is read when it runs. So
//! repeated, late or reordered messages do no harm. One worker has the listing at a time, so that an
//! older edit cannot overtake a newer one.

use super::follow_up;
use super::kept::kept;
use crate::failure::Failure;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::desired::{HoldReason, Urgency};
use shared::domain::lane::Priority;
use shared::domain::listing::ShopState;
use shared::domain::retry::Remedy;
use shared::jobs::UpdateListing;
use shared::ports::context::Context;
use shared::ports::limiter::{Grant, Permit};
use shared::ports::shop::ShopError;
use shared::ports::store::{UpdateResult, UpdateTask};

/// Longer than a call to the shop with its time-out can take (8 s), and short enough that the listing
/// of a killed worker is taken up elsewhere soon.
const HELD_FOR: TimeDelta = TimeDelta::seconds(9);

/// Brings the listing to its desired state.
pub(super) async fn run(job: &UpdateListing, ctx: &Context) -> Result<(), Failure> {
    let now = ctx.clock.now();
    let task = match ctx
        .store
        .begin_update(job.listing, now, now + HELD_FOR)
        .await?
    {
        Some(Ok(task)) => task,
        Some(Err(busy_until)) => {
            let pause = (busy_until - now)
                .min(TimeDelta::seconds(1))
                .to_std()
                .unwrap_or_default();
            return Err(Failure::wait(pause, "another worker has the listing"));
        }
        None => {
            // Delisted, or its account was switched off: nobody waits for it any more.
            return finish(job, job.version, &UpdateResult::Equal, ctx).await;
        }
    };
    match bring_to_desired(&task, ctx).await {
        Ok(Ended::With(result)) => finish(job, task.version, &result, ctx).await,
        Ok(Ended::Parked(until)) => park(job, &task, until, ctx).await,
        Err(failure) => {
            ctx.store.release_update(job.listing).await?;
            Err(failure)
        }
    }
}

/// Counts the update as failed; the next run finds the listing different and tries anew.
pub(super) async fn give_up(
    job: &UpdateListing,
    failure: &Failure,
    ctx: &Context,
) -> Result<(), Failure> {
    tracing::warn!(listing.id = job.listing.0, why = %failure.why, "an update is given up");
    let code = match failure.remedy {
        Remedy::Stop => "stopped",
        _ => "unavailable",
    };
    finish(job, i64::MAX, &UpdateResult::Failed(code.to_owned()), ctx).await
}

enum Ended {
    With(UpdateResult),
    Parked(DateTime<Utc>),
}

async fn bring_to_desired(task: &UpdateTask, ctx: &Context) -> Result<Ended, Failure> {
    if task.listing.shown.satisfies(&task.desired) {
        return Ok(Ended::With(UpdateResult::Equal));
    }
    if task.guarded {
        return Ok(Ended::With(UpdateResult::Guarded));
    }
    if let Some(until) = task.parked_until.filter(|until| *until > ctx.clock.now()) {
        return Ok(Ended::Parked(until));
    }
    let account = &task.listing.account;
    if let Err(error) = ctx.shop.prepare(account).await {
        return after_error(task, error, ctx).await;
    }
    let permit = match permit(task, ctx).await? {
        Ok(permit) => permit,
        Err(until) => return Ok(Ended::Parked(until)),
    };
    match ctx
        .shop
        .edit(permit, account, task.listing.item, &to_send(task))
        .await
    {
        Ok(()) => Ok(Ended::With(UpdateResult::Applied(task.desired))),
        Err(error) => after_error(task, error, ctx).await,
    }
}

/// A stock that is as we left it is left out: the item may have sold in the shop since, and would be
/// stocked again before its time.
fn to_send(task: &UpdateTask) -> ShopState {
    let desired = task.desired;
    let as_we_left_it = task.listing.shown.stock == desired.stock;
    ShopState {
        stock: desired.stock.filter(|_| !as_we_left_it),
        ..desired
    }
}

async fn permit(
    task: &UpdateTask,
    ctx: &Context,
) -> Result<Result<Permit, DateTime<Utc>>, Failure> {
    let priority = match task.urgency {
        Urgency::Normal => Priority::Normal,
        Urgency::Hide | Urgency::BelowCost => Priority::Urgent,
    };
    let lane = ctx.shop.lane(&task.listing.account);
    match ctx.limiter.acquire(&lane, priority).await? {
        Grant::Go(permit) => Ok(Ok(permit)),
        Grant::Closed(until) => Ok(Err(until)),
        Grant::Later(pause) => Err(Failure::wait(pause, format!("lane {lane} is busy"))),
    }
}

async fn after_error(task: &UpdateTask, error: ShopError, ctx: &Context) -> Result<Ended, Failure> {
    match error {
        ShopError::Quota(window) => {
            let lane = ctx.shop.lane(&task.listing.account);
            Ok(Ended::Parked(ctx.limiter.close(&lane, window).await))
        }
        ShopError::Proxy { until, .. } => Ok(Ended::Parked(until)),
        ShopError::TokenRefused { until } => {
            let now = ctx.clock.now();
            Err(Failure::wait_until(until, now, error.to_string()))
        }
        ShopError::NotEditable(_) => Ok(Ended::With(UpdateResult::Held(HoldReason::NotEditable))),
        error if error.is_about_the_item() => check_by_path(task, &error, ctx).await,
        ShopError::UnknownItem(_) | ShopError::Refused(_) | ShopError::Reauthorise(_) => {
            tracing::warn!(listing.id = task.listing.id.0, account = %task.listing.account, %error, "an update failed");
            Ok(Ended::With(UpdateResult::Failed(error.code().to_owned())))
        }
        ShopError::Unavailable(_) | ShopError::TokenExpired | ShopError::Renewing => {
            Err(error.into())
        }
    }
}

/// The shop refuses the item itself: ask for it by its path once; if it is really gone, the listing is
/// never asked for again, and if not, it waits for a person.
async fn check_by_path(
    task: &UpdateTask,
    error: &ShopError,
    ctx: &Context,
) -> Result<Ended, Failure> {
    let permit = match permit(task, ctx).await? {
        Ok(permit) => permit,
        Err(until) => return Ok(Ended::Parked(until)),
    };
    let listing = &task.listing;
    let found = ctx
        .shop
        .item(permit, &listing.account, listing.item)
        .await?;
    if found.is_none() {
        tracing::info!(listing.id = listing.id.0, asin = %listing.asin, "the item is gone from the shop");
        return Ok(Ended::With(UpdateResult::Delisted));
    }
    tracing::warn!(listing.id = listing.id.0, account = %listing.account, %error,
        "the shop has the item and does not let it be edited: it is held");
    Ok(Ended::With(UpdateResult::Held(HoldReason::NotEditable)))
}

/// The account's quota is used up, or its proxy fails: its updates wait, nothing is marked failed, people
/// are told once.
async fn park(
    job: &UpdateListing,
    task: &UpdateTask,
    until: DateTime<Utc>,
    ctx: &Context,
) -> Result<(), Failure> {
    let account = &task.listing.account;
    if ctx.store.park(account, until).await? {
        tracing::warn!(%account, %until, "account {account} is parked until {until}");
    }
    finish(job, task.version, &UpdateResult::Parked, ctx).await?;
    Err(Failure::wait_until(
        until,
        ctx.clock.now(),
        format!("account {account} is parked until {until}"),
    ))
}

async fn finish(
    job: &UpdateListing,
    version: i64,
    result: &UpdateResult,
    ctx: &Context,
) -> Result<(), Failure> {
    let now = ctx.clock.now();
    let done = || ctx.store.finish_update(job.listing, version, result, now);
    for run in kept(done).await? {
        follow_up::close(run, ctx).await?;
    }
    Ok(())
}
