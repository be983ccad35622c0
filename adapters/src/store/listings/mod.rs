//! Listings: the catalogue, products, updates and history.

pub(super) mod asin_history;
pub(super) mod catalogue;
pub(super) mod changes;
pub(super) mod import;
pub(super) mod pending;
pub(super) mod product_rows;
pub(super) mod updates;
