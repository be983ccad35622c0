//! What the world begins with: the accounts of the shops and the items they list.

mod accounts;
mod listings;

pub use accounts::{Account, accounts_toml, opening_accounts};
pub use listings::{Listing, listings_csv, opening_listings};
