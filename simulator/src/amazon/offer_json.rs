//! One offer as Product Pricing v0 writes it, and the amounts that offers are made of.
//!
//! Source: official model `productPricingV0.json` (2026-08-05), `OfferDetail` and `MoneyType`.

use serde::{Serialize, Serializer};

use crate::catalog::{Availability, TrueOffer};

/// An amount that Amazon writes as `1358` or as `1358.0`.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    pub yen: i64,
    pub with_fraction: bool,
}

impl Serialize for Amount {
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
pub struct Money<'a> {
    pub currency_code: &'a str,
    pub amount: Amount,
}

impl<'a> Money<'a> {
    pub fn of(offer: &'a TrueOffer, yen: i64) -> Self {
        let amount = Amount {
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
pub struct Points<'a> {
    points_number: i64,
    points_monetary_value: Money<'a>,
}

impl<'a> Points<'a> {
    pub fn of(offer: &'a TrueOffer) -> Option<Self> {
        (offer.points > 0).then(|| Self {
            points_number: offer.points,
            points_monetary_value: Money::of(offer, offer.points),
        })
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShippingTime<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_hours: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_hours: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_type: Option<Availability>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Prime {
    is_prime: bool,
    is_national_prime: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShipsFrom<'a> {
    country: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct FeedbackRating {
    feedback_count: i64,
    seller_positive_feedback_rating: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Offer<'a> {
    sub_condition: &'a str,
    seller_id: &'a str,
    listing_price: Money<'a>,
    shipping: Money<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<Points<'a>>,
    shipping_time: ShippingTime<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seller_feedback_rating: Option<FeedbackRating>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ships_from: Option<ShipsFrom<'a>>,
    #[serde(rename = "IsFulfilledByAmazon")]
    is_fulfilled_by_amazon: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    prime_information: Option<Prime>,
    is_buy_box_winner: bool,
    is_featured_merchant: bool,
}

impl<'a> Offer<'a> {
    pub fn of(offer: &'a TrueOffer) -> Self {
        Self {
            sub_condition: &offer.sub_condition,
            seller_id: &offer.seller_id,
            listing_price: Money::of(offer, offer.price),
            shipping: Money::of(offer, offer.shipping),
            points: Points::of(offer),
            shipping_time: ShippingTime {
                minimum_hours: offer.minimum_hours,
                maximum_hours: offer.maximum_hours,
                available_date: offer.available_date.as_deref(),
                availability_type: offer.availability,
            },
            seller_feedback_rating: offer.feedback.map(|feedback| FeedbackRating {
                feedback_count: feedback.count,
                seller_positive_feedback_rating: feedback.positive_percent,
            }),
            ships_from: offer
                .ships_from
                .as_deref()
                .map(|country| ShipsFrom { country }),
            is_fulfilled_by_amazon: offer.fba,
            prime_information: offer.prime.then_some(Prime {
                is_prime: true,
                is_national_prime: true,
            }),
            is_buy_box_winner: offer.winner,
            is_featured_merchant: offer.featured,
        }
    }
}
