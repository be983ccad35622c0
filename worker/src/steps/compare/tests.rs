//! What the comparison with the last known state tells.

use super::*;
use chrono::TimeDelta;
use shared::domain::desired::HoldReason;
use shared::domain::listing::{Listing, Unconfirmed};
use shared::domain::product::{Seen, Stock};
use shared::ports::store::ListingRow;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn on_display(price: u32, stock: u32) -> ShopState {
    ShopState {
        price: Yen(price),
        visible: true,
        stock: Some(stock),
    }
}

/// A listing that we left in this state, as desired.
fn left(shown: ShopState) -> KnownItem {
    let listing = Listing {
        id: ListingId(1),
        account: AccountId::parse("main").unwrap(),
        asin: Asin::parse("B00EXAMPLE").unwrap(),
        item: ItemId(7),
        shown,
    };
    KnownItem {
        row: ListingRow {
            listing,
            desired: Some((1, shown)),
            hold: None,
            sold_out_since: None,
            sale: None,
            unconfirmed: None,
        },
        applied_at: None,
        busy_until: None,
        sent_until: None,
    }
}

fn sold_out(hours_ago: i64, shown: ShopState) -> KnownItem {
    let mut known = left(shown);
    known.row.sold_out_since = Some(NOW - TimeDelta::hours(hours_ago));
    known
}

fn compared(known: &KnownItem, found: ShopState) -> ComparedListing<'_> {
    let rule = SellingRule::default();
    let in_stock = Product {
        price: Some(Seen {
            value: Yen(1_000),
            at: NOW,
        }),
        stock: Some(Seen {
            value: Stock::In,
            at: NOW,
        }),
        ..Product::unknown(known.row.listing.asin)
    };
    ComparedListing::of(known, in_stock, found.into(), (&rule, NOW))
}

/// What is recorded of a product that costs 1,000 yen when the shop shows `found`.
fn recorded(known: &KnownItem, found: ShopState) -> PageDiff {
    let mut diff = PageDiff::default();
    diff.add(compared(known, found), &SellingRule::default(), NOW);
    diff
}

fn decided(diff: &PageDiff) -> Option<&ListingDecision> {
    diff.asins.first()?.listings.first()
}

#[test]
fn an_item_that_looks_as_we_left_it_costs_no_row() {
    let diff = recorded(&left(on_display(1_300, 1)), on_display(1_300, 1));

    assert_eq!((diff.shown, diff.findings), (Vec::new(), Vec::new()));
    assert_eq!(diff.asins, []);
}

#[test]
fn an_item_that_was_in_doubt_or_refused_is_decided_again_although_it_looks_as_we_left_it() {
    let (right, dearer) = (on_display(1_300, 1), on_display(1_900, 1));
    let mut in_doubt = left(right);
    in_doubt.row.unconfirmed = Some(Unconfirmed(vec![dearer]));
    let mut refused = left(on_display(1_900, 1));
    refused.row.hold = Some(HoldReason::NotEditable);
    refused.row.desired = Some((1, right));

    for (known, found) in [(in_doubt, right), (refused, dearer)] {
        let diff = recorded(&known, found);

        assert_eq!(diff.shown.len(), 1);
        assert_eq!(decided(&diff).map(|decision| decision.desired), Some(right));
        assert_eq!(diff.findings, []);
    }
}

#[test]
fn an_item_that_sold_out_waits_for_its_cool_down_and_is_stocked_then() {
    let empty = on_display(1_300, 0);

    let waiting = recorded(&sold_out(23, empty), empty);
    let over = recorded(&sold_out(24, empty), empty);

    assert_eq!(decided(&waiting), None);
    assert_eq!(waiting.findings[0].kind, FindingKind::SoldOut);
    let decision = decided(&over).expect("it is over");
    assert_eq!(decision.desired, on_display(1_300, 1));
    assert_eq!(decision.update, Some(Urgency::Normal));
}

#[test]
fn an_item_that_sold_out_keeps_a_price_that_is_near_enough() {
    let diff = recorded(&left(on_display(1_290, 1)), on_display(1_290, 0));

    let decision = decided(&diff).expect("its stock has changed");
    assert_eq!(
        (decision.desired, decision.update),
        (on_display(1_290, 0), None)
    );
}

#[test]
fn only_a_stock_takes_the_mark_from_an_item_that_sold_out() {
    let hidden = |stock| ShopState {
        visible: false,
        stock,
        ..on_display(1_300, 0)
    };
    let known = sold_out(1, hidden(None));
    let mark = |stock| compared(&known, hidden(stock)).sold_out_since;

    assert_eq!(mark(Some(0)), known.row.sold_out_since);
    assert_eq!(mark(None), known.row.sold_out_since);
    assert_eq!(mark(Some(2)), None);
}

#[test]
fn an_item_with_impossible_values_is_named_with_its_listing() {
    let known = left(on_display(1_300, 1));
    let item = ShopItem {
        id: ItemId(7),
        sku: Some("b-B00EXAMPLE".to_owned()),
        state: None,
        sale: None,
    };

    let finding = impossible(&item, &known);

    assert_eq!(finding.kind, FindingKind::Impossible);
    assert_eq!(finding.listing, Some(ListingId(1)));
    assert_eq!((finding.item, finding.sku), (item.id, item.sku));
}
