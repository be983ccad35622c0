//! From what was learnt of ASINs to what is to be recorded: products, changes, misses, and the
//! desired state of each listing. Reads what is stored, decides by the rules, writes nothing.

use super::info::InfoAnswer;
use super::kept::kept;
use crate::failure::Failure;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::desired::{Desire, HoldReason, SellingRule, Urgency};
use shared::domain::listing::ShopState;
use shared::domain::observation::{Finding, JudgedOffer, Observation};
use shared::domain::outcome::{MissReason, Outcome};
use shared::domain::product::{Change, Product, Seen};
use shared::ports::context::Context;
use shared::ports::store::{ListingRow, ListingVerdict, RecordedAsin};
use std::collections::HashMap;

/// What is known of one ASIN after it was asked, or read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Learnt {
    pub(super) product: Product,
    pub(super) outcome: Outcome,
    pub(super) cache_hit: Option<bool>,
    pub(super) miss: Option<MissReason>,
    pub(super) change: Change,
    pub(super) offers: Option<Vec<JudgedOffer>>,
    pub(super) info: Option<Seen<BasicInfo>>,
    pub(super) pending_in: Option<AccountId>,
}

/// Whether there is another round in which an ASIN can be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    /// The backfill comes after it.
    First,
    /// The backfill itself: what is missing now stays missing.
    Backfill,
}

/// Takes observations over into the products that they are of.
pub(super) async fn observed(
    observations: Vec<Observation>,
    round: Round,
    ctx: &Context,
) -> Result<Vec<Learnt>, Failure> {
    let asins: Vec<Asin> = observations
        .iter()
        .map(|observation| observation.asin)
        .collect();
    let mut products = kept(|| ctx.store.products(&asins)).await?;
    Ok(observations
        .into_iter()
        .map(|observation| {
            let asin = observation.asin;
            let mut product = products
                .remove(&asin)
                .unwrap_or_else(|| Product::unknown(asin));
            let change = product.observe(&observation);
            Learnt {
                product,
                outcome: observation.outcome(),
                cache_hit: None,
                miss: miss(&observation.finding, round),
                change,
                offers: learnt_something(&observation).then_some(observation.offers),
                info: None,
                pending_in: None,
            }
        })
        .collect())
}

/// What the search of the catalogue says of one ASIN. It says nothing of price and stock, and nothing that
/// would stop them from being watched: whether Amazon sells an ASIN is for its offers to tell.
pub(super) fn informed(asin: Asin, answer: InfoAnswer, round: Round) -> Learnt {
    let (outcome, miss, info) = match answer {
        InfoAnswer::Told(info) => (Outcome::Success, None, Some(info)),
        InfoAnswer::Absent => (Outcome::ApiError, Some(MissReason::Absent), None),
        InfoAnswer::Malformed => {
            let still_missing = (round == Round::Backfill).then_some(MissReason::ApiError);
            (Outcome::InvalidAsin, still_missing, None)
        }
        InfoAnswer::Failed(why) => {
            tracing::debug!(%asin, why, "the basic information is left to the backfill");
            (Outcome::ApiError, Some(MissReason::ApiError), None)
        }
    };
    Learnt {
        product: Product::unknown(asin),
        outcome,
        cache_hit: None,
        miss,
        change: Change::default(),
        offers: None,
        info,
        pending_in: None,
    }
}

/// Adds nothing: what is learnt is stored, and the listings are left to the runs that mind them.
pub(super) fn without_listings(learnt: Vec<Learnt>) -> Vec<RecordedAsin> {
    let alone = |learnt: Learnt| learnt.recorded(Vec::new());
    learnt.into_iter().map(alone).collect()
}

/// Adds to each ASIN what becomes of its listings, in all active accounts or in the given one.
pub(super) async fn listings(
    learnt: Vec<Learnt>,
    account: Option<&AccountId>,
    ctx: &Context,
) -> Result<Vec<RecordedAsin>, Failure> {
    let asins: Vec<Asin> = learnt.iter().map(|learnt| learnt.product.asin).collect();
    let mut rows: HashMap<Asin, Vec<ListingRow>> = HashMap::new();
    for row in kept(|| ctx.store.listings(&asins, account)).await? {
        rows.entry(row.listing.asin).or_default().push(row);
    }
    let (rule, now) = (&ctx.rules.selling, ctx.clock.now());
    Ok(learnt
        .into_iter()
        .map(|learnt| {
            let rows = rows.remove(&learnt.product.asin).unwrap_or_default();
            let verdicts = rows
                .iter()
                .filter_map(|row| verdict(rule, &learnt.product, row, now));
            let verdicts = verdicts.collect();
            learnt.recorded(verdicts)
        })
        .collect())
}

