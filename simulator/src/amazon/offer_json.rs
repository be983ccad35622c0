//! One offer in the JSON of Product Pricing v0, and the amounts in it.
//!
//! Source: official model `productPricingV0.json` (2026-08-05), `OfferDetail` and `MoneyType`.

use serde::{Serialize, Serializer};

use crate::catalog::{OfferAvailability, TrueOffer};

/// An amount, which Amazon writes as `1358` or as `1358.0`.
#[derive(Debug, Clone, Copy)]
pub struct AmountJson {
    pub yen: i64,
    pub with_fraction: bool,
}

impl Serialize for AmountJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.with_fraction {
            serializer.serialize_f64(crate::yen::exact(self.yen))
        } else {
            serializer.serialize_i64(self.yen)
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MoneyJson<'a> {
    pub currency_code: &'a str,
    pub amount: AmountJson,
}

impl<'a> MoneyJson<'a> {
    pub fn of(offer: &'a TrueOffer, yen: i64) -> Self {
        let amount = AmountJson {
            yen,
            with_fraction: offer.with_fraction,
        };
        Self {
            currency_code: &offer.currency,
            amount,
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PointsJson<'a> {
    points_number: i64,
    points_monetary_value: MoneyJson<'a>,
}

impl<'a> PointsJson<'a> {
    pub fn of(offer: &'a TrueOffer) -> Option<Self> {
        (offer.points > 0).then(|| Self {
            points_number: offer.points,
            points_monetary_value: MoneyJson::of(offer, offer.points),
        })
    }
}

/// A money or a time that Amazon leaves out or, as a fault, leaves empty: `{}` (issue 848 of the
/// models' repository).
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum PartJson<T> {
    Whole(T),
    Blank {},
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShippingTimeJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_hours: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_hours: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_type: Option<OfferAvailability>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PrimeJson {
    is_prime: bool,
    is_national_prime: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShipsFromJson<'a> {
    country: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct FeedbackJson {
    feedback_count: i64,
    seller_positive_feedback_rating: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the vendor's offer"
)]
pub struct OfferJson<'a> {
    sub_condition: &'a str,
    seller_id: &'a str,
    listing_price: PartJson<MoneyJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping: Option<MoneyJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<PointsJson<'a>>,
    shipping_time: PartJson<ShippingTimeJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seller_feedback_rating: Option<FeedbackJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ships_from: Option<ShipsFromJson<'a>>,
    #[serde(rename = "IsFulfilledByAmazon")]
    is_fulfilled_by_amazon: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    prime_information: Option<PrimeJson>,
    is_buy_box_winner: bool,
    is_featured_merchant: bool,
    /// False on the seller's own offers as well (reports from Europe).
    my_offer: bool,
}

impl<'a> OfferJson<'a> {
    pub fn of(offer: &'a TrueOffer) -> Self {
        Self {
            sub_condition: &offer.sub_condition,
            seller_id: &offer.seller_id,
            listing_price: PartJson::Whole(MoneyJson::of(offer, offer.price)),
            shipping: (!offer.shipping_missing).then(|| MoneyJson::of(offer, offer.shipping)),
            points: PointsJson::of(offer),
            shipping_time: PartJson::Whole(ShippingTimeJson {
                minimum_hours: offer.minimum_hours,
                maximum_hours: offer.maximum_hours,
                available_date: offer.available_date.as_deref(),
                availability_type: offer.availability,
            }),
            seller_feedback_rating: offer.feedback.map(|feedback| FeedbackJson {
                feedback_count: feedback.count,
                seller_positive_feedback_rating: feedback.positive_percent,
            }),
            ships_from: offer
                .ships_from
                .as_deref()
                .map(|country| ShipsFromJson { country }),
            is_fulfilled_by_amazon: offer.fba,
            prime_information: offer.prime.then_some(PrimeJson {
                is_prime: true,
                is_national_prime: true,
            }),
            is_buy_box_winner: offer.winner,
            is_featured_merchant: offer.featured,
            my_offer: false,
        }
    }

    /// Tells a tenth of the price.
    pub fn cheapen(&mut self) {
        if let PartJson::Whole(price) = &mut self.listing_price {
            price.amount.yen /= 10;
        }
    }

    /// Leaves price and shipping time as empty objects.
    pub fn blank(&mut self) {
        self.listing_price = PartJson::Blank {};
        self.shipping_time = PartJson::Blank {};
    }
}
