//! What else changes without a fault, from a stream of its own: a market that goes back, sales of the
//! platform, items that cannot be edited or have variations.

use super::world_act::{PlannedChange, WorldChange};
use crate::dice::Dice;
use crate::scenario::Scenario;
use simulator::{ItemEdit, MarketSet, OpeningListing, ShopChange};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Some of these changes, or none.
pub fn draw(scenario: &Scenario) -> Vec<PlannedChange> {
    let mut dice = Dice::new(scenario.seed, "later changes");
    let mut changes = Vec::new();
    let (goes_back, is_odd) = (dice.chance(300), dice.chance(200));
    for _ in 0..dice.between(2, 8) {
        let listing = dice.pick(&scenario.listings);
        let begin = scenario.length / 1_000 * u32::try_from(dice.below(950)).unwrap_or(0);
        let end = begin + dice.time(MINUTE / 4, 60 * MINUTE);
        let pair = if dice.chance(500) {
            market_and_back(&listing, &mut dice)
        } else {
            item_and_back(&listing, scenario, &mut dice)
        };
        let is_on = match pair[0] {
            WorldChange::Market(_) => goes_back,
            WorldChange::Shop { .. } => is_odd,
        };
        let times = [begin, end].into_iter();
        let planned = times.zip(pair).map(|(at, what)| PlannedChange { at, what });
        changes.extend(planned.filter(|_| is_on));
    }
    changes
}

/// A product runs out, or is unknown, for a while.
fn market_and_back(listing: &OpeningListing, dice: &mut Dice) -> [WorldChange; 2] {
    let is_of_stock = dice.chance(700);
    [false, true].map(|value| {
        let mut set = MarketSet {
            asin: listing.asin.clone(),
            ..MarketSet::default()
        };
        if is_of_stock {
            set.in_stock = Some(value);
        } else {
            set.known = Some(value);
        }
        WorldChange::Market(vec![set])
    })
}

/// An item is on sale, cannot be edited, has variations, or is stocked by hand.
fn item_and_back(
    listing: &OpeningListing,
    scenario: &Scenario,
    dice: &mut Dice,
) -> [WorldChange; 2] {
    let edit = ItemEdit {
        item_id: listing.item_id,
        ..ItemEdit::default()
    };
    let (mut odd, mut usual) = (edit.clone(), edit);
    match dice.below(4) {
        0 => {
            let percent = i64::try_from(dice.between(50, 95)).unwrap_or(90);
            odd.sale_price = Some((listing.price * percent / 100).max(1));
            usual.sale_price = Some(0);
        }
        1 => (odd.digital, usual.digital) = (Some(true), Some(false)),
        2 => {
            odd.variation_stock = Some(vec![1, 0, 2]);
            usual.variation_stock = Some(vec![0, 0, 1]);
        }
        _ => (odd.stock, usual.stock) = (Some(7), Some(1)),
    }
    [odd, usual].map(|edit| WorldChange::Shop {
        account: scenario.accounts[listing.account].clone(),
        change: ShopChange {
            edit: vec![edit],
            ..ShopChange::default()
        },
    })
}
