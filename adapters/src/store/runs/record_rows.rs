//! A record as rows, one list for each statement. Each list becomes one JSON text.

use crate::store::db::instant;
use crate::store::listings::product_rows::{InfoRow, ProductRow};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::desired::{HoldReason, Urgency};
use shared::domain::listing::ListingId;
use shared::domain::observation::{JudgedOffer, Verdict};
use shared::domain::outcome::{MissReason, Outcome};
use shared::domain::product::StockChange;
use shared::ports::store::{ListingDecision, Record, RecordedAsin};
use std::collections::BTreeMap;

/// The rows of one record, each list sorted by its key: two records that write the same rows then
/// wait for each other and do not deadlock.
pub(crate) struct RecordRows<'a> {
    pub(crate) products: Vec<ProductRow>,
    pub(crate) infos: Vec<InfoRow<'a>>,
    pub(crate) observations: Vec<ObservationRow<'a>>,
    pub(crate) outcomes: Vec<OutcomeRow>,
    pub(crate) misses: Vec<MissRow<'a>>,
    pub(crate) desired: Vec<DesiredRow>,
    pub(crate) updates: Vec<UpdateRow>,
    /// Registered ASINs whose listings are still to be created, by account.
    pub(crate) pending: BTreeMap<&'a AccountId, Vec<Asin>>,
}

#[derive(Serialize)]
pub(crate) struct ObservationRow<'a> {
    asin: Asin,
    outcome: Outcome,
    price_yen: Option<i64>,
    offers: &'a [JudgedOffer],
}

#[derive(Serialize)]
pub(crate) struct OutcomeRow {
    asin: Asin,
    outcome: Outcome,
    cache_hit: Option<u8>,
    cache_miss: Option<MissReason>,
    old_price_yen: Option<u32>,
    new_price_yen: Option<u32>,
    doubted_price_yen: Option<u32>,
    stock_before: Option<&'static str>,
    stock_change: Option<&'static str>,
}

#[derive(Serialize)]
pub(crate) struct MissRow<'a> {
    asin: Asin,
    reason: Option<MissReason>,
    why: Option<&'a str>,
}

#[derive(Serialize)]
pub(crate) struct DesiredRow {
    listing: ListingId,
    price_yen: u32,
    visible: u8,
    stock: Option<u32>,
    version: i64,
    hold: Option<HoldReason>,
    urgency: Urgency,
    observed_at: String,
}

#[derive(Serialize)]
pub(crate) struct UpdateRow {
    listing: ListingId,
    /// `queued` when an update is due; else `held` when a person has to decide, or `equal`.
    state: &'static str,
    urgency: Urgency,
    hold: Option<HoldReason>,
}

impl<'a> RecordRows<'a> {
    pub(crate) fn of(record: &'a Record) -> Self {
        let mut sorted: Vec<&RecordedAsin> = record.asins.iter().collect();
        sorted.sort_by_key(|asin| asin.product.asin);
        let asins = || sorted.iter().copied();
        let mut decisions: Vec<(&RecordedAsin, &ListingDecision)> = asins()
            .flat_map(|asin| asin.listings.iter().map(move |of| (asin, of)))
            .collect();
        decisions.sort_by_key(|(_, decision)| decision.listing);
        Self {
            products: asins()
                .filter_map(|asin| ProductRow::of(&asin.product))
                .collect(),
            infos: asins()
                .filter_map(|asin| Some(InfoRow::of(asin.product.asin, asin.info.as_ref()?)))
                .collect(),
            observations: asins().filter_map(observation).collect(),
            outcomes: asins().map(outcome).collect(),
            misses: asins()
                .map(|asin| MissRow {
                    asin: asin.product.asin,
                    reason: asin.miss,
                    why: asin.why.as_deref(),
                })
                .collect(),
            desired: decisions
                .iter()
                .map(|(asin, decision)| desired(record, asin, decision))
                .collect(),
            updates: decisions
                .iter()
                .map(|(_, decision)| update(decision))
                .collect(),
            pending: pending(&sorted),
        }
    }
}

fn pending<'a>(asins: &[&'a RecordedAsin]) -> BTreeMap<&'a AccountId, Vec<Asin>> {
    let mut pending: BTreeMap<&AccountId, Vec<Asin>> = BTreeMap::new();
    for asin in asins {
        if let Some(account) = &asin.pending_in {
            pending.entry(account).or_default().push(asin.product.asin);
        }
    }
    pending
}

/// `None` where no request was made: what the cache answers was observed, and stored, before.
fn observation(asin: &RecordedAsin) -> Option<ObservationRow<'_>> {
    let offers = asin.offers.as_deref()?;
    let won = offers
        .iter()
        .find(|offer| matches!(offer.verdict, Verdict::Won(_)));
    Some(ObservationRow {
        asin: asin.product.asin,
        outcome: asin.outcome,
        price_yen: won.and_then(|offer| offer.price),
        offers,
    })
}

fn outcome(asin: &RecordedAsin) -> OutcomeRow {
    let (stock_before, stock_change) = match asin.change.stock {
        Some(StockChange::ToOut) => (Some("in"), Some("to_out")),
        Some(StockChange::ToIn) => (Some("out"), Some("to_in")),
        None => (None, None),
    };
    OutcomeRow {
        asin: asin.product.asin,
        outcome: asin.outcome,
        cache_hit: asin.cache_hit.map(u8::from),
        cache_miss: asin.miss.filter(|_| asin.cache_hit == Some(false)),
        old_price_yen: asin.change.price.map(|(old, _)| old.0),
        new_price_yen: asin.change.price.map(|(_, new)| new.0),
        doubted_price_yen: asin.change.doubted.map(|doubted| doubted.0),
        stock_before,
        stock_change,
    }
}

/// `observed_at` is the time of the newest observation that the desired state is computed from, or
/// now if a wrong clock has dated it later.
fn desired(record: &Record, asin: &RecordedAsin, decision: &ListingDecision) -> DesiredRow {
    let priced_at = asin.product.price.map(|price| price.at);
    let stocked_at = asin.product.stock.map(|stock| stock.at);
    DesiredRow {
        listing: decision.listing,
        price_yen: decision.desired.price.0,
        visible: u8::from(decision.desired.visible),
        stock: decision.desired.stock,
        version: decision.version,
        hold: decision.hold,
        urgency: decision.update.unwrap_or(Urgency::Normal),
        observed_at: instant(
            priced_at
                .max(stocked_at)
                .map_or(record.at, |seen| seen.min(record.at)),
        ),
    }
}

fn update(decision: &ListingDecision) -> UpdateRow {
    UpdateRow {
        listing: decision.listing,
        state: match (decision.update, decision.hold) {
            (Some(_), _) => "queued",
            (None, Some(_)) => "held",
            (None, None) => "equal",
        },
        urgency: decision.update.unwrap_or(Urgency::Normal),
        hold: decision.hold,
    }
}
