//! The listings of the shops when the world begins. Nearly all are correct, so that a first run has
//! little to do and a second run nothing.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

use crate::catalog::{Asins, opening_state};
use crate::config::Config;
use crate::random::SeededRandom;

const PURPOSE: u64 = 4;
/// Share of the listings with a usable offer whose price is wrong.
const WRONG_PRICE: f64 = 0.053;
/// Share of the listings with a usable offer that are hidden nevertheless.
const WRONGLY_HIDDEN: f64 = 0.002;
/// Share of the listings without a usable offer that are visible nevertheless.
const WRONGLY_VISIBLE: f64 = 0.4;
const FIRST_ITEM: u64 = 70_000_001;
/// All listings were created in the two years before 2026-01-01 (Unix seconds).
const NEWEST: i64 = 1_767_225_600;
const TWO_YEARS: i64 = 63_072_000;

/// One row of the CSV file, which is one item of a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningListing {
    /// Number of the account, counted from 0.
    pub account: usize,
    /// Number of the product in the catalogue.
    pub number: usize,
    /// ASIN of the product.
    pub asin: String,
    /// The id at BASE.
    pub item_id: u64,
    /// The shop's own product code.
    pub sku: String,
    /// Whole yen.
    pub price: i64,
    /// Whether visitors see it.
    pub visible: bool,
    /// Unix seconds.
    pub listed_at: i64,
}

/// The listings of the world: each ASIN once, then those that a second account lists as well.
pub fn opening_listings(config: &Config) -> Vec<OpeningListing> {
    let asins = Asins::new(config.seed, config.catalog);
    let accounts = config.accounts.max(1);
    let mut listings: Vec<OpeningListing> = (0..config.catalog)
        .map(|number| listing(config, &asins, (number, number % accounts, 0)))
        .collect();
    if accounts > 1 {
        for number in 0..config.catalog {
            if number * config.overlap_percent as usize % 100 < config.overlap_percent as usize {
                listings.push(listing(
                    config,
                    &asins,
                    (number, (number + 1) % accounts, 1),
                ));
            }
        }
    }
    listings
}

/// `copy` is 0 for the first account that lists the product and 1 for the second.
fn listing(config: &Config, asins: &Asins, place: (usize, usize, u64)) -> OpeningListing {
    let (number, account, copy) = place;
    let state = opening_state(config.seed, number, config.unknown_permille);
    let mut random = SeededRandom::new(config.seed, PURPOSE + (copy << 8), number as u64);
    let roll = random.unit();
    let mistake = 0.04 + 0.16 * random.unit();
    let listed_at = NEWEST - random.between(0, TWO_YEARS);
    let right = marked_up(state.best().map_or(state.list_price, |offer| offer.price));
    let usable = state.best().is_some();
    let sign = if random.chance(0.5) { 1.0 } else { -1.0 };
    let price = if usable && roll < WRONG_PRICE {
        to_ten(crate::yen::scaled(right, 1.0 + sign * mistake))
    } else {
        right
    };
    let hidden = (WRONG_PRICE..WRONG_PRICE + WRONGLY_HIDDEN).contains(&roll);
    let asin = asins.nth(number);
    let stamp =
        DateTime::<Utc>::from_timestamp(listed_at, 0).unwrap_or_default() + TimeDelta::hours(9);
    OpeningListing {
        account,
        number,
        item_id: FIRST_ITEM + number as u64 + copy * config.catalog as u64,
        sku: format!("b-{asin}-{}", stamp.format("%Y%m%d%H%M%S")),
        asin,
        price,
        visible: if usable {
            !hidden
        } else {
            roll < WRONGLY_VISIBLE
        },
        listed_at,
    }
}

/// The shop owner's price: 1.3 times the cost, rounded half up to ten yen.
fn marked_up(cost: i64) -> i64 {
    (cost * 13 + 50) / 100 * 10
}

fn to_ten(yen: i64) -> i64 {
    (yen + 5) / 10 * 10
}

/// The listings as CSV, in the columns that Miseban imports.
pub fn listings_csv(listings: &[OpeningListing]) -> String {
    let mut text = String::with_capacity(80 * (listings.len() + 1));
    text.push_str("account_id,asin,item_id,sku,selling_price,visibility\n");
    for listing in listings {
        let visibility = if listing.visible { "public" } else { "hidden" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "shop-{},{},{},{},{},{visibility}",
            listing.account + 1,
            listing.asin,
            listing.item_id,
            listing.sku,
            listing.price,
        );
    }
    text
}
