//! `getCompetitivePricing`: the featured price of up to twenty ASINs and how many offers exist.

use serde::Serialize;

use super::batch_request::BadBatch;
use super::error;
use super::marketplace::MARKETPLACE;
use super::offer_json::{Money, Points};
use crate::catalog::AsinState;
use crate::http::{Incoming, Reply};
use crate::state::World;

#[derive(Serialize)]
struct Wrapper<'a> {
    payload: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    status: &'static str,
    #[serde(rename = "ASIN")]
    asin: &'a str,
    #[serde(rename = "Product", skip_serializing_if = "Option::is_none")]
    product: Option<ProductBlock<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProductBlock<'a> {
    identifiers: Identifiers<'a>,
    #[serde(rename = "CompetitivePricing")]
    pricing: CompetitivePricing<'a>,
    sales_rankings: [u8; 0],
}

#[derive(Serialize)]
struct Identifiers<'a> {
    #[serde(rename = "MarketplaceASIN")]
    marketplace_asin: MarketplaceAsin<'a>,
}

#[derive(Serialize)]
struct MarketplaceAsin<'a> {
    #[serde(rename = "MarketplaceId")]
    marketplace_id: &'a str,
    #[serde(rename = "ASIN")]
    asin: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CompetitivePricing<'a> {
    #[serde(rename = "CompetitivePrices")]
    prices: Vec<CompetitivePrice<'a>>,
    number_of_offer_listings: Vec<OfferListings>,
}

#[derive(Serialize)]
struct CompetitivePrice<'a> {
    #[serde(rename = "CompetitivePriceId")]
    id: &'static str,
    #[serde(rename = "Price")]
    price: Price<'a>,
    condition: &'static str,
    subcondition: &'static str,
    #[serde(rename = "belongsToRequester")]
    ours: bool,
}

#[derive(Serialize)]
struct Price<'a> {
    #[serde(rename = "LandedPrice")]
    landed: Money<'a>,
    #[serde(rename = "ListingPrice")]
    listing: Money<'a>,
    #[serde(rename = "Shipping")]
    shipping: Money<'a>,
    #[serde(rename = "Points", skip_serializing_if = "Option::is_none")]
    points: Option<Points<'a>>,
}

#[derive(Serialize)]
struct OfferListings {
    #[serde(rename = "Count")]
    count: i64,
    condition: &'static str,
}

pub fn answer(world: &World, incoming: &Incoming) -> Reply {
    if incoming.query("MarketplaceId") != Some(MARKETPLACE) {
        return error::invalid_input(BadBatch::MarketplaceId.message());
    }
    if incoming.query("ItemType") != Some("Asin") {
        return error::reply(404, "NotFound", "The requested resource doesn't exist.");
    }
    let asins: Vec<&str> = incoming
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
        .map(|(asin, state)| Entry {
            status: if state.known {
                "Success"
            } else {
                "ClientError"
            },
            asin,
            product: state.known.then(|| product(asin, state)),
        })
        .collect();
    let mut reply = Reply::json(200, &Wrapper { payload });
    reply.note.touched = asins.iter().map(|asin| (*asin).to_owned()).collect();
    reply
}

fn product<'a>(asin: &'a str, state: &'a AsinState) -> ProductBlock<'a> {
    let featured = state.offers.iter().filter(|offer| offer.winner);
    let new = i64::try_from(state.offers.len()).unwrap_or(0);
    let listings = [("New", new), ("Any", state.total_offers)];
    ProductBlock {
        identifiers: Identifiers {
            marketplace_asin: MarketplaceAsin {
                marketplace_id: MARKETPLACE,
                asin,
            },
        },
        pricing: CompetitivePricing {
            prices: featured
                .map(|offer| CompetitivePrice {
                    id: "1",
                    price: Price {
                        landed: Money::of(offer, offer.landed()),
                        listing: Money::of(offer, offer.price),
                        shipping: Money::of(offer, offer.shipping),
                        points: Points::of(offer),
                    },
                    condition: "New",
                    subcondition: "New",
                    ours: false,
                })
                .collect(),
            number_of_offer_listings: listings
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(condition, count)| OfferListings { count, condition })
                .collect(),
        },
        sales_rankings: [],
    }
}
