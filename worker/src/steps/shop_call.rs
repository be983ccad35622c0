//! One call to a shop: token, permit, and the reaction to an error that concerns the whole account.

use super::permit;
use crate::job_error::JobError;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::lane::Priority;
use shared::domain::retry::Remedy;
use shared::ports::context::Context;
use shared::ports::limiter::Permit;
use shared::ports::shop::ShopError;

/// Why a call has no answer.
pub(crate) enum NoAnswer {
    /// The account is not called until then: its quota is used up, or its proxy fails.
    Parked(DateTime<Utc>),
    /// The platform refuses the shop or its application, whatever the call: the account rests until then.
    Barred { until: DateTime<Utc>, why: String },
    /// The job cannot continue now, whatever the call.
    Job(JobError),
    /// An error that concerns this call only.
    Shop(ShopError),
}

impl NoAnswer {
    /// The error of the job; parks the account if it has to be. A refusal of the account may last for days, and
    /// nobody waits for it.
    pub(crate) async fn into_job_error(
        self,
        account: &AccountId,
        ctx: &Context,
    ) -> Result<JobError, JobError> {
        match self {
            Self::Parked(until) => park(account, until, ctx).await,
            Self::Barred { why, .. } => Ok(JobError::new(Remedy::GiveUp, why)),
            Self::Job(error) => Ok(error),
            Self::Shop(error) => Ok(error.into()),
        }
    }
}

/// A permit for one call, with an access token that lasts. Without a permit nothing was sent.
pub(crate) async fn permit(
    account: &AccountId,
    priority: Priority,
    ctx: &Context,
) -> Result<Permit, NoAnswer> {
    answer(account, ctx.shop.prepare(account).await, ctx).await?;
    match permit::acquire(&ctx.shop.lane(account), priority, ctx).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(until)) => Err(NoAnswer::Parked(until)),
        Err(error) => Err(NoAnswer::Job(error)),
    }
}

/// The answer to a call; closes the lane if the quota is used up.
pub(crate) async fn answer<T>(
    account: &AccountId,
    answer: Result<T, ShopError>,
    ctx: &Context,
) -> Result<T, NoAnswer> {
    let error = match answer {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    Err(match error {
        ShopError::Quota { window, .. } => {
            let lane = ctx.shop.lane(account);
            NoAnswer::Parked(ctx.limiter.close(&lane, window).await)
        }
        ShopError::Proxy { until, .. } => NoAnswer::Parked(until),
        ShopError::Barred { until, .. } => NoAnswer::Barred {
            until,
            why: error.to_string(),
        },
        ShopError::TokenRefused { until } => {
            let now = ctx.clock.now();
            NoAnswer::Job(JobError::wait_until(until, now, error.to_string()))
        }
        error => NoAnswer::Shop(error),
    })
}

/// Stores that all calls of the account wait until then, and gives the error of a job that waits, too.
pub(crate) async fn park(
    account: &AccountId,
    until: DateTime<Utc>,
    ctx: &Context,
) -> Result<JobError, JobError> {
    if ctx.store.park(account, until).await? {
        tracing::warn!(%account, %until, "account {account} is parked until {until}");
    }
    Ok(parked(account, until, ctx))
}

/// The error of a job whose account is parked already.
pub(crate) fn parked(account: &AccountId, until: DateTime<Utc>, ctx: &Context) -> JobError {
    let why = format!("account {account} is parked until {until}");
    JobError::wait_until(until, ctx.clock.now(), why)
}
