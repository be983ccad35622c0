//! One seller's offer on Amazon, and the rule that says which offers the shop could buy from.

use super::money::Yen;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// An offer in Amazon's answer; a value that Amazon left out is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offer {
    /// `new`, `used`, `likenew` …, without spaces and underscores; the case does not matter.
    pub sub_condition: Option<SmolStr>,
    /// The price without shipping.
    pub listing_price: Option<Amount>,
    /// The shipping cost; `None` is unknown, not free.
    pub shipping: Option<Amount>,
    /// Hours from the order until it is likely shipped (not until it arrives). An offer without it
    /// is by invitation or unknown.
    pub max_handling_hours: Option<i64>,
    /// Whether it can be shipped now.
    pub availability: Availability,
    /// From when on it can be shipped, if the answer has a date.
    pub available_at: Option<DateTime<Utc>>,
    /// ISO 3166 code of the country that it ships from.
    pub ships_from: Option<SmolStr>,
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
    /// From [`Offer::available_at`] on, for instance a pre-order.
    OnDate,
    /// Later, at a date that the seller does not know.
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
    /// What a shipping cost that is not in the answer counts as.
    pub unknown_shipping: UnknownShipping,
    /// ISO 3166 codes of the countries from which an offer may ship; empty for any.
    pub countries: Vec<String>,
}

/// What a shipping cost that is not in the answer counts as. Amazon's model calls it unknown, not
/// zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownShipping {
    /// Free with Prime or from Amazon's warehouse, else not free.
    #[default]
    FreeFromAmazon,
    /// Free.
    Free,
}

impl Default for OfferRule {
    fn default() -> Self {
        Self {
            max_handling_hours: 72,
            currency: "JPY".to_owned(),
            unknown_shipping: UnknownShipping::default(),
            countries: Vec::new(),
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
    /// Shipped at a later date that is not in the answer.
    NoShippingDate,
    /// Shipped later than the rule allows.
    ShipsTooLate,
    /// Shipping costs extra.
    ShippingNotFree,
    /// The answer does not say what shipping costs.
    ShippingUnknown,
    /// Ships from a country that is not wanted, or from an unknown one.
    OtherCountry,
    /// No listing price.
    NoPrice,
    /// A listing price of 0 or less, or beyond what a price can be.
    PriceOutOfRange,
    /// Priced in another currency than the marketplace's.
    OtherCurrency,
}

/// A date that has passed for longer than this says nothing about an offer that is not available
/// now. Dates may have no time of day.
const DATE_COUNTS_FOR: TimeDelta = TimeDelta::hours(24);

impl OfferRule {
    /// The price and the score at `now` of an offer that the shop could buy, or why it could not.
    ///
    /// Score: 1000 if available now, plus the hours left to the limit, plus 100 for Prime, plus 50
    /// if fulfilled by Amazon.
    ///
    /// # Errors
    ///
    /// The first [`Rejection`] in the order of the enum.
    pub fn score(&self, offer: &Offer, now: DateTime<Utc>) -> Result<(Yen, i64), Rejection> {
        if !offer.is_new() {
            return Err(Rejection::NotNew);
        }
        let hours = offer.hours_until_shipped(now)?;
        if hours > self.max_handling_hours {
            return Err(Rejection::ShipsTooLate);
        }
        self.ships_free(offer)?;
        if !self.accepts_country(offer) {
            return Err(Rejection::OtherCountry);
        }
        let price = self.price(offer)?;
        let points = |holds: bool, points: i64| if holds { points } else { 0 };
        let score = points(offer.availability == Availability::Now, 1000)
            + (self.max_handling_hours - hours)
            + points(offer.prime, 100)
            + points(offer.fulfilled_by_amazon, 50);
        Ok((price, score))
    }

    /// A negative cost says as little as none.
    fn ships_free(&self, offer: &Offer) -> Result<(), Rejection> {
        let cost = offer.shipping.as_ref().map(|shipping| shipping.units);
        let free_if_unknown = match self.unknown_shipping {
            UnknownShipping::FreeFromAmazon => offer.prime || offer.fulfilled_by_amazon,
            UnknownShipping::Free => true,
        };
        match cost.filter(|cost| *cost >= 0) {
            Some(0) => Ok(()),
            Some(_) => Err(Rejection::ShippingNotFree),
            None if free_if_unknown => Ok(()),
            None => Err(Rejection::ShippingUnknown),
        }
    }

    /// Amazon's warehouse is in the country of the marketplace, whatever the answer leaves out.
    fn accepts_country(&self, offer: &Offer) -> bool {
        let wanted = |from: &str| {
            let mut countries = self.countries.iter();
            countries.any(|country| country.eq_ignore_ascii_case(from))
        };
        match offer.ships_from.as_deref() {
            _ if self.countries.is_empty() => true,
            Some(from) => wanted(from),
            None => offer.fulfilled_by_amazon,
        }
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

impl Offer {
    /// In new condition.
    pub fn is_new(&self) -> bool {
        let condition = self.sub_condition.as_deref();
        condition.is_some_and(|condition| condition.eq_ignore_ascii_case("new"))
    }

    /// Hours from `now` until it is likely shipped: those until its date, and the handling time.
    ///
    /// An offer for a later date has a handling time of 0 hours on the wire (source:
    /// selling-partner-api-models issue 1943), so the date decides, whatever the kind of
    /// availability.
    ///
    /// # Errors
    ///
    /// The [`Rejection`] of an offer that does not say when it is shipped.
    pub fn hours_until_shipped(&self, now: DateTime<Utc>) -> Result<i64, Rejection> {
        let handling = self.max_handling_hours.filter(|hours| *hours >= 0);
        let handling = handling.ok_or(Rejection::NoHandlingTime)?;
        let wait = self.available_at.map(|at| at - now);
        let counts = |wait: &TimeDelta| *wait >= -DATE_COUNTS_FOR;
        let wait = match self.availability {
            Availability::Later => None,
            Availability::OnDate => wait.filter(counts),
            Availability::Now | Availability::Unknown => Some(wait.unwrap_or_default()),
        };
        let seconds = wait.ok_or(Rejection::NoShippingDate)?.num_seconds();
        let started_hours = seconds.max(0).saturating_add(3599) / 3600;
        Ok(handling.saturating_add(started_hours))
    }

    /// Neither a price nor a time until shipping: Amazon has sent empty objects in place of both
    /// (source: selling-partner-api-models issue 848), which says nothing about the offer.
    pub fn is_blank(&self) -> bool {
        let unknown_condition = self.sub_condition.is_none();
        (unknown_condition || self.is_new())
            && self.listing_price.is_none()
            && self.max_handling_hours.is_none()
            && self.available_at.is_none()
    }
}
