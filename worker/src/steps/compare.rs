//! Compares the items of a page with the stored listings: states to take over, findings to report, and
//! listings to correct.
//!
//! Reads what is stored, applies the rules, writes nothing. A manual change in the shop is corrected
//! whatever its size: the smallest change worth an edit is measured from the state that we set last, not
//! from the state that the shop shows.

use super::asin_result::AsinResult;
use super::decide::{desire, version, was_refused};
use super::with_retry::with_store_retry;
use crate::job_error::JobError;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::desired::{Desire, SellingRule, Urgency};
use shared::domain::listing::{ItemId, ListingId, ShopState};
use shared::domain::money::Yen;
use shared::domain::outcome::Outcome;
use shared::domain::product::Product;
use shared::domain::shop_page::{ItemView, ListingDiff, ShopItem};
use shared::ports::context::Context;
use shared::ports::store::{
    FindingKind, KnownItem, ListingDecision, ReconcileFinding, RecordedAsin, ShownState,
};
use std::collections::{HashMap, HashSet};

/// The differences between a page of a shop and the stored listings, to be recorded.
#[derive(Debug, Default)]
pub(crate) struct PageDiff {
    pub(crate) items: u32,
    /// The listings that are on the page.
    pub(crate) seen: Vec<ListingId>,
    pub(crate) shown: Vec<ShownState>,
    pub(crate) findings: Vec<ReconcileFinding>,
    pub(crate) asins: Vec<RecordedAsin>,
}

/// Compares the `items` that the shop of `account` showed at `asked_at` with the stored listings. An item
/// that is on the page twice counts once.
pub(crate) async fn compare(
    account: &AccountId,
    asked_at: DateTime<Utc>,
    items: &[ShopItem],
    ctx: &Context,
) -> Result<PageDiff, JobError> {
    let ids: Vec<ItemId> = items.iter().map(|item| item.id).collect();
    let known = with_store_retry(|| ctx.store.known_items(account, &ids)).await?;
    let asins: Vec<Asin> = known.iter().map(|known| known.row.listing.asin).collect();
    let mut products = with_store_retry(|| ctx.store.products(&asins)).await?;
    let mut by_item: HashMap<ItemId, KnownItem> = known
        .into_iter()
        .map(|known| (known.row.listing.item, known))
        .collect();
    let (rule, now) = (&ctx.rules.selling, ctx.clock.now());
    let mut diff = PageDiff {
        items: u32::try_from(items.len()).unwrap_or(u32::MAX),
        ..PageDiff::default()
    };
    let mut read: HashSet<ItemId> = HashSet::new();
    for item in items.iter().filter(|item| read.insert(item.id)) {
        let Some(known) = by_item.remove(&item.id) else {
            diff.findings.push(unknown(item));
            continue;
        };
        diff.seen.push(known.row.listing.id);
        let Some(state) = item.state else {
            diff.findings.push(impossible(item, &known));
            continue;
        };
        if !known.is_older_than(asked_at, now) {
            continue;
        }
        let sale = item.sale;
        let asin = known.row.listing.asin;
        let product = products
            .remove(&asin)
            .unwrap_or_else(|| Product::unknown(asin));
        let compared = ComparedListing::of(&known, product, ItemView { state, sale }, (rule, now));
        diff.add(compared, rule, now);
    }
    Ok(diff)
}

fn unknown(item: &ShopItem) -> ReconcileFinding {
    ReconcileFinding {
        item: item.id,
        listing: None,
        sku: item.sku.clone(),
        kind: FindingKind::Unknown,
        sold_out: false,
        left: None,
        found: item.state,
    }
}

fn impossible(item: &ShopItem, known: &KnownItem) -> ReconcileFinding {
    ReconcileFinding {
        listing: Some(known.row.listing.id),
        kind: FindingKind::Impossible,
        ..unknown(item)
    }
}

/// A listing beside its item in the shop.
struct ComparedListing<'a> {
    known: &'a KnownItem,
    product: Product,
    diff: ListingDiff,
    /// The value to store.
    sold_out_since: Option<DateTime<Utc>>,
    /// The item is sold out in the shop, and Amazon sells the product: it waits for the cool-down.
    waits: bool,
    /// What buyers are asked during a sale of the platform.
    sale: Option<Yen>,
}

