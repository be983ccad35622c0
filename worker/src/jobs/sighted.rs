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
use shared::domain::shop_page::{ListingDiff, ShopItem};
use shared::ports::context::Context;
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
    pub(super) items: u32,
    pub(super) seen: Vec<ListingId>,
    pub(super) taken: Vec<Taken>,
    pub(super) findings: Vec<Finding>,
    pub(super) asins: Vec<RecordedAsin>,
}

/// Compares `items` with what is known of them.
pub(super) async fn judge(
    seen: &Seen<'_>,
    items: &[ShopItem],
    ctx: &Context,
) -> Result<Sighted, Failure> {
    let ids: Vec<ItemId> = items.iter().map(|item| item.id).collect();
    let known = kept(|| ctx.store.known_items(seen.account, &ids)).await?;
    let asins: Vec<Asin> = known.iter().map(|known| known.row.listing.asin).collect();
    let mut products = kept(|| ctx.store.products(&asins)).await?;
    let mut by_item: HashMap<ItemId, KnownItem> = known
        .into_iter()
        .map(|known| (known.row.listing.item, known))
        .collect();
    let (rule, now) = (&ctx.rules.selling, ctx.clock.now());
    let mut sighted = Sighted {
        items: u32::try_from(items.len()).unwrap_or(u32::MAX),
        ..Sighted::default()
    };
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
        let found = Found::of(&known, product, state, (rule, now));
        sighted.add(found, rule, now);
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

/// A listing, and what was found of it.
struct Found<'a> {
    known: &'a KnownItem,
    product: Product,
    seen: ListingDiff,
    /// From now on.
    sold_out_since: Option<DateTime<Utc>>,
    /// It is sold out in the shop, and Amazon has it.
    waits: bool,
}

impl<'a> Found<'a> {
    fn of(
        known: &'a KnownItem,
        product: Product,
        state: ShopState,
        (rule, now): (&SellingRule, DateTime<Utc>),
    ) -> Self {
        let since = known.row.sold_out_since;
        let seen = ListingDiff::of(known.row.listing.shown, state, since.is_some());
        // The mark stays on what is hidden meanwhile; only a stock takes it away.
        let stocked = state.stock.is_some_and(|stock| stock > 0);
        let sold_out_since = if seen.sold_out {
            since.or(Some(now))
        } else {
            since.filter(|_| !stocked)
        };
        let for_sale = product.sellable(rule.filtered_out_after) == Some(true);
        Self {
            known,
            product,
            seen,
            sold_out_since,
            waits: seen.sold_out && for_sale,
        }
    }

    /// What the shop refused is tried once a night: a person may have mended the item.
    fn was_refused(&self) -> bool {
        let row = &self.known.row;
        row.desired
            .is_some_and(|(_, desired)| was_refused(row, &desired))
    }
}

impl Sighted {
    fn add(&mut self, found: Found<'_>, rule: &SellingRule, now: DateTime<Utc>) {
        let row = &found.known.row;
        let drifted = found.seen.drifted();
        let resting = rule.rests(found.sold_out_since, now);
        let rest_is_over = found.waits && !resting;
        let refused = found.was_refused();
        // Also what is not new and still to be told, or tried again: so that it is certain.
        if drifted || found.sold_out_since != row.sold_out_since || found.waits || refused {
            self.taken.push(Taken {
                listing: row.listing.id,
                state: found.seen.found,
                sold_out_since: found.sold_out_since,
            });
        }
        self.findings.extend(finding(&found));
        if drifted || rest_is_over || refused {
            self.asins.extend(verdict(found, rule, resting));
        }
    }
}

/// What looks as we want it is no drift: the answer to our edit was lost. Neither is a sale.
fn finding(found: &Found<'_>) -> Option<Finding> {
    let (row, seen) = (&found.known.row, &found.seen);
    let wanted = row.desired.map(|(_, wanted)| wanted);
    let but_for_stock = ShopState {
        stock: seen.left.stock,
        ..seen.found
    };
    let sold = found.waits && but_for_stock == seen.left;
    let drifted = seen.drifted() && wanted != Some(seen.found) && !sold;
    let kind = match (drifted, found.waits) {
        (true, _) => FoundKind::Drifted,
        (false, true) => FoundKind::SoldOut,
        (false, false) => return None,
    };
    Some(Finding {
        item: row.listing.item,
        listing: Some(row.listing.id),
        sku: None,
        kind,
        sold_out: found.waits,
        left: Some(seen.left),
        found: Some(seen.found),
    })
}

/// What the listing should look like, had nobody touched it. One that is held is in a person's hands,
/// who may have set the price: it stays as it was found.
fn wanted(found: &Found<'_>, rule: &SellingRule, resting: bool) -> Desire {
    let (product, seen) = (&found.product, &found.seen);
    let left = ShopState {
        stock: seen.found.stock.filter(|_| resting).or(seen.left.stock),
        ..seen.left
    };
    match desire(rule, product, &left, resting) {
        Desire::Held(..) => desire(rule, product, &seen.found, resting),
        decided => decided,
    }
}

fn verdict(found: Found<'_>, rule: &SellingRule, resting: bool) -> Option<RecordedAsin> {
    let (desired, hold) = match wanted(&found, rule, resting) {
        Desire::Undecided => return None,
        Desire::State(state) => (state, None),
        Desire::Held(reason, state) => (state, Some(reason)),
    };
    let (row, shown) = (&found.known.row, &found.seen.found);
    let cost = found.product.price.map(|price| price.value);
    let due = !shown.satisfies(&desired);
    let verdict = ListingVerdict {
        listing: row.listing.id,
        desired,
        version: version(row, &desired),
        hold,
        update: due.then(|| Urgency::of(shown, &desired, cost)),
    };
    Some(RecordedAsin {
        product: found.product,
        outcome: Outcome::Success,
        cache_hit: None,
        miss: None,
        change: Change::default(),
        offers: None,
        listings: vec![verdict],
        info: None,
        pending_in: None,
    })
}
