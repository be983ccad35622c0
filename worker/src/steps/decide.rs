//! Decides the desired state of each listing. Reads what is stored, applies the rules, writes nothing.

use super::asin_result::AsinResult;
use super::ask::BatchScope;
use super::with_retry::with_store_retry;
use crate::job_error::JobError;
use chrono::{DateTime, Utc};
use shared::domain::asin::Asin;
use shared::domain::desired::{Desire, HoldReason, SellingRule, Urgency};
use shared::domain::listing::{ShopState, Unconfirmed};
use shared::domain::money::Yen;
use shared::domain::product::Product;
use shared::ports::context::Context;
use shared::ports::store::{ListingDecision, ListingRow, RecordedAsin};
use std::collections::HashMap;

/// Adds to each result the decisions about its listings: those of the run's account or of all active
/// accounts, and none in a run that does not edit shops.
pub(crate) async fn decide(
    scope: BatchScope<'_>,
    results: Vec<AsinResult>,
    ctx: &Context,
) -> Result<Vec<RecordedAsin>, JobError> {
    let mut rows: HashMap<Asin, Vec<ListingRow>> = HashMap::new();
    if scope.kind.updates_listings() {
        let asins: Vec<Asin> = results.iter().map(|result| result.product.asin).collect();
        for row in with_store_retry(|| ctx.store.listings(&asins, scope.account)).await? {
            rows.entry(row.listing.asin).or_default().push(row);
        }
    }
    let (rule, now) = (&ctx.rules.selling, ctx.clock.now());
    let recorded = results.into_iter().map(|result| {
        let rows = rows.remove(&result.product.asin).unwrap_or_default();
        let decide = |row| decision(rule, &result.product, row, now);
        let decisions = rows.iter().filter_map(decide).collect();
        result.with_listings(decisions)
    });
    Ok(recorded.collect())
}

fn decision(
    rule: &SellingRule,
    product: &Product,
    row: &ListingRow,
    now: DateTime<Utc>,
) -> Option<ListingDecision> {
    let sent = row.unconfirmed.clone().unwrap_or_default();
    let shown = sent.with_our_stock(row.listing.shown);
    let cooling_down = rule.cools_down(row.sold_out_since, now);
    let desire = desire(rule, product, &shown, cooling_down);
    let (desired, hold) = match SellingRule::during_sale(desire, row.sale, product, &shown) {
        Desire::Undecided => return None,
        Desire::State(state) => (state, None),
        Desire::Held(reason, state) => (state, Some(reason)),
    };
    let refused = was_refused(row, &desired);
    let cost = product.price.map(|price| price.value);
    // An edit to an earlier desired state may still be in progress, and end after this row was read; or it
    // was sent and never confirmed. A further update checks the listing, and edits nothing if the shop is
    // known to be right.
    let in_progress = row
        .desired
        .is_some_and(|(_, stored)| !shown.satisfies(&stored));
    let in_doubt = in_progress || row.unconfirmed.is_some();
    let due = !refused && (in_doubt || !shown.satisfies(&desired));
    Some(ListingDecision {
        listing: row.listing.id,
        desired,
        version: version(row, &desired),
        hold: if refused {
            Some(HoldReason::NotEditable)
        } else {
            hold
        },
        update: due.then(|| urgency(shown, &sent, (&desired, cost))),
    })
}

/// The urgency of an update: the highest for any state that the shop may show.
fn urgency(
    left: ShopState,
    sent: &Unconfirmed,
    (desired, cost): (&ShopState, Option<Yen>),
) -> Urgency {
    let of = |shown: &ShopState| Urgency::of(shown, desired, cost);
    sent.0.iter().map(of).fold(of(&left), Urgency::min)
}

/// Whether the shop has refused exactly this state of the item, so that a person has to check it. The
/// reconciliation tries it again once a night.
pub(super) fn was_refused(row: &ListingRow, desired: &ShopState) -> bool {
    row.hold == Some(HoldReason::NotEditable)
        && row.desired.is_some_and(|(_, stored)| stored == *desired)
        && !row.listing.shown.satisfies(desired)
}

