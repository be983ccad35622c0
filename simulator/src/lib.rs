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

pub use catalog::{AsinState, Availability, Feedback, TrueOffer};
pub use config::Config;
pub use control::{HandEdit, HandMade, MarketView, ShopItem, ShopTending, ShopView};
pub use faults::{Fault, FaultKind, FaultList};
pub use in_process::ControlError;
pub use ledger::{LedgerReport, Line, Tally};
pub use opening::{
    Account, Listing, accounts_toml, listings_csv, opening_accounts, opening_listings,
};
pub use quota::{BaseLimits, QuotaChange, QuotaError, QuotaTable, Quotas, Rate};
pub use server::{Simulator, StartError};
pub use state::{MarketChange, MarketMove, MarketSet, Message};
