//! Listings: catalogue, products, updates and history.

mod asin_history;
mod catalogue;
mod changes;
mod import;
mod import_held;
mod import_met;
mod import_row;
pub(super) mod pending;
pub(super) mod product_rows;
pub(super) mod rows;
mod settlement;
mod updates;
