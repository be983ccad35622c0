//! Everything about an ASIN as one JSON object. Times are UTC, yen are integers.

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::desired::HoldReason;
use shared::domain::listing::{ItemId, ListingStatus, ShopState};
use shared::domain::money::Yen;
use shared::domain::product::{Product, Seen, Stock};
use shared::ports::store::{AsinHistory, ListingHistory, SeenInterval, UpdateHistory};

/// Everything about an ASIN.
#[derive(Debug, Serialize)]
pub struct ExplainView {
    pub asin: Asin,
    pub product: Option<ProductView>,
    /// Texts and images, and when they were fetched.
    pub basic_info: Option<Seen<BasicInfo>>,
    /// Newest first.
    pub seen: Vec<SeenInterval>,
    pub listings: Vec<ListingView>,
    /// Registered, and not in the shop yet.
    pub pending: Vec<PendingView>,
    /// Newest first.
    pub updates: Vec<UpdateHistory>,
}

#[derive(Debug, Serialize)]
pub struct ProductView {
    pub price: Option<Seen<Yen>>,
    /// A price that fell too far in one answer, and is not confirmed.
    pub doubted: Option<Seen<Yen>>,
    pub stock: Option<Seen<Stock>>,
    pub invalid_since: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize)]
pub struct ListingView {
    pub account: AccountId,
    pub item_id: ItemId,
    pub sku: String,
    pub status: ListingStatus,
    pub shown: ShopState,
    pub applied_at: Option<DateTime<Utc>>,
    /// Sent to the shop, and not confirmed by an answer.
    pub unconfirmed: Vec<ShopState>,
    pub desired: Option<DesiredView>,
    pub hold: Option<HoldReason>,
}

#[derive(Debug, Serialize)]
pub struct PendingView {
    pub account: AccountId,
    pub since: DateTime<Utc>,
}

#[derive(Debug, Serialize)]
pub struct DesiredView {
    pub version: i64,
    pub state: ShopState,
    pub at: DateTime<Utc>,
}

/// The view of `story`.
pub fn view(asin: Asin, story: AsinHistory) -> ExplainView {
    ExplainView {
        asin,
        product: story.product.as_ref().map(product),
        basic_info: story.info,
        seen: story.seen,
        listings: story.listings.into_iter().map(listing).collect(),
        pending: story
            .pending
            .into_iter()
            .map(|(account, since)| PendingView { account, since })
            .collect(),
        updates: story.updates,
    }
}

fn product(product: &Product) -> ProductView {
    ProductView {
        price: product.price,
        doubted: product.doubted,
        stock: product.stock,
        invalid_since: product.invalid.map(|mark| mark.since),
    }
}

fn listing(story: ListingHistory) -> ListingView {
    let desired = |(version, state, at)| DesiredView { version, state, at };
    ListingView {
        account: story.listing.account,
        item_id: story.listing.item,
        sku: story.sku,
        status: story.status,
        shown: story.listing.shown,
        applied_at: story.applied_at,
        unconfirmed: story.unconfirmed.map_or_else(Vec::new, |sent| sent.0),
        desired: story.desired.map(desired),
        hold: story.hold,
    }
}
