//! One seller's offer on Amazon, and the rule that says which offers the shop could buy from.

use super::money::Yen;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// An offer in Amazon's answer; a value that Amazon left out is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offer {
    /// `new`, `used`, `likenew` …, without spaces and underscores; the case does not matter.
    pub sub_condition: Option<SmolStr>,
    /// The price without shipping.
    pub listing_price: Option<Amount>,
    /// The shipping cost; `None` counts as free.
    pub shipping: Option<Amount>,
    /// Hours from the order until it is likely shipped (not until it arrives). An offer without it
    /// is by invitation or unknown.
    pub max_handling_hours: Option<i64>,
    /// Whether it can be shipped now.
    pub availability: Availability,
    /// Offered with Prime.
    pub prime: bool,
    /// Shipped from Amazon's warehouse.
    pub fulfilled_by_amazon: bool,
    /// The seller's public id.
    pub seller_id: Option<SmolStr>,
}

/// Money of any currency, in its whole unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// ISO 4217 code.
    pub currency: Option<SmolStr>,
    /// Whole units; may be zero or negative on the wire.
    pub units: i64,
}

/// `availabilityType` of the offer's shipping time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Can be shipped now.
    Now,
    /// Later, date unknown or known.
    Later,
    /// Not in the answer.
    #[default]
    Unknown,
}

/// Which offers the shop could buy from (`OFFER_*` settings).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferRule {
    /// Longest accepted time until shipping, in hours; 72 by default.
    pub max_handling_hours: i64,
    /// ISO 4217 code of the marketplace; JPY for Amazon.co.jp.
    pub currency: String,
}

impl Default for OfferRule {
    fn default() -> Self {
        Self {
            max_handling_hours: 72,
            currency: "JPY".to_owned(),
        }
    }
}

/// Why an offer was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Not in new condition.
    NotNew,
    /// No handling time in the answer: by invitation or unknown.
    NoHandlingTime,
    /// Shipped later than the rule allows.
    ShipsTooLate,
    /// Shipping costs extra.
    ShippingNotFree,
    /// No listing price.
    NoPrice,
    /// A listing price of 0 or less, or beyond what a price can be.
    PriceOutOfRange,
    /// Priced in another currency than the marketplace's.
    OtherCurrency,
}

impl OfferRule {
    /// The price and the score of an offer that the shop could buy, or why it could not.
    ///
    /// Score: 1000 if available now, plus the hours left to the limit, plus 100 for Prime, plus 50
    /// if fulfilled by Amazon.
    ///
    /// # Errors
    ///
    /// The first [`Rejection`] in the order of the enum.
    pub fn score(&self, offer: &Offer) -> Result<(Yen, i64), Rejection> {
        let is_new = |condition: &str| condition.eq_ignore_ascii_case("new");
        if !offer.sub_condition.as_deref().is_some_and(is_new) {
            return Err(Rejection::NotNew);
        }
        let hours = match offer.max_handling_hours {
            Some(hours) if hours >= 0 => hours,
            _ => return Err(Rejection::NoHandlingTime),
        };
        if hours > self.max_handling_hours {
            return Err(Rejection::ShipsTooLate);
        }
        let shipping = offer.shipping.as_ref().map_or(0, |shipping| shipping.units);
        if shipping > 0 {
            return Err(Rejection::ShippingNotFree);
        }
        let price = self.price(offer)?;
        let points = |holds: bool, points: i64| if holds { points } else { 0 };
        let score = points(offer.availability == Availability::Now, 1000)
            + (self.max_handling_hours - hours)
            + points(offer.prime, 100)
            + points(offer.fulfilled_by_amazon, 50);
        Ok((price, score))
    }

    fn price(&self, offer: &Offer) -> Result<Yen, Rejection> {
        let amount = offer.listing_price.as_ref().ok_or(Rejection::NoPrice)?;
        let units = u32::try_from(amount.units).unwrap_or_default();
        if units == 0 {
            return Err(Rejection::PriceOutOfRange);
        }
        if amount.currency.as_deref() != Some(self.currency.as_str()) {
            return Err(Rejection::OtherCurrency);
        }
        Ok(Yen(units))
    }
}
