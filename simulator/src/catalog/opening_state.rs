//! The opening state of each ASIN, drawn to the figures that were seen in the field.
//!
//! Sources: sampling of 12,487 listings by a comparable shop (2.1 % without a usable price, of
//! those 60 % turned down by the shop's rule and 20 % without an offer; the rest were API errors,
//! which here come from faults only), and the suggested generator of the API fact sheet.

use super::asin_state::{AsinState, MAX_LISTED_OFFERS};
use super::true_offer::{OfferAvailability, SellerFeedback, TrueOffer};
use crate::random::SeededRandom;
use crate::yen::{scaled, whole};

const PURPOSE: u64 = 1;
/// Share of ASINs without any offer.
const NO_OFFER: f64 = 0.004_2;
/// Share of ASINs with offers that the shop's rule turns down.
const ALL_TURNED_DOWN: f64 = 0.012_6;
/// Median, and the spread below and above it: 5th percentile 600, 95th 25,000 yen.
const MEDIAN_PRICE: f64 = 3_000.0;
const SPREAD_BELOW: f64 = 0.978;
const SPREAD_ABOVE: f64 = 1.289;
/// What a shop that allows 500 to 100,000 yen at a ratio of 1.3 would have listed.
const CHEAPEST: i64 = 400;
const DEAREST: i64 = 75_000;

/// What is true of product `number` when the world begins.
///
/// `unknown_permille` of the products are not known to Amazon at all.
pub fn opening_state(seed: u64, number: usize, unknown_permille: u32) -> AsinState {
    let mut draw = SeededRandom::new(seed, PURPOSE, number as u64);
    let list_price = price(&mut draw);
    if draw.chance(f64::from(unknown_permille) / 1_000.0) {
        return AsinState {
            list_price,
            ..AsinState::unknown()
        };
    }
    let class = draw.unit();
    if class < NO_OFFER {
        let asleep = vec![usable_offer(&mut draw, list_price)];
        return state(list_price, Vec::new(), asleep, 0);
    }
    let count = offer_count(&mut draw);
    let mut offers = Vec::with_capacity(count.min(MAX_LISTED_OFFERS));
    let turned_down = class < NO_OFFER + ALL_TURNED_DOWN;
    for place in 0..count.min(MAX_LISTED_OFFERS) {
        offers.push(match (turned_down, place) {
            (true, _) => unusable_offer(&mut draw, list_price),
            (false, 0) => usable_offer(&mut draw, list_price),
            (false, _) => any_offer(&mut draw, list_price),
        });
    }
    if draw.chance(0.8) {
        crown(&mut offers);
    }
    let first = usize::try_from(draw.between(0, 19)).unwrap_or(0) % offers.len().max(1);
    offers.rotate_left(first);
    let used = if draw.chance(0.4) {
        draw.between(1, 9)
    } else {
        0
    };
    let total = i64::try_from(count).unwrap_or(0) + used;
    state(list_price, offers, Vec::new(), total)
}

fn state(list_price: i64, offers: Vec<TrueOffer>, asleep: Vec<TrueOffer>, total: i64) -> AsinState {
    AsinState {
        known: true,
        too_soon: false,
        offers,
        total_offers: total,
        asleep,
        list_price,
    }
}

/// Log-normal, whole yen, half of them ending in 0 or 8.
fn price(draw: &mut SeededRandom) -> i64 {
    loop {
        let normal = draw.normal();
        let spread = if normal < 0.0 {
            SPREAD_BELOW
        } else {
            SPREAD_ABOVE
        };
        let yen = whole(MEDIAN_PRICE * (normal * spread).exp());
        let yen = match draw.between(0, 3) {
            0 => yen / 10 * 10,
            1 => yen / 10 * 10 + 8,
            _ => yen,
        };
        if (CHEAPEST..=DEAREST).contains(&yen) {
            return yen;
        }
    }
}

/// Geometric with mean 5; one in twenty-five beyond 20.
fn offer_count(draw: &mut SeededRandom) -> usize {
    if draw.chance(0.04) {
        return usize::try_from(draw.between(21, 60)).unwrap_or(21);
    }
    let mut count = 1;
    while count < 60 && draw.chance(0.8) {
        count += 1;
    }
    count
}

fn usable_offer(draw: &mut SeededRandom, list_price: i64) -> TrueOffer {
    let fba = draw.chance(0.8);
    let hours = if fba { 0 } else { draw.of(&[24, 48, 72]) };
    TrueOffer {
        price: list_price,
        shipping: 0,
        minimum_hours: Some(hours.min(24)),
        maximum_hours: Some(hours),
        availability: Some(OfferAvailability::Now),
        available_date: None,
        fba,
        prime: fba,
        ..any_offer(draw, list_price)
    }
}

