//! The rows of an import, as its statements read them.

use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::ItemId;

/// Listings in one round of statements: about a megabyte of JSON.
pub(super) const CHUNK: usize = 8_000;

/// A listing as the parameter of the statements.
#[derive(Serialize)]
pub(super) struct ImportRow<'a> {
    pub(super) no: usize,
    pub(super) account: &'a AccountId,
    pub(super) asin: Asin,
    pub(super) item: ItemId,
    pub(super) sku: &'a str,
    pub(super) price_yen: u32,
    pub(super) visible: u8,
    pub(super) stock: Option<u32>,
}
