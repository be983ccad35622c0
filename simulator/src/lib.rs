//! Amazon, BASE and Chatwork, simulated from the vendors' papers.
//!
//! It stands where the real services stand: Miseban's wire tests, its demo and its load tests talk
//! to it by the real paths. It imports nothing of Miseban, so that a misreading on one side does
//! not cancel out on the other. The same [`Config`] gives the same world.
//!
//! Leaves to others: what a client does with an answer.

mod amazon;
mod base;
mod catalog;
mod chatwork;
mod clock;
mod config;
mod control;
mod faults;
mod http;
mod in_process;
mod ledger;
mod opening;
mod operation;
mod quota;
mod random;
mod router;
mod server;
mod state;
mod transmit;
mod webhook;
mod yen;

pub use catalog::{AsinState, OfferAvailability, SellerFeedback, TrueOffer};
pub use config::Config;
pub use control::{AsinSnapshot, ItemEdit, ItemSnapshot, NewItem, ShopChange, ShopSnapshot};
pub use faults::{Fault, FaultKind, FaultList};
pub use in_process::ControlError;
pub use ledger::{LedgerLine, LedgerReport, Tally};
pub use opening::{
    OpeningListing, SimulatedAccount, accounts_toml, listings_csv, opening_accounts,
    opening_listings,
};
pub use quota::{BaseLimits, QuotaChange, QuotaError, QuotaRate, QuotaTable, Quotas};
pub use server::{Simulator, SimulatorStartError};
pub use state::{ChatworkMessage, MarketChange, MarketMove, MarketSet};
