//! One offer on Amazon.
//!
//! This is the simulator's own form of an offer; `amazon` makes the vendor's JSON from it. The
//! market controls read and write it as JSON.

use serde::{Deserialize, Serialize};

/// When an offer can be shipped: `ShippingTime.availabilityType` of the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OfferAvailability {
    Now,
    FutureWithDate,
    FutureWithoutDate,
}

/// How buyers rated a seller.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SellerFeedback {
    /// Number of ratings.
    pub count: i64,
    /// Percentage of positive ratings.
    pub positive_percent: f64,
}

/// One offer; all amounts in whole yen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the vendor's offer"
)]
pub struct TrueOffer {
    pub seller_id: String,
    /// As in the vendor's JSON: `new`, `mint`, `very_good` and so on.
    pub sub_condition: String,
    pub price: i64,
    pub shipping: i64,
    /// Whether the answer leaves the shipping out.
    pub shipping_missing: bool,
    pub points: i64,
    pub minimum_hours: Option<i64>,
    /// Hours until the offer is shipped; `None` for an offer by invitation.
    pub maximum_hours: Option<i64>,
    pub availability: Option<OfferAvailability>,
    pub available_date: Option<String>,
    pub fba: bool,
    pub prime: bool,
    pub featured: bool,
    pub winner: bool,
    pub feedback: Option<SellerFeedback>,
    pub ships_from: Option<String>,
    /// `JPY` by default.
    pub currency: String,
    /// Whether amounts are written as `1358.0` rather than `1358`; Amazon does both.
    pub with_fraction: bool,
}

impl Default for TrueOffer {
    /// The best possible offer: new, free shipping, shipped at once, Prime.
    fn default() -> Self {
        Self {
            seller_id: "AEXAMPLESELLER1".to_owned(),
            sub_condition: "new".to_owned(),
            price: 1_000,
            shipping: 0,
            shipping_missing: false,
            points: 0,
            minimum_hours: Some(0),
            maximum_hours: Some(0),
            availability: Some(OfferAvailability::Now),
            available_date: None,
            fba: true,
            prime: true,
            featured: true,
            winner: false,
            feedback: None,
            ships_from: Some("JP".to_owned()),
            currency: "JPY".to_owned(),
            with_fraction: false,
        }
    }
}

impl TrueOffer {
    /// What a buyer pays: price and shipping less points.
    pub fn landed(&self) -> i64 {
        self.price
            .saturating_add(self.shipping)
            .saturating_sub(self.points)
    }

    /// Whether the shop owner would sell from this offer: new, free shipping, shipped within 72
    /// hours (the rule of a comparable shop). An offer for a later date is not.
    pub fn is_usable(&self) -> bool {
        self.sub_condition.eq_ignore_ascii_case("new")
            && self
                .availability
                .is_none_or(|availability| availability == OfferAvailability::Now)
            && self.shipping == 0
            && (!self.shipping_missing || self.prime || self.fba)
            && self.price > 0
            && self.currency == "JPY"
            && self.maximum_hours.is_some_and(|hours| hours <= 72)
    }

    /// How good a usable offer is: shipped at once, then soon, then Prime, then FBA.
    pub fn score(&self) -> i64 {
        let now = self.availability == Some(OfferAvailability::Now);
        let points = |holds: bool, points: i64| if holds { points } else { 0 };
        points(now, 1_000)
            + points(self.prime, 100)
            + points(self.fba, 50)
            + 72_i64.saturating_sub(self.maximum_hours.unwrap_or(72).max(0))
    }
}
