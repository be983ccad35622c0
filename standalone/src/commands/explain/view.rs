//! Everything about an ASIN as one JSON object. Times are UTC, yen are integers.

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::desired::HoldReason;
use shared::domain::listing::{ItemId, ListingStatus, ShopState};
use shared::domain::money::Yen;
use shared::domain::observation::JudgedOffer;
use shared::domain::outcome::Outcome;
use shared::domain::product::{Product, Seen, Stock};
use shared::domain::run::RunId;
use shared::ports::store::{AsinHistory, ListingHistory, SeenInterval, UpdateHistory};

/// Everything about an ASIN.
#[derive(Debug, Serialize)]
pub struct ExplainView {
    pub asin: Asin,
    pub product: Option<ProductView>,
    /// Texts and images, and when they were fetched.
    pub basic_info: Option<Seen<BasicInfo>>,
    /// Newest first.
    pub seen: Vec<ObservedView>,
    pub listings: Vec<ListingView>,
    /// Registered, and not in the shop yet.
    pub pending: Vec<PendingView>,
    /// Newest first.
    pub updates: Vec<UpdateView>,
}

#[derive(Debug, Serialize)]
pub struct ProductView {
    pub price: Option<Seen<Yen>>,
    pub stock: Option<Seen<Stock>>,
    pub invalid_since: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize)]
pub struct ObservedView {
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub outcome: Outcome,
    pub price: Option<Yen>,
    pub offers: Vec<JudgedOffer>,
}

#[derive(Debug, Serialize)]
pub struct ListingView {
    pub account: AccountId,
    pub item_id: ItemId,
    pub sku: String,
    pub status: ListingStatus,
    pub shown: ShopState,
    pub applied_at: Option<DateTime<Utc>>,
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

#[derive(Debug, Serialize)]
pub struct UpdateView {
    pub run_id: RunId,
    pub account: AccountId,
    pub state: String,
    pub code: Option<String>,
    pub from: ShopState,
    pub to: ShopState,
    pub at: DateTime<Utc>,
}

/// The view of `story`.
pub fn view(asin: Asin, story: AsinHistory) -> ExplainView {
    ExplainView {
        asin,
        product: story.product.as_ref().map(product),
        basic_info: story.info,
        seen: story.seen.into_iter().map(seen).collect(),
        listings: story.listings.into_iter().map(listing).collect(),
        pending: story
            .pending
            .into_iter()
            .map(|(account, since)| PendingView { account, since })
            .collect(),
        updates: story.updates.into_iter().map(update).collect(),
    }
}

fn product(product: &Product) -> ProductView {
    ProductView {
        price: product.price,
        stock: product.stock,
        invalid_since: product.invalid_since,
    }
}

fn seen(seen: SeenInterval) -> ObservedView {
    ObservedView {
        first_at: seen.first_at,
        last_at: seen.last_at,
        outcome: seen.outcome,
        price: seen.price.map(Yen),
        offers: seen.offers,
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
        desired: story.desired.map(desired),
        hold: story.hold,
    }
}

fn update(update: UpdateHistory) -> UpdateView {
    UpdateView {
        run_id: update.run,
        account: update.account,
        state: update.state,
        code: update.code,
        from: update.from,
        to: update.to,
        at: update.at,
    }
}
