//! Reads rows of listings, their basic information and their observations.

use super::product_rows::read_info;
use crate::store::db::StoredRow;
use shared::domain::asin::Asin;
use shared::domain::basic_info::BasicInfo;
use shared::domain::desired::{HoldReason, Urgency};
use shared::domain::listing::{ItemId, Listing, ListingId, Unconfirmed};
use shared::domain::money::Yen;
use shared::domain::outcome::Outcome;
use shared::domain::product::Seen;
use shared::ports::store::{ListingRow, SeenInterval, StoreError};
use std::collections::HashMap;

pub(crate) fn listing_row(row: &StoredRow) -> Result<ListingRow, StoreError> {
    let version = row.maybe_number("desired_version")?;
    Ok(ListingRow {
        listing: read_listing(row)?,
        desired: version
            .map(|version| Ok((version, row.state("desired_")?)))
            .transpose()?,
        hold: row.maybe_word("hold_reason", HoldReason::from_word)?,
        sold_out_since: row.maybe_at("sold_out_since")?,
        sale: row.maybe_small("sale_yen")?.map(Yen),
        unconfirmed: unconfirmed(row)?,
    })
}

/// Reads what was sent and not confirmed: `None` when the shown state is confirmed.
pub(crate) fn unconfirmed(row: &StoredRow) -> Result<Option<Unconfirmed>, StoreError> {
    if row.number("sends")? == 0 {
        return Ok(None);
    }
    let sent = row.maybe_text("sent")?.unwrap_or_default();
    let states = serde_json::from_str(&format!("[{sent}]"));
    let states = states.map_err(|error| StoreError::Damaged(format!("sent states: {error}")))?;
    Ok(Some(Unconfirmed(states)))
}

/// Reads a listing; the columns `shown_*` are what the shop shows.
pub(crate) fn read_listing(row: &StoredRow) -> Result<Listing, StoreError> {
    Ok(Listing {
        id: ListingId(row.number("id")?),
        account: row.account()?,
        asin: row.asin()?,
        item: ItemId(row.number("item_id")?),
        shown: row.state("shown_")?,
    })
}

/// Listing, version and urgency: the fields of an update's message.
pub(crate) fn update_key(row: &StoredRow) -> Result<(ListingId, i64, Urgency), StoreError> {
    Ok((
        ListingId(row.number("listing_id")?),
        row.number("version")?,
        row.word("urgency", Urgency::from_word)?,
    ))
}

/// Basic information by ASIN.
pub(crate) fn read_infos(rows: &[StoredRow]) -> Result<HashMap<Asin, Seen<BasicInfo>>, StoreError> {
    let mut infos = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(info) = read_info(row)? {
            infos.insert(row.asin()?, info);
        }
    }
    Ok(infos)
}

/// Reads one observation and the time for which it stayed the same.
pub(crate) fn interval(row: &StoredRow) -> Result<SeenInterval, StoreError> {
    let offers = serde_json::from_str(row.text("offers")?);
    Ok(SeenInterval {
        first_at: row.at("first_seen_at")?,
        last_at: row.at("last_seen_at")?,
        outcome: row.word("outcome", Outcome::from_word)?,
        price: row.maybe_small("price_yen")?,
        offers: offers.map_err(|error| StoreError::Damaged(format!("offers: {error}")))?,
    })
}