/// The desired state. An item that sold out in the shop keeps stock 0 for the cool-down, whichever job
/// evaluates it.
pub(super) fn desire(
    rule: &SellingRule,
    product: &Product,
    shown: &ShopState,
    cooling_down: bool,
) -> Desire {
    if cooling_down {
        rule.desire_cooling_down(product, shown)
    } else {
        rule.desire(product, shown)
    }
}

/// The version of a desired state: the stored one while the state is the same, else the next.
pub(super) fn version(row: &ListingRow, desired: &ShopState) -> i64 {
    match row.desired {
        Some((version, stored)) if stored == *desired => version,
        Some((version, _)) => version + 1,
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::account::AccountId;
    use shared::domain::listing::{ItemId, Listing, ListingId};
    use shared::domain::product::{Seen, Stock};

    fn state(visible: bool) -> ShopState {
        ShopState {
            price: Yen(1_300),
            visible,
            stock: Some(u32::from(visible)),
        }
    }

    fn decided(stored: Option<(i64, ShopState)>) -> ListingDecision {
        decided_after(stored, None)
    }

    fn decided_after(
        stored: Option<(i64, ShopState)>,
        unconfirmed: Option<Unconfirmed>,
    ) -> ListingDecision {
        let row = row(stored, state(true));
        decision_about(&ListingRow { unconfirmed, ..row })
    }

    fn row(desired: Option<(i64, ShopState)>, shown: ShopState) -> ListingRow {
        let listing = Listing {
            id: ListingId(1),
            account: AccountId::parse("a").unwrap(),
            asin: Asin::parse("B000000001").unwrap(),
            item: ItemId(1),
            shown,
        };
        ListingRow {
            listing,
            desired,
            hold: None,
            sold_out_since: None,
            sale: None,
            unconfirmed: None,
        }
    }

    /// The decision about a listing of a product that is in stock, for which `state(true)` is right.
    fn decision_about(row: &ListingRow) -> ListingDecision {
        let at = DateTime::UNIX_EPOCH;
        let product = Product {
            price: Some(Seen {
                value: Yen(1_000),
                at,
            }),
            stock: Some(Seen {
                value: Stock::In,
                at,
            }),
            ..Product::unknown(row.listing.asin)
        };
        decision(&SellingRule::default(), &product, row, at).unwrap()
    }

    #[test]
    fn a_desired_state_keeps_its_version_until_another_is_desired() {
        assert_eq!(decided(None).version, 1);
        assert_eq!(decided(Some((4, state(true)))).version, 4);
        assert_eq!(decided(Some((4, state(false)))).version, 5);
    }

    #[test]
    fn the_state_that_the_shop_refused_is_held_and_not_sent_again() {
        let refused = |desired, shown, hold| {
            let row = row(Some((4, desired)), shown);
            let decision = decision_about(&ListingRow { hold, ..row });
            (decision.hold, decision.update)
        };
        let (right, hidden) = (state(true), state(false));
        let not_editable = Some(HoldReason::NotEditable);

        assert_eq!(refused(right, hidden, not_editable), (not_editable, None));
        let due = (None, Some(Urgency::Normal));
        assert_eq!(refused(hidden, hidden, not_editable), due, "another state");
        let other = Some(HoldReason::PriceAboveBounds);
        assert_eq!(refused(right, hidden, other), due, "it was not refused");
        let corrected = refused(right, right, not_editable);
        assert_eq!(corrected, (None, None), "a person has corrected it");
    }

    #[test]
    fn a_listing_that_shows_the_desired_state_needs_no_update() {
        assert_eq!(decided(None).update, None);
        assert_eq!(decided(Some((1, state(true)))).update, None);
    }

    #[test]
    fn a_listing_that_an_earlier_edit_may_still_change_is_checked_again() {
        let decision = decided(Some((1, state(false))));

        assert_eq!((decision.desired, decision.version), (state(true), 2));
        assert_eq!(decision.update, Some(Urgency::Normal));
    }

    #[test]
    fn a_listing_that_may_show_what_was_sent_without_an_answer_needs_an_update() {
        let cheap = ShopState {
            price: Yen(900),
            ..state(true)
        };

        let decision =
            |sent| decided_after(Some((2, state(true))), Some(Unconfirmed(vec![sent]))).update;

        assert_eq!(decision(state(false)), Some(Urgency::Normal));
        assert_eq!(decision(cheap), Some(Urgency::BelowCost));
    }
}
