//! `getCompetitivePricing`: the featured price and the number of offers of up to 20 ASINs.

use serde::Serialize;

use super::batch_request::InvalidBatch;
use super::error;
use super::marketplace::MARKETPLACE;
use super::offer_json::{MoneyJson, PointsJson};
use crate::catalog::AsinState;
use crate::http::{HttpRequest, HttpResponse};
use crate::state::World;

#[derive(Serialize)]
struct PricingResponseJson<'a> {
    payload: Vec<PricingEntryJson<'a>>,
}

#[derive(Serialize)]
struct PricingEntryJson<'a> {
    status: &'static str,
    #[serde(rename = "ASIN")]
    asin: &'a str,
    #[serde(rename = "Product", skip_serializing_if = "Option::is_none")]
    product: Option<ProductPricingJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProductPricingJson<'a> {
    identifiers: IdentifiersJson<'a>,
    #[serde(rename = "CompetitivePricing")]
    pricing: CompetitivePricingJson<'a>,
    sales_rankings: [u8; 0],
}

#[derive(Serialize)]
struct IdentifiersJson<'a> {
    #[serde(rename = "MarketplaceASIN")]
    marketplace_asin: MarketplaceAsinJson<'a>,
}

#[derive(Serialize)]
struct MarketplaceAsinJson<'a> {
    #[serde(rename = "MarketplaceId")]
    marketplace_id: &'a str,
    #[serde(rename = "ASIN")]
    asin: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CompetitivePricingJson<'a> {
    #[serde(rename = "CompetitivePrices")]
    prices: Vec<CompetitivePriceJson<'a>>,
    number_of_offer_listings: Vec<OfferListingsJson>,
}

#[derive(Serialize)]
struct CompetitivePriceJson<'a> {
    #[serde(rename = "CompetitivePriceId")]
    id: &'static str,
    #[serde(rename = "Price")]
    price: PriceJson<'a>,
    condition: &'static str,
    subcondition: &'static str,
    #[serde(rename = "belongsToRequester")]
    belongs_to_requester: bool,
}

#[derive(Serialize)]
struct PriceJson<'a> {
    #[serde(rename = "LandedPrice")]
    landed: MoneyJson<'a>,
    #[serde(rename = "ListingPrice")]
    listing: MoneyJson<'a>,
    #[serde(rename = "Shipping")]
    shipping: MoneyJson<'a>,
    #[serde(rename = "Points", skip_serializing_if = "Option::is_none")]
    points: Option<PointsJson<'a>>,
}

#[derive(Serialize)]
struct OfferListingsJson {
    #[serde(rename = "Count")]
    count: i64,
    condition: &'static str,
}

pub fn answer(world: &World, request: &HttpRequest) -> HttpResponse {
    if request.query("MarketplaceId") != Some(MARKETPLACE) {
        return error::invalid_input(InvalidBatch::MarketplaceId.message());
    }
    if request.query("ItemType") != Some("Asin") {
        return error::response(404, "NotFound", "The requested resource doesn't exist.");
    }
    let asins: Vec<&str> = request
        .query("Asins")
        .unwrap_or_default()
        .split(',')
        .filter(|s| !s.is_empty())
        .collect();
    if !(1..=20).contains(&asins.len()) {
        return error::invalid_input("Invalid Input");
    }
    let states: Vec<_> = asins.iter().map(|asin| world.market.state(asin)).collect();
    let payload = asins
        .iter()
        .zip(&states)
        .map(|(asin, state)| PricingEntryJson {
            status: if state.known {
                "Success"
            } else {
                "ClientError"
            },
            asin,
            product: state.known.then(|| product(asin, state)),
        })
        .collect();
    let mut response = HttpResponse::json(200, &PricingResponseJson { payload });
    response.note.touched = asins.iter().map(|asin| (*asin).to_owned()).collect();
    response
}

fn product<'a>(asin: &'a str, state: &'a AsinState) -> ProductPricingJson<'a> {
    let featured = state.offers.iter().filter(|offer| offer.winner);
    let new = i64::try_from(state.offers.len()).unwrap_or(0);
    let listings = [("New", new), ("Any", state.total_offers)];
    ProductPricingJson {
        identifiers: IdentifiersJson {
            marketplace_asin: MarketplaceAsinJson {
                marketplace_id: MARKETPLACE,
                asin,
            },
        },
        pricing: CompetitivePricingJson {
            prices: featured
                .map(|offer| CompetitivePriceJson {
                    id: "1",
                    price: PriceJson {
                        landed: MoneyJson::of(offer, offer.landed()),
                        listing: MoneyJson::of(offer, offer.price),
                        shipping: MoneyJson::of(offer, offer.shipping),
                        points: PointsJson::of(offer),
                    },
                    condition: "New",
                    subcondition: "New",
                    belongs_to_requester: false,
                })
                .collect(),
            number_of_offer_listings: listings
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(condition, count)| OfferListingsJson { count, condition })
                .collect(),
        },
        sales_rankings: [],
    }
}
