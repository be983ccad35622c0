//! Amazon, BASE and Chatwork, simulated from the vendors' papers.
//!
//! It stands where the real services stand: Miseban's wire tests, its demo and its load tests talk
//! to it by the real paths. It imports nothing of Miseban, so that a misreading on one side does
//! not cancel out on the other. The same [`Config`] gives the same world.
//!
//! Leaves to others: what a client does with an answer.

mod accounts;
mod amazon;
mod base;
mod catalog;
mod chatwork;
mod clock;
mod config;
mod control;
mod deliver;
mod faults;
mod handle;
mod http;
mod ledger;
mod market;
mod operation;
mod quota;
mod server;
mod shop;
mod webhook;
mod world;

pub use accounts::{Account, opening_accounts, toml as accounts_toml};
pub use catalog::{AsinState, Availability, Feedback, TrueOffer};
pub use chatwork::Message;
pub use config::Config;
pub use control::{HandEdit, HandMade, MarketView, ShopItem, ShopTending, ShopView};
pub use faults::{Fault, FaultKind, FaultList};
pub use handle::ControlError;
pub use ledger::{LedgerReport, Line, Tally};
pub use market::{MarketChange, MarketMove, MarketSet};
pub use quota::{BaseLimits, QuotaChange, QuotaError, QuotaTable, Quotas, Rate};
pub use server::{Simulator, StartError};
pub use shop::{Listing, csv as listings_csv, opening_listings};