impl Learnt {
    fn recorded(self, listings: Vec<ListingVerdict>) -> RecordedAsin {
        RecordedAsin {
            product: self.product,
            outcome: self.outcome,
            cache_hit: self.cache_hit,
            miss: self.miss,
            change: self.change,
            offers: self.offers,
            listings,
            info: self.info,
            pending_in: self.pending_in,
        }
    }
}

fn learnt_something(observation: &Observation) -> bool {
    !matches!(observation.finding, Finding::ApiError(_) | Finding::Absent)
}

fn miss(finding: &Finding, round: Round) -> Option<MissReason> {
    match finding {
        Finding::ApiError(_) => Some(MissReason::ApiError),
        Finding::Absent => Some(MissReason::Absent),
        Finding::NoOffer if round == Round::First => Some(MissReason::ConfirmOutOfStock),
        // Unknown to Amazon: asking again cannot help, but in the backfill it is still missing.
        Finding::InvalidAsin if round == Round::Backfill => Some(MissReason::ApiError),
        _ => None,
    }
}

fn verdict(
    rule: &SellingRule,
    product: &Product,
    row: &ListingRow,
    now: DateTime<Utc>,
) -> Option<ListingVerdict> {
    let shown = row.listing.shown;
    let resting = rule.rests(row.sold_out_since, now);
    let (desired, hold) = match desire(rule, product, &shown, resting) {
        Desire::Undecided => return None,
        Desire::State(state) => (state, None),
        Desire::Held(reason, state) => (state, Some(reason)),
    };
    let version = version(row, &desired);
    if was_refused(row, &desired) {
        return Some(ListingVerdict {
            listing: row.listing.id,
            desired,
            version,
            hold: Some(HoldReason::NotEditable),
            update: None,
        });
    }
    let cost = product.price.map(|price| price.value);
    // An edit to an earlier desired state may be on its way, and end after this was read: whoever comes
    // next looks again, and edits nothing when all is well.
    let on_its_way = row
        .desired
        .is_some_and(|(_, stored)| !shown.satisfies(&stored));
    let update =
        (on_its_way || !shown.satisfies(&desired)).then(|| Urgency::of(&shown, &desired, cost));
    Some(ListingVerdict {
        listing: row.listing.id,
        desired,
        version,
        hold,
        update,
    })
}

/// Whether the shop has refused this very state of the item: a person has to look at it. The
/// reconciliation tries it once a night.
pub(super) fn was_refused(row: &ListingRow, desired: &ShopState) -> bool {
    row.hold == Some(HoldReason::NotEditable)
        && row.desired.is_some_and(|(_, stored)| stored == *desired)
        && !row.listing.shown.satisfies(desired)
}

/// What sold out in the shop rests before it is stocked again, whoever comes by.
pub(super) fn desire(
    rule: &SellingRule,
    product: &Product,
    shown: &ShopState,
    resting: bool,
) -> Desire {
    if resting {
        rule.desire_resting(product, shown)
    } else {
        rule.desire(product, shown)
    }
}

/// The version that the desired state of a listing gets: the same as long as it is the same.
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
    use shared::domain::listing::{ItemId, Listing, ListingId};
    use shared::domain::money::Yen;
    use shared::domain::product::{Seen, Stock};

    fn state(visible: bool) -> ShopState {
        ShopState {
            price: Yen(1_300),
            visible,
            stock: Some(u32::from(visible)),
        }
    }

    /// What becomes of a listing on display, of a product that is in stock at the right price.
    fn judged(stored: Option<(i64, ShopState)>) -> ListingVerdict {
        let asin = Asin::parse("B000000001").unwrap();
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
            ..Product::unknown(asin)
        };
        let listing = Listing {
            id: ListingId(1),
            account: AccountId::parse("a").unwrap(),
            asin,
            item: ItemId(1),
            shown: state(true),
        };
        let row = ListingRow {
            listing,
            desired: stored,
            hold: None,
            sold_out_since: None,
        };
        verdict(&SellingRule::default(), &product, &row, at).unwrap()
    }

    #[test]
    fn a_listing_that_looks_right_needs_no_update() {
        assert_eq!(judged(None).update, None);
        assert_eq!(judged(Some((1, state(true)))).update, None);
    }

    #[test]
    fn a_listing_that_an_earlier_edit_may_change_any_moment_is_looked_at_again() {
        let verdict = judged(Some((1, state(false))));

        assert_eq!((verdict.desired, verdict.version), (state(true), 2));
        assert_eq!(verdict.update, Some(Urgency::Normal));
    }
}
