//! The answer about the offers of one ASIN, as Product Pricing v0 writes it.
//!
//! Source: official model `productPricingV0.json` (2026-08-05), `GetOffersResult`.

use serde::Serialize;

use super::marketplace::MARKETPLACE;
use super::offer_json::{Money, Offer, Points};
use crate::catalog::{AsinState, TrueOffer};

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
            marketplace_id: MARKETPLACE,
            asin,
            item_condition: "New",
        };
        Self {
            marketplace_id: Some(MARKETPLACE),
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
