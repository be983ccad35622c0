//! What a listing may show in the end, after the market has rested and was asked often enough: whatever happened
//! before, this follows from the market alone (sections 4 and 6).

use super::face::ItemFace;
use super::knowledge::ToldByAmazon;
use super::pricing::{Selling, price_edit_is_due, selling};
use super::rules::KeeperRules;

/// What bears on an item beside its market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Circumstances {
    /// The last price of Amazon's that counts for us, if any.
    pub last_cost: Option<i64>,
    /// What buyers are asked during a sale of the platform.
    pub sale_price: Option<i64>,
    /// It sold out in the shop a short while ago: its stock stays 0.
    pub sold_out: bool,
    /// Its stock is the sum of variations, and not ours.
    pub has_variations: bool,
    /// The platform refuses to edit it.
    pub is_locked: bool,
}

/// Why `shown` is not what follows from a market that was told often enough; `None` if it is.
pub fn wrong_in_the_end(
    told: &ToldByAmazon,
    shown: ItemFace,
    about: Circumstances,
    rules: &KeeperRules,
) -> Option<String> {
    if about.is_locked {
        return None;
    }
    match told {
        ToldByAmazon::Nothing | ToldByAmazon::Invalid | ToldByAmazon::Damaged => None,
        ToldByAmazon::NoOffer | ToldByAmazon::NonePassed(_) => wrong_when_out(shown, about),
        ToldByAmazon::InStock(cost) => wrong_when_in(*cost, shown, about, rules),
    }
}

fn wrong_when_out(shown: ItemFace, about: Circumstances) -> Option<String> {
    if shown.visible {
        return Some("it is for sale and cannot be bought on Amazon".to_owned());
    }
    // Without a price we never set its stock, and leave what a person has set.
    let is_ours = about.last_cost.is_some() && !about.has_variations;
    let has_stock = shown.stock.is_some_and(|stock| stock > 0) && is_ours;
    has_stock.then(|| "it is hidden with a stock, and cannot be bought on Amazon".to_owned())
}

fn wrong_when_in(
    cost: i64,
    shown: ItemFace,
    about: Circumstances,
    rules: &KeeperRules,
) -> Option<String> {
    let asked = about.sale_price.unwrap_or(shown.price);
    if shown.visible && asked < cost {
        return Some(format!("it is for sale at {asked} yen and costs {cost}"));
    }
    let exact = match selling(cost, rules) {
        // Held for a person: shown as it was, or hidden.
        Selling::TooLow(_) | Selling::TooHigh(_) => return None,
        Selling::At(exact) => exact,
    };
    if !shown.visible {
        let sale_loses = about.sale_price.is_some_and(|sale| sale < cost);
        return (!sale_loses)
            .then(|| format!("it is hidden; Amazon sells it for {cost} yen, so {exact} here"));
    }
    if price_edit_is_due(shown.price, exact, cost, rules) {
        let price = shown.price;
        return Some(format!(
            "it shows {price} yen; Amazon's {cost} make {exact}"
        ));
    }
    let is_stocked = shown.stock.is_none_or(|stock| stock > 0);
    (!is_stocked && !about.sold_out && !about.has_variations)
        .then(|| "it is shown with a stock of 0 and never sold".to_owned())
}
