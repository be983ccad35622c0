//! The answer about the offers of one ASIN, as Product Pricing v0 writes it.
//!
//! Source: official model `productPricingV0.json` (2026-08-05), `GetOffersResult`.

use serde::{Serialize, Serializer};

use crate::catalog::{AsinState, Availability, TrueOffer};

/// An amount that Amazon writes as `1358` or as `1358.0`.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    pub yen: i64,
    pub with_fraction: bool,
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.with_fraction {
            serializer.serialize_f64(crate::catalog::exact(self.yen))
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
struct Offer<'a> {
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
    fn of(offer: &'a TrueOffer) -> Self {
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

#[derive(Debug, Serialize)]
struct Count {
    condition: &'static str,
    #[serde(rename = "fulfillmentChannel")]
    channel: &'static str,
    #[serde(rename = "OfferCount")]
    offers: usize,
}

#[derive(Debug, Serialize)]
struct PriceBlock<'a> {
    condition: &'static str,
    #[serde(rename = "fulfillmentChannel", skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    #[serde(rename = "LandedPrice")]
    landed_price: Money<'a>,
    #[serde(rename = "ListingPrice")]
    listing_price: Money<'a>,
    #[serde(rename = "Shipping")]
    shipping: Money<'a>,
    #[serde(rename = "Points", skip_serializing_if = "Option::is_none")]
    points: Option<Points<'a>>,
}

impl<'a> PriceBlock<'a> {
    fn of(offer: &'a TrueOffer, channel: Option<&'static str>) -> Self {
        Self {
            condition: "new",
            channel,
            landed_price: Money::of(offer, offer.landed()),
            listing_price: Money::of(offer, offer.price),
            shipping: Money::of(offer, offer.shipping),
            points: Points::of(offer),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary<'a> {
    total_offer_count: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    number_of_offers: Vec<Count>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lowest_prices: Vec<PriceBlock<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buy_box_prices: Vec<PriceBlock<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buy_box_eligible_offers: Vec<Count>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offers_available_time: Option<String>,
}

impl<'a> Summary<'a> {
    fn empty() -> Self {
        Self {
            total_offer_count: 0,
            number_of_offers: Vec::new(),
            lowest_prices: Vec::new(),
            buy_box_prices: Vec::new(),
            buy_box_eligible_offers: Vec::new(),
            offers_available_time: None,
        }
    }

    fn of(state: &'a AsinState) -> Self {
        let counts = |wanted: fn(&TrueOffer) -> bool| -> Vec<Count> {
            [("Amazon", true), ("Merchant", false)]
                .into_iter()
                .map(|(channel, fba)| Count {
                    condition: "new",
                    channel,
                    offers: state
                        .offers
                        .iter()
                        .filter(|o| o.fba == fba && wanted(o))
                        .count(),
                })
                .filter(|count| count.offers > 0)
                .collect()
        };
        let lowest = [("Amazon", true), ("Merchant", false)]
            .into_iter()
            .filter_map(|(name, fba)| {
                let ours = state.offers.iter().filter(|offer| offer.fba == fba);
                ours.min_by_key(|offer| offer.landed())
                    .map(|offer| PriceBlock::of(offer, Some(name)))
            });
        let winners = state.offers.iter().filter(|offer| offer.winner);
        Self {
            total_offer_count: state.total_offers,
            number_of_offers: counts(|_| true),
            lowest_prices: lowest.collect(),
            buy_box_prices: winners.map(|offer| PriceBlock::of(offer, None)).collect(),
            buy_box_eligible_offers: counts(|offer| offer.featured),
            offers_available_time: None,
        }
    }
}

#[derive(Debug, Serialize)]
struct Identifier<'a> {
    #[serde(rename = "MarketplaceId")]
    marketplace_id: &'a str,
    #[serde(rename = "ASIN")]
    asin: &'a str,
    #[serde(rename = "ItemCondition")]
    item_condition: &'a str,
}

/// The payload of one ASIN.
#[derive(Debug, Serialize)]
pub struct Payload<'a> {
    #[serde(rename = "marketplaceId", skip_serializing_if = "Option::is_none")]
    marketplace_id: Option<&'a str>,
    /// As the model spelled it until early 2026.
    #[serde(rename = "MarketplaceID", skip_serializing_if = "Option::is_none")]
    old_marketplace_id: Option<&'a str>,
    #[serde(rename = "ASIN")]
    asin: &'a str,
    #[serde(rename = "ItemCondition")]
    item_condition: &'a str,
    status: &'static str,
    #[serde(rename = "Identifier")]
    identifier: Identifier<'a>,
    #[serde(rename = "Summary")]
    summary: Summary<'a>,
    #[serde(rename = "Offers")]
    offers: Vec<Offer<'a>>,
}

impl<'a> Payload<'a> {
    /// What Amazon says of `asin` while `state` is true, at `available_at` if it is too soon.
    pub fn of(asin: &'a str, state: &'a AsinState, available_at: &str) -> Self {
        if state.too_soon {
            let mut payload = Self::without_offers(asin, "ActiveButTooSoonForProcessing");
            payload.summary.offers_available_time = Some(available_at.to_owned());
            return payload;
        }
        if state.offers.is_empty() {
            return Self::no_offers(asin);
        }
        Self {
            summary: Summary::of(state),
            offers: state.offers.iter().take(20).map(Offer::of).collect(),
            ..Self::without_offers(asin, "Success")
        }
    }

    /// `NoBuyableOffers`, the only clean way of Amazon to say that nobody sells it.
    pub fn no_offers(asin: &'a str) -> Self {
        Self::without_offers(asin, "NoBuyableOffers")
    }

    /// The same payload in the spelling of the older model.
    pub fn in_old_spelling(mut self) -> Self {
        self.old_marketplace_id = self.marketplace_id.take();
        self
    }

    fn without_offers(asin: &'a str, status: &'static str) -> Self {
        let identifier = Identifier {
            marketplace_id: super::MARKETPLACE,
            asin,
            item_condition: "New",
        };
        Self {
            marketplace_id: Some(super::MARKETPLACE),
            old_marketplace_id: None,
            asin,
            item_condition: "New",
            status,
            identifier,
            summary: Summary::empty(),
            offers: Vec::new(),
        }
    }
}