fn unusable_offer(draw: &mut SeededRandom, list_price: i64) -> TrueOffer {
    let mut offer = any_offer(draw, list_price);
    match draw.between(0, 9) {
        0..=4 => {
            offer.shipping = draw.between(350, 800);
            offer.fba = false;
            offer.prime = false;
        }
        5..=8 => offer.maximum_hours = Some(draw.of(&[168, 336, 720])),
        _ => {
            offer.minimum_hours = None;
            offer.maximum_hours = None;
        }
    }
    offer
}

fn any_offer(draw: &mut SeededRandom, list_price: i64) -> TrueOffer {
    let fba = draw.chance(0.65);
    let price = scaled(list_price, 0.95 + 0.35 * draw.unit());
    let shipping = if fba || draw.chance(0.6) {
        0
    } else {
        draw.between(350, 800)
    };
    let hours = if fba {
        0
    } else {
        draw.of(&[24, 24, 48, 48, 72, 168, 336, 720])
    };
    let (availability, available_date) = match draw.between(0, 99) {
        0 | 1 => (
            OfferAvailability::FutureWithDate,
            Some("2027-01-15T00:00:00Z".to_owned()),
        ),
        2 | 3 => (OfferAvailability::FutureWithoutDate, None),
        _ => (OfferAvailability::Now, None),
    };
    let points = if draw.chance(0.7) {
        price / 100 * draw.between(0, 1)
    } else {
        price / 50
    };
    let feedback = draw.chance(0.85).then(|| SellerFeedback {
        count: draw.between(3, 40_000),
        positive_percent: f64::from(u8::try_from(draw.between(80, 100)).unwrap_or(100)),
    });
    TrueOffer {
        seller_id: format!("A{:013}", draw.between(1, 2_000_000_000)),
        sub_condition: "new".to_owned(),
        price,
        shipping,
        points,
        minimum_hours: Some(hours.min(24)),
        maximum_hours: Some(hours),
        availability: Some(availability),
        available_date,
        fba,
        prime: fba,
        featured: draw.chance(0.7),
        winner: false,
        feedback,
        ships_from: draw.chance(0.9).then(|| "JP".to_owned()),
        currency: "JPY".to_owned(),
        with_fraction: draw.chance(0.5),
    }
}

/// Gives the featured offer to the cheapest offer, Prime ones first.
fn crown(offers: &mut [TrueOffer]) {
    let winner = offers
        .iter_mut()
        .min_by_key(|offer| (!offer.prime, offer.landed()));
    if let Some(offer) = winner {
        offer.winner = true;
        offer.featured = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(count: usize, test: impl Fn(&AsinState) -> bool) -> f64 {
        let hits = (0..count)
            .filter(|number| test(&opening_state(1, *number, 0)))
            .count();
        f64::from(u32::try_from(hits).unwrap()) / f64::from(u32::try_from(count).unwrap())
    }

    #[test]
    fn the_same_seed_and_number_give_the_same_state() {
        assert_eq!(opening_state(5, 17, 0), opening_state(5, 17, 0));
        assert_ne!(
            opening_state(5, 17, 0).offers,
            opening_state(6, 17, 0).offers
        );
    }

    #[test]
    fn about_one_asin_in_sixty_has_no_usable_price() {
        let unusable = share(20_000, |state| state.best().is_none());
        let empty = share(20_000, |state| state.offers.is_empty());

        assert!((0.013..0.021).contains(&unusable), "{unusable}");
        assert!((0.002..0.007).contains(&empty), "{empty}");
    }

    #[test]
    fn prices_lie_as_they_do_in_the_field() {
        let mut prices: Vec<i64> = (0..5_000)
            .map(|number| opening_state(1, number, 0).list_price)
            .collect();
        prices.sort_unstable();

        assert!((2_700..3_300).contains(&prices[2_500]), "{}", prices[2_500]);
        assert!((500..750).contains(&prices[250]), "{}", prices[250]);
        assert!(
            (20_000..29_000).contains(&prices[4_750]),
            "{}",
            prices[4_750]
        );
    }

    #[test]
    fn no_more_than_twenty_offers_are_listed() {
        let most = (0..5_000)
            .map(|number| opening_state(1, number, 0).offers.len())
            .max();

        assert_eq!(most, Some(MAX_LISTED_OFFERS));
    }

    #[test]
    fn unknown_asins_come_by_the_permille() {
        let unknown = (0..10_000)
            .filter(|number| !opening_state(1, *number, 20).known)
            .count();

        assert!((120..280).contains(&unknown), "{unknown}");
    }
}
