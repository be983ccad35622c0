//! What the world begins with: the accounts of the shops and the items they list.

mod accounts;
mod listings;

pub use accounts::{SimulatedAccount, accounts_toml, opening_accounts};
pub use listings::{OpeningListing, listings_csv, opening_listings};
