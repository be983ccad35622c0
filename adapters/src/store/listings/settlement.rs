//! Ends a lease: settles the updates of its listing, and what of the sent states is confirmed by it.

use crate::store::db::Session;
use crate::store::db::{Prepared, json, run, statement};
use crate::store::runs::gone::{self, GoneVerdict};
use chrono::{DateTime, Utc};
use shared::domain::desired::HoldReason;
use shared::domain::listing::ShopState;
use shared::domain::money::Yen;
use shared::ports::store::{StoreError, UpdateClaim, UpdateResult};

statement!(APPLY, "listings/apply_state.sql");
statement!(RELEASE_EQUAL, "listings/release_equal.sql");
statement!(RELEASE, "listings/release_listing.sql");
statement!(DOUBT, "listings/doubt_listing.sql");
statement!(HOLD, "listings/hold_listing.sql");
statement!(DELIST, "listings/delist.sql");
statement!(SETTLE_APPLIED, "listings/settle_applied.sql");
statement!(SETTLE, "listings/settle_updates.sql");
statement!(DESIRE_HIDDEN, "listings/desire_hidden.sql");
statement!(HIDE, "listings/hide_updates.sql");
statement!(PARK, "listings/park_updates.sql");

/// Releases the listing; `false` when another worker has it by now.
pub(super) async fn release(
    on: &mut dyn Session,
    claim: UpdateClaim,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Some(lease) = claim.lease else {
        return Ok(true);
    };
    let without_effect = i64::from(claim.in_doubt.is_none());
    let release = RELEASE.bind(claim.listing).bind(lease.until);
    if run(on, release.bind(without_effect).bind(at)).await? > 0 {
        return Ok(true);
    }
    doubt(on, claim, claim.in_doubt, at).await
}

/// Stores that `sent` may have reached the shop after what another worker has sent since.
async fn doubt(
    on: &mut dyn Session,
    claim: UpdateClaim,
    sent: Option<ShopState>,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if let Some(state) = sent {
        run(on, DOUBT.bind(claim.listing).bind(json(&state)?).bind(at)).await?;
    }
    Ok(false)
}

/// Settles every update of a listing up to a version.
#[derive(Clone, Copy)]
pub(super) struct UpdateSettlement {
    pub(super) claim: UpdateClaim,
    pub(super) at: DateTime<Utc>,
}

impl UpdateSettlement {
    /// As [`UpdateSettlement::write`]; a listing whose item is not in the shop is not delisted if too many
    /// are at once.
    pub(super) async fn finish(
        self,
        on: &mut dyn Session,
        result: &UpdateResult,
    ) -> Result<(), StoreError> {
        if *result != UpdateResult::Delisted {
            return self.write(on, result).await;
        }
        let (claim, code) = (self.claim, Some(gone::GONE));
        let settle = match gone::judge(on, claim.listing, claim.version, self.at).await? {
            GoneVerdict::Delist => return self.write(on, result).await,
            GoneVerdict::Hold => self.settle("held", code, Some(HoldReason::MassChange)),
            GoneVerdict::Fail => self.settle("failed", code, None),
        };
        if release(on, claim, self.at).await? {
            run(on, settle).await?;
        }
        Ok(())
    }

    /// Settles nothing when another worker has the listing by now, which will.
    pub(super) async fn write(
        self,
        on: &mut dyn Session,
        result: &UpdateResult,
    ) -> Result<(), StoreError> {
        let is_holder = match (result, self.claim.lease) {
            (UpdateResult::Applied(state), _) => self.apply(on, state, None).await?,
            (UpdateResult::OnSale(state, sale) | UpdateResult::SaleBelowCost(state, sale), _) => {
                self.apply(on, state, Some(*sale)).await?
            }
            (UpdateResult::Equal, Some(lease)) => {
                let equal = RELEASE_EQUAL.bind(self.claim.listing).bind(lease.until);
                run(on, equal.bind(lease.sends).bind(self.claim.version)).await? > 0
            }
            _ => release(on, self.claim, self.at).await?,
        };
        if is_holder {
            for statement in self.statements(result) {
                run(on, statement).await?;
            }
        }
        Ok(())
    }

    async fn apply(
        self,
        on: &mut dyn Session,
        state: &ShopState,
        sale: Option<Yen>,
    ) -> Result<bool, StoreError> {
        let lease = self.claim.lease;
        let apply = with_state(APPLY.bind(self.claim.listing), state)
            .bind(self.claim.version)
            .bind(self.at)
            .bind(lease.map(|lease| lease.until))
            .bind(lease.map(|lease| lease.sends))
            .bind(sale.map(|sale| sale.0));
        if run(on, apply).await? > 0 {
            return Ok(true);
        }
        doubt(on, self.claim, Some(*state), self.at).await
    }

    fn statements(self, result: &UpdateResult) -> Vec<Prepared> {
        let (id, version) = (self.claim.listing, self.claim.version);
        match result {
            UpdateResult::SaleBelowCost(..) => {
                let reason = HoldReason::SaleBelowCost.as_str();
                let hide = HIDE.bind(id).bind(version).bind(reason);
                vec![
                    DESIRE_HIDDEN.bind(id).bind(version).bind(reason),
                    hide.bind(self.at),
                ]
            }
            UpdateResult::Applied(state) | UpdateResult::OnSale(state, _) => {
                let settle = with_state(SETTLE_APPLIED.bind(id).bind(version), state);
                vec![settle.bind(self.at)]
            }
            UpdateResult::Equal => vec![self.settle("equal", None, None)],
            UpdateResult::Held(reason) => vec![
                HOLD.bind(id).bind(reason.as_str()),
                self.settle("held", None, Some(*reason)),
            ],
            UpdateResult::Guarded => {
                vec![self.settle("held", None, Some(HoldReason::MassChange))]
            }
            UpdateResult::Failed(code) => vec![self.settle("failed", Some(code), None)],
            UpdateResult::Parked => vec![self.park(None)],
            UpdateResult::OutsideHours => vec![self.park(Some("hours"))],
            // Later versions too: they will never be sent.
            UpdateResult::Delisted => vec![
                DELIST.bind(id),
                self.settle_to(i64::MAX, "delisted", None, None),
            ],
        }
    }

    fn park(self, code: Option<&str>) -> Prepared {
        let park = PARK.bind(self.claim.listing).bind(self.claim.version);
        park.bind(self.at).bind(code)
    }

    fn settle(self, state: &'static str, code: Option<&str>, hold: Option<HoldReason>) -> Prepared {
        self.settle_to(self.claim.version, state, code, hold)
    }

    fn settle_to(
        self,
        version: i64,
        state: &'static str,
        code: Option<&str>,
        hold: Option<HoldReason>,
    ) -> Prepared {
        // An update of an ended run cannot be released; without a lease the shop was not read.
        let unknown = state == "equal" && self.claim.lease.is_none();
        let follows = hold != Some(HoldReason::MassChange) && !unknown;
        SETTLE
            .bind(self.claim.listing)
            .bind(version)
            .bind(state)
            .bind(code)
            .bind(hold.map(HoldReason::as_str))
            .bind(self.at)
            .bind(i64::from(follows))
    }
}

fn with_state(query: Prepared, state: &ShopState) -> Prepared {
    query
        .bind(state.price.0)
        .bind(state.visible)
        .bind(state.stock)
}
