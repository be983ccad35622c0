//! The state of each ASIN when the world begins, drawn from distributions seen in practice.
//!
//! Source: a sample of 12,487 listings of a comparable shop. 2.1 % had no usable price: for 60 % of
//! these the shop's rule rejected all offers, 20 % had no offer, and the rest were API errors,
//! which here come from faults only.

use super::asin_state::{AsinState, MAX_LISTED_OFFERS};
use super::true_offer::{OfferAvailability, SellerFeedback, TrueOffer};
use crate::random::SeededRandom;
use crate::yen::{scaled, whole};

const PURPOSE: u64 = 1;
/// Share of ASINs without any offer.
const NO_OFFER: f64 = 0.004_2;
/// Share of ASINs whose offers the shop's rule rejects.
const ALL_REJECTED: f64 = 0.012_6;
/// Median price in yen, and its spread: the 5th percentile is 600 yen, the 95th 25,000 yen.
const MEDIAN_PRICE: f64 = 3_000.0;
const SPREAD_BELOW: f64 = 0.978;
const SPREAD_ABOVE: f64 = 1.289;
/// The range that a shop lists which sells at 1.3 times the cost, for 500 to 100,000 yen.
const MIN_LIST_PRICE: i64 = 400;
const MAX_LIST_PRICE: i64 = 75_000;

/// The state of product `number` when the world begins.
///
/// Of a thousand products, `unknown_permille` are unknown to Amazon.
pub fn opening_state(seed: u64, number: usize, unknown_permille: u32) -> AsinState {
    let mut random = SeededRandom::new(seed, PURPOSE, number as u64);
    let list_price = price(&mut random);
    if random.chance(f64::from(unknown_permille) / 1_000.0) {
        return AsinState {
            list_price,
            ..AsinState::unknown()
        };
    }
    let class = random.unit();
    if class < NO_OFFER {
        let sold_out = vec![usable_offer(&mut random, list_price)];
        return state(list_price, Vec::new(), sold_out, 0);
    }
    let count = offer_count(&mut random);
    let mut offers = Vec::with_capacity(count.min(MAX_LISTED_OFFERS));
    let rejected = class < NO_OFFER + ALL_REJECTED;
    for number in 0..count.min(MAX_LISTED_OFFERS) {
        offers.push(match (rejected, number) {
            (true, _) => unusable_offer(&mut random, list_price),
            (false, 0) => usable_offer(&mut random, list_price),
            (false, _) => any_offer(&mut random, list_price),
        });
    }
    if random.chance(0.8) {
        choose_featured(&mut offers);
    }
    let first = usize::try_from(random.between(0, 19)).unwrap_or(0) % offers.len().max(1);
    offers.rotate_left(first);
    let used = if random.chance(0.4) {
        random.between(1, 9)
    } else {
        0
    };
    let total = i64::try_from(count).unwrap_or(0) + used;
    state(list_price, offers, Vec::new(), total)
}

fn state(
    list_price: i64,
    offers: Vec<TrueOffer>,
    sold_out: Vec<TrueOffer>,
    total: i64,
) -> AsinState {
    AsinState {
        known: true,
        too_soon: false,
        variation_parent: false,
        offers,
        total_offers: total,
        sold_out,
        list_price,
    }
}

/// A price in whole yen: log-normal, half of the prices end in 0 or 8.
fn price(random: &mut SeededRandom) -> i64 {
    loop {
        let normal = random.normal();
        let spread = if normal < 0.0 {
            SPREAD_BELOW
        } else {
            SPREAD_ABOVE
        };
        let yen = whole(MEDIAN_PRICE * (normal * spread).exp());
        let yen = match random.between(0, 3) {
            0 => yen / 10 * 10,
            1 => yen / 10 * 10 + 8,
            _ => yen,
        };
        if (MIN_LIST_PRICE..=MAX_LIST_PRICE).contains(&yen) {
            return yen;
        }
    }
}

/// The number of offers: geometric with mean 5, and more than 20 for one ASIN in 25.
fn offer_count(random: &mut SeededRandom) -> usize {
    if random.chance(0.04) {
        return usize::try_from(random.between(21, 60)).unwrap_or(21);
    }
    let mut count = 1;
    while count < 60 && random.chance(0.8) {
        count += 1;
    }
    count
}

fn usable_offer(random: &mut SeededRandom, list_price: i64) -> TrueOffer {
    let fba = random.chance(0.8);
    let hours = if fba { 0 } else { random.pick(&[24, 48, 72]) };
    TrueOffer {
        price: list_price,
        shipping: 0,
        minimum_hours: Some(hours.min(24)),
        maximum_hours: Some(hours),
        availability: Some(OfferAvailability::Now),
        available_date: None,
        fba,
        prime: fba,
        ..any_offer(random, list_price)
    }
}

fn unusable_offer(random: &mut SeededRandom, list_price: i64) -> TrueOffer {
    let mut offer = any_offer(random, list_price);
    match random.between(0, 9) {
        0..=4 => {
            offer.shipping = random.between(350, 800);
            offer.fba = false;
            offer.prime = false;
        }
        5..=8 => offer.maximum_hours = Some(random.pick(&[168, 336, 720])),
        _ => {
            offer.minimum_hours = None;
            offer.maximum_hours = None;
        }
    }
    offer
}

fn any_offer(random: &mut SeededRandom, list_price: i64) -> TrueOffer {
    let fba = random.chance(0.65);
    let price = scaled(list_price, 0.95 + 0.35 * random.unit());
    let shipping = if fba || random.chance(0.6) {
        0
    } else {
        random.between(350, 800)
    };
    let hours = if fba {
        0
    } else {
        random.pick(&[24, 24, 48, 48, 72, 168, 336, 720])
    };
    let (availability, available_date) = match random.between(0, 99) {
        0 | 1 => (
            OfferAvailability::FutureWithDate,
            Some("2027-01-15T00:00:00Z".to_owned()),
        ),
        2 | 3 => (OfferAvailability::FutureWithoutDate, None),
        _ => (OfferAvailability::Now, None),
    };
    let points = if random.chance(0.7) {
        price / 100 * random.between(0, 1)
    } else {
        price / 50
    };
    let feedback = random.chance(0.85).then(|| SellerFeedback {
        count: random.between(3, 40_000),
        positive_percent: f64::from(u8::try_from(random.between(80, 100)).unwrap_or(100)),
    });
    TrueOffer {
        seller_id: format!("A{:013}", random.between(1, 2_000_000_000)),
        sub_condition: "new".to_owned(),
        price,
        shipping,
        shipping_missing: false,
        points,
        minimum_hours: Some(hours.min(24)),
        maximum_hours: Some(hours),
        availability: Some(availability),
        available_date,
        fba,
        prime: fba,
        featured: random.chance(0.7),
        winner: false,
        feedback,
        ships_from: random.chance(0.9).then(|| "JP".to_owned()),
        currency: "JPY".to_owned(),
        with_fraction: random.chance(0.5),
    }
}

/// Makes the cheapest offer the featured one; offers with Prime are preferred.
fn choose_featured(offers: &mut [TrueOffer]) {
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
    fn prices_are_distributed_as_in_the_sample() {
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
    fn unknown_asins_have_the_configured_share() {
        let unknown = (0..10_000)
            .filter(|number| !opening_state(1, *number, 20).known)
            .count();

        assert!((120..280).contains(&unknown), "{unknown}");
    }
}
