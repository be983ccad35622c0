//! All offers of one ASIN and their summary, in the JSON of Product Pricing v0.
//!
//! Source: official model `productPricingV0.json` (2026-08-05), `GetOffersResult`.

use serde::Serialize;

use super::marketplace::MARKETPLACE;
use super::offer_json::{MoneyJson, OfferJson, PointsJson};
use crate::catalog::{AsinState, TrueOffer};

#[derive(Debug, Serialize)]
struct OfferCountJson {
    condition: &'static str,
    #[serde(rename = "fulfillmentChannel")]
    channel: &'static str,
    #[serde(rename = "OfferCount")]
    offers: usize,
}

#[derive(Debug, Serialize)]
struct SummaryPriceJson<'a> {
    condition: &'a str,
    #[serde(rename = "fulfillmentChannel", skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    #[serde(rename = "LandedPrice")]
    landed_price: MoneyJson<'a>,
    #[serde(rename = "ListingPrice")]
    listing_price: MoneyJson<'a>,
    #[serde(rename = "Shipping")]
    shipping: MoneyJson<'a>,
    #[serde(rename = "Points", skip_serializing_if = "Option::is_none")]
    points: Option<PointsJson<'a>>,
}

impl<'a> SummaryPriceJson<'a> {
    fn of(offer: &'a TrueOffer, channel: Option<&'static str>) -> Self {
        Self {
            // Written as `new` and as `New`.
            condition: &offer.sub_condition,
            channel,
            landed_price: MoneyJson::of(offer, offer.landed()),
            listing_price: MoneyJson::of(offer, offer.price),
            shipping: MoneyJson::of(offer, offer.shipping),
            points: PointsJson::of(offer),
        }
    }
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SummaryJson<'a> {
    total_offer_count: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    number_of_offers: Vec<OfferCountJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lowest_prices: Vec<SummaryPriceJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buy_box_prices: Vec<SummaryPriceJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buy_box_eligible_offers: Vec<OfferCountJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offers_available_time: Option<String>,
}

impl<'a> SummaryJson<'a> {
    fn of(state: &'a AsinState) -> Self {
        let counts = |wanted: fn(&TrueOffer) -> bool| -> Vec<OfferCountJson> {
            [("Amazon", true), ("Merchant", false)]
                .into_iter()
                .map(|(channel, fba)| {
                    let counted = |offer: &&TrueOffer| offer.fba == fba && wanted(offer);
                    OfferCountJson {
                        condition: "new",
                        channel,
                        offers: state.offers.iter().filter(counted).count(),
                    }
                })
                .filter(|count| count.offers > 0)
                .collect()
        };
        let lowest = [("Amazon", true), ("Merchant", false)]
            .into_iter()
            .filter_map(|(name, fba)| {
                let in_channel = state.offers.iter().filter(|offer| offer.fba == fba);
                let lowest = in_channel.min_by_key(|offer| offer.landed())?;
                Some(SummaryPriceJson::of(lowest, Some(name)))
            });
        let winners = state.offers.iter().filter(|offer| offer.winner);
        Self {
            total_offer_count: state.total_offers,
            number_of_offers: counts(|_| true),
            lowest_prices: lowest.collect(),
            buy_box_prices: winners
                .map(|offer| SummaryPriceJson::of(offer, None))
                .collect(),
            buy_box_eligible_offers: counts(|offer| offer.featured),
            offers_available_time: None,
        }
    }
}

#[derive(Debug, Serialize)]
struct IdentifierJson<'a> {
    #[serde(rename = "MarketplaceId")]
    marketplace_id: &'a str,
    #[serde(rename = "ASIN")]
    asin: &'a str,
    #[serde(rename = "ItemCondition")]
    item_condition: &'a str,
}

/// The `payload` of one ASIN.
#[derive(Debug, Serialize)]
pub struct OffersPayloadJson<'a> {
    #[serde(rename = "marketplaceId", skip_serializing_if = "Option::is_none")]
    marketplace_id: Option<&'a str>,
    /// The spelling of the model until early 2026.
    #[serde(rename = "MarketplaceID", skip_serializing_if = "Option::is_none")]
    old_marketplace_id: Option<&'a str>,
    #[serde(rename = "ASIN")]
    asin: &'a str,
    #[serde(rename = "ItemCondition")]
    item_condition: &'a str,
    status: &'static str,
    #[serde(rename = "Identifier")]
    identifier: IdentifierJson<'a>,
    #[serde(rename = "Summary")]
    summary: SummaryJson<'a>,
    #[serde(rename = "Offers")]
    offers: Vec<OfferJson<'a>>,
}

impl<'a> OffersPayloadJson<'a> {
    /// The payload of `asin` in `state`. For an ASIN that was listed too recently it names
    /// `available_at`.
    pub fn of(asin: &'a str, state: &'a AsinState, available_at: &str) -> Self {
        if state.too_soon {
            let mut payload = Self::without_offers(asin, "ActiveButTooSoonForProcessing");
            payload.summary.offers_available_time = Some(available_at.to_owned());
            return payload;
        }
        if state.variation_parent || state.offers.is_empty() {
            return Self::no_offers(asin);
        }
        Self {
            summary: SummaryJson::of(state),
            offers: state.offers.iter().take(20).map(OfferJson::of).collect(),
            ..Self::without_offers(asin, "Success")
        }
    }

    /// `NoBuyableOffers`, Amazon's statement that the ASIN is out of stock.
    pub fn no_offers(asin: &'a str) -> Self {
        Self::without_offers(asin, "NoBuyableOffers")
    }

    /// Leaves out the offers that the summary counts (issue 2670 of the models' repository).
    pub fn unlist(&mut self) {
        self.offers.clear();
    }

    /// Tells a tenth of the price of every offer.
    pub fn cheapen(&mut self) {
        self.offers.iter_mut().for_each(OfferJson::cheapen);
    }

    /// Leaves price and shipping time of every offer empty.
    pub fn blank(&mut self) {
        self.offers.iter_mut().for_each(OfferJson::blank);
    }

    /// Uses the spelling of the older model.
    pub fn use_old_spelling(&mut self) {
        self.old_marketplace_id = self.marketplace_id.take();
    }

    fn without_offers(asin: &'a str, status: &'static str) -> Self {
        let identifier = IdentifierJson {
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
            summary: SummaryJson::default(),
            offers: Vec::new(),
        }
    }
}
