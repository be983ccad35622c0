//! The guard against items that look deleted: an account whose token belongs to another shop finds none of
//! its items. When the updates of a run would delist more of a shop's listings than its guard allows, they
//! are held for a person, and those that it has delisted are listed again.

use crate::store::db::Session;
use crate::store::db::{one, row, run, statement};
use chrono::{DateTime, Utc};
use shared::domain::guard::MassChangeGuard;
use shared::domain::listing::ListingId;
use shared::domain::run::RunId;
use shared::ports::store::StoreError;

statement!(RUN, "runs/run_of_update.sql");
statement!(GUARD, "runs/lock_guard_of_gone.sql");
statement!(COUNT, "runs/count_gone.sql");
statement!(TRIP, "runs/trip_guard_of_gone.sql");
statement!(LIST_AGAIN, "listings/list_again.sql");
statement!(HOLD, "listings/hold_gone.sql");

/// The error code of updates that wait, or failed, because too many items look deleted.
pub(crate) const GONE: &str = "no_item";

/// What becomes of a listing whose item the shop does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GoneVerdict {
    /// It is delisted.
    Delist,
    /// Its update is held for a person.
    Hold,
    /// Too many, and its run is over: its update fails, and the next run tries again.
    Fail,
}

impl GoneVerdict {
    fn state(self) -> &'static str {
        match self {
            Self::Delist => "delisted",
            Self::Hold => "held",
            Self::Fail => "failed",
        }
    }
}

/// Judges the listing, whose updates up to `version` are not settled yet, and trips the guard of its run.
/// Called before anything else in its transaction, because of the order of locks (`guard.rs`).
pub(crate) async fn judge(
    on: &mut dyn Session,
    listing: ListingId,
    version: i64,
    at: DateTime<Utc>,
) -> Result<GoneVerdict, StoreError> {
    let Some(found) = row(on, RUN.bind(listing).bind(version)).await? else {
        return Ok(GoneVerdict::Delist);
    };
    let id = found.word("run_id", RunId::parse)?;
    let too_many = if found.yes("is_open")? {
        GoneVerdict::Hold
    } else {
        GoneVerdict::Fail
    };
    let Some(guard) = row(on, GUARD.bind(id)).await? else {
        return Ok(GoneVerdict::Delist);
    };
    let allowed = MassChangeGuard {
        percent: guard.small("allowed_percent")?,
        count: guard.small("allowed_count")?,
    };
    let counted = one(on, COUNT.bind(id).bind(listing)).await?;
    if counted.count("kept")? > 0 {
        return Ok(too_many);
    }
    let delisted = counted.count("delisted")?;
    let listed = counted.count("listed")? + delisted;
    if !allowed.in_shops_of(listed).trips(delisted + 1, listed) {
        return Ok(GoneVerdict::Delist);
    }
    if too_many == GoneVerdict::Hold {
        run(on, TRIP.bind(id).bind(at)).await?;
    }
    run(on, LIST_AGAIN.bind(id).bind(listing)).await?;
    let hold = HOLD.bind(id).bind(listing).bind(too_many.state());
    run(on, hold.bind(at)).await?;
    tracing::warn!(run.id = %id, delisted,
        "run {id}: the shop does not know {delisted} items and more, too many at once, so none of them is delisted");
    Ok(too_many)
}
