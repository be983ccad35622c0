//! What the items of a page mean: what is taken over, what is told, and what has to be set right.
//!
//! Reads what is stored, decides by the rules, writes nothing. The desired state decides: what a person
//! has changed by hand is set right whatever its size, since the smallest change worth an edit is
//! measured from what we left and not from what was found.

use super::assess::{desire, version, was_refused};
use super::kept::kept;
use crate::failure::Failure;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::desired::{Desire, SellingRule, Urgency};
use shared::domain::listing::{ItemId, ListingId, ShopState};
use shared::domain::outcome::Outcome;
use shared::domain::product::{Change, Product};
use shared::domain::shelf::{ShopItem, Sighting};
use shared::ports::bench::Bench;
use shared::ports::store::{Finding, FoundKind, KnownItem, ListingVerdict, RecordedAsin, Taken};
use std::collections::HashMap;

/// Where and when items were seen.
pub(super) struct Seen<'a> {
    pub(super) account: &'a AccountId,
    pub(super) asked_at: DateTime<Utc>,
}

/// What is to be written about them.
#[derive(Debug, Default)]
pub(super) struct Sighted {
    pub(super) seen: Vec<ListingId>,
    pub(super) taken: Vec<Taken>,
    pub(super) findings: Vec<Finding>,
    pub(super) asins: Vec<RecordedAsin>,
}

/// Compares `items` with what is known of them.
pub(super) async fn judge(
    seen: &Seen<'_>,
    items: &[ShopItem],
    bench: &Bench,
) -> Result<Sighted, Failure> {
    let ids: Vec<ItemId> = items.iter().map(|item| item.id).collect();
    let known = kept(|| bench.store.known_items(seen.account, &ids)).await?;
    let asins: Vec<Asin> = known.iter().map(|known| known.row.listing.asin).collect();
    let mut products = kept(|| bench.store.products(&asins)).await?;
    let mut by_item: HashMap<ItemId, KnownItem> = known
        .into_iter()
        .map(|known| (known.row.listing.item, known))
        .collect();
    let now = bench.clock.now();
    let mut sighted = Sighted::default();
    for item in items {
        let Some(known) = by_item.remove(&item.id) else {
            sighted.findings.push(unknown(item));
            continue;
        };
        sighted.seen.push(known.row.listing.id);
        let Some(state) = item
            .state
            .filter(|_| known.is_older_than(seen.asked_at, now))
        else {
            continue;
        };
        let asin = known.row.listing.asin;
        let product = products
            .remove(&asin)
            .unwrap_or_else(|| Product::unknown(asin));
        sighted.add(&known, product, state, now, bench);
    }
    Ok(sighted)
}

fn unknown(item: &ShopItem) -> Finding {
    Finding {
        item: item.id,
        listing: None,
        sku: item.sku.clone(),
        kind: FoundKind::Unknown,
        sold_out: false,
        left: None,
        found: item.state,
    }
}

impl Sighted {
    fn add(
        &mut self,
        known: &KnownItem,
        product: Product,
        state: ShopState,
        now: DateTime<Utc>,
        bench: &Bench,
    ) {
        let listing = &known.row.listing;
        let rule = &bench.rules.selling;
        let since = known.row.sold_out_since;
        let seen = Sighting::of(listing.shown, state, since.is_some());
        // The mark stays on what is hidden meanwhile; only a stock takes it away.
        let stocked = state.stock.is_some_and(|stock| stock > 0);
        let sold_out_since = if seen.sold_out {
            since.or(Some(now))
        } else {
            since.filter(|_| !stocked)
        };
        let for_sale = product.sellable(rule.filtered_out_after) == Some(true);
        let waits = seen.sold_out && for_sale;
        let rest_is_over = waits && !rule.rests(sold_out_since, now);
        // What the shop refused is tried once a night: a person may have mended the item.
        let refused = known.row.desired;
        let refused = refused.is_some_and(|(_, desired)| was_refused(&known.row, &desired));
        if seen.drifted() || sold_out_since != since {
            self.taken.push(Taken {
                listing: listing.id,
                state: seen.found,
                sold_out_since,
            });
        } else if waits || refused {
            // Nothing new, and still to be told, or tried again.
            self.taken.push(Taken {
                listing: listing.id,
                state: listing.shown,
                sold_out_since,
            });
        }
        self.findings.extend(finding(known, &seen, waits));
        if seen.drifted() || rest_is_over || refused {
            let resting = rule.rests(sold_out_since, now);
            let desire = wanted(rule, &product, &seen, resting);
            let verdicts = desire.and_then(|desire| verdict(known, &product, &seen, desire));
            self.asins.extend(verdicts.map(|verdict| RecordedAsin {
                product,
                outcome: Outcome::Success,
                cache_hit: None,
                miss: None,
                change: Change::default(),
                offers: None,
                listings: vec![verdict],
            }));
        }
    }
}

/// What looks as we want it is no drift: the answer to our edit was lost.
fn finding(known: &KnownItem, seen: &Sighting, waits: bool) -> Option<Finding> {
    let wanted = known.row.desired.map(|(_, wanted)| wanted);
    let drifted = seen.drifted() && wanted != Some(seen.found);
    let kind = match (drifted, waits) {
        (true, _) => FoundKind::Drifted,
        (false, true) => FoundKind::SoldOut,
        (false, false) => return None,
    };
    Some(Finding {
        item: known.row.listing.item,
        listing: Some(known.row.listing.id),
        sku: None,
        kind,
        sold_out: waits,
        left: Some(seen.left),
        found: Some(seen.found),
    })
}

/// What the listing should look like, had nobody touched it. One that is held is in a person's hands,
/// who may have set the price: it stays as it was found.
fn wanted(rule: &SellingRule, product: &Product, seen: &Sighting, resting: bool) -> Option<Desire> {
    let left = ShopState {
        stock: seen.found.stock.filter(|_| resting).or(seen.left.stock),
        ..seen.left
    };
    match desire(rule, product, &left, resting) {
        Desire::Undecided => None,
        Desire::State(state) => Some(Desire::State(state)),
        Desire::Held(..) => Some(desire(rule, product, &seen.found, resting)),
    }
}

fn verdict(
    known: &KnownItem,
    product: &Product,
    seen: &Sighting,
    desire: Desire,
) -> Option<ListingVerdict> {
    let (desired, hold) = match desire {
        Desire::Undecided => return None,
        Desire::State(state) => (state, None),
        Desire::Held(reason, state) => (state, Some(reason)),
    };
    let cost = product.price.map(|price| price.value);
    let due = !seen.found.satisfies(&desired);
    Some(ListingVerdict {
        listing: known.row.listing.id,
        desired,
        version: version(&known.row, &desired),
        hold,
        update: due.then(|| Urgency::of(&seen.found, &desired, cost)),
    })
}
