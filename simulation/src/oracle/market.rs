//! What an undamaged answer must tell of an ASIN, from the state of Amazon's market itself.

use chrono::{DateTime, Utc};
use simulator::{AsinState, OfferAvailability, TrueOffer};

use super::decode::date;
use super::knowledge::ToldByAmazon;
use super::offer::{OfferTold, Selection, ShipsWhen, select};
use super::rules::KeeperRules;

/// Amazon lists at most so many offers.
const LISTED: usize = 20;

impl From<&TrueOffer> for OfferTold {
    fn from(offer: &TrueOffer) -> Self {
        Self {
            condition: Some(offer.sub_condition.clone()),
            price: Some(offer.price),
            currency: Some(offer.currency.clone()),
            shipping: (!offer.shipping_missing).then_some(offer.shipping),
            max_hours: offer.maximum_hours,
            availability: match offer.availability {
                Some(OfferAvailability::Now) => ShipsWhen::Now,
                Some(OfferAvailability::FutureWithDate) => ShipsWhen::FutureWithDate,
                Some(OfferAvailability::FutureWithoutDate) => ShipsWhen::FutureWithoutDate,
                None => ShipsWhen::Untold,
            },
            date: offer.available_date.as_deref().and_then(date),
            prime: offer.prime,
            fba: offer.fba,
            country: offer.ships_from.clone(),
        }
    }
}

/// What an answer must tell of an ASIN in this state at the instant `now`.
pub fn told_by_market(state: &AsinState, rules: &KeeperRules, now: DateTime<Utc>) -> ToldByAmazon {
    if !state.known {
        return ToldByAmazon::Invalid;
    }
    if state.too_soon {
        return ToldByAmazon::Nothing;
    }
    if state.variation_parent || state.offers.is_empty() {
        return ToldByAmazon::NoOffer;
    }
    let offers: Vec<OfferTold> = state
        .offers
        .iter()
        .take(LISTED)
        .map(OfferTold::from)
        .collect();
    match select(&offers, rules, now) {
        Selection::Won { price, .. } => ToldByAmazon::InStock(price),
        Selection::NonePassed(reasons) => ToldByAmazon::none_passed(&reasons),
    }
}