impl<'a> ComparedListing<'a> {
    fn of(
        known: &'a KnownItem,
        product: Product,
        ItemView { state, sale }: ItemView,
        (rule, now): (&SellingRule, DateTime<Utc>),
    ) -> Self {
        let row = &known.row;
        // A wrong clock may have dated it: the cool-down must not last longer than from now.
        let since = row.sold_out_since.map(|since| since.min(now));
        let sent = row.unconfirmed.clone().unwrap_or_default();
        let left = sent.explain(row.listing.shown, state);
        let diff = ListingDiff::of(left, state, since.is_some());
        // A hidden item keeps the mark; only a stock above zero removes it.
        let stocked = state.stock.is_some_and(|stock| stock > 0);
        let sold_out_since = if diff.sold_out {
            since.or(Some(now))
        } else {
            since.filter(|_| !stocked)
        };
        let for_sale = product.sellable(rule.filtered_out_after) == Some(true);
        Self {
            known,
            product,
            diff,
            sold_out_since,
            waits: diff.sold_out && for_sale,
            sale,
        }
    }

    /// A refused edit is tried again once a night: a person may have corrected the item.
    fn was_refused(&self) -> bool {
        let row = &self.known.row;
        row.desired
            .is_some_and(|(_, desired)| was_refused(row, &desired))
    }
}

impl PageDiff {
    fn add(&mut self, compared: ComparedListing<'_>, rule: &SellingRule, now: DateTime<Utc>) {
        let row = &compared.known.row;
        let drifted = compared.diff.drifted();
        let cooling_down = rule.cools_down(compared.sold_out_since, now);
        let cool_down_is_over = compared.waits && !cooling_down;
        let refused = compared.was_refused();
        let in_doubt = row.unconfirmed.is_some() || compared.sale != row.sale;
        // Also an old state that is still to be reported or tried again, so that it is confirmed.
        if drifted
            || compared.sold_out_since != row.sold_out_since
            || compared.waits
            || refused
            || in_doubt
        {
            self.shown.push(ShownState {
                listing: row.listing.id,
                state: compared.diff.found,
                sold_out_since: compared.sold_out_since,
                sale: compared.sale,
            });
        }
        self.findings.extend(finding(&compared));
        if drifted || cool_down_is_over || refused || in_doubt {
            self.asins.extend(decision(compared, rule, cooling_down));
        }
    }
}

/// A listing in its desired state has not drifted: the answer to our edit was lost. A sale is no drift either.
fn finding(compared: &ComparedListing<'_>) -> Option<ReconcileFinding> {
    let (row, diff) = (&compared.known.row, &compared.diff);
    let wanted = row.desired.map(|(_, wanted)| wanted);
    let but_for_stock = ShopState {
        stock: diff.left.stock,
        ..diff.found
    };
    let sold = compared.waits && but_for_stock == diff.left;
    let drifted = diff.drifted() && wanted != Some(diff.found) && !sold;
    let kind = match (drifted, compared.waits) {
        (true, _) => FindingKind::Drifted,
        (false, true) => FindingKind::SoldOut,
        (false, false) => return None,
    };
    Some(ReconcileFinding {
        item: row.listing.item,
        listing: Some(row.listing.id),
        sku: None,
        kind,
        sold_out: compared.waits,
        left: Some(diff.left),
        found: Some(diff.found),
    })
}

/// The desired state, as if the shop still showed the state that we set last. A held listing is left to a
/// person, who may have set its price: it stays as the shop shows it.
fn wanted(compared: &ComparedListing<'_>, rule: &SellingRule, cooling_down: bool) -> Desire {
    let (product, diff) = (&compared.product, &compared.diff);
    let left = ShopState {
        stock: diff
            .found
            .stock
            .filter(|_| cooling_down)
            .or(diff.left.stock),
        ..diff.left
    };
    let desire = match desire(rule, product, &left, cooling_down) {
        Desire::Held(..) => desire(rule, product, &diff.found, cooling_down),
        decided => decided,
    };
    SellingRule::during_sale(desire, compared.sale, product, &diff.found)
}

fn decision(
    compared: ComparedListing<'_>,
    rule: &SellingRule,
    cooling_down: bool,
) -> Option<RecordedAsin> {
    let (desired, hold) = match wanted(&compared, rule, cooling_down) {
        Desire::Undecided => return None,
        Desire::State(state) => (state, None),
        Desire::Held(reason, state) => (state, Some(reason)),
    };
    let (row, shown) = (&compared.known.row, &compared.diff.found);
    let cost = compared.product.price.map(|price| price.value);
    let due = !shown.satisfies(&desired);
    let decision = ListingDecision {
        listing: row.listing.id,
        desired,
        version: version(row, &desired),
        hold,
        update: due.then(|| Urgency::of(shown, &desired, cost)),
    };
    let result = AsinResult::new(compared.product, Outcome::Success);
    Some(result.with_listings(vec![decision]))
}

#[cfg(test)]
mod tests;
