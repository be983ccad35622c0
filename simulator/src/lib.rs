//! Simulates Amazon, BASE, Chatwork and an incoming webhook, as their documentation describes them.
//!
//! Miseban's wire tests, demo and load tests call it in place of the real services, at the real
//! paths. It imports nothing of Miseban, so that a misreading of a vendor's documentation on one
//! side does not cancel out on the other. The same [`Config`] gives the same world.
//!
//! The way of a request: `server` reads it, `router` hands it to the vendor (`amazon`, `base`,
//! `chatwork`, `webhook`) or to `control`, and the vendor reads and changes `state`. Each vendor
//! asks `quota` and `faults` on the way; the router records the response in `ledger`. `opening`
//! and `catalog` compute from the seed how the world begins, and `state_file` keeps it over a
//! restart.

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
mod kept_world;
mod ledger;
mod opening;
mod operation;
mod pending_answer;
mod quota;
mod random;
mod router;
mod server;
mod state;
mod state_file;
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
pub use operation::operation_of;
pub use pending_answer::PendingAnswer;
pub use quota::{BaseLimits, QuotaChange, QuotaError, QuotaRate, QuotaTable, Quotas, ShopLimit};
pub use server::{Simulator, SimulatorStartError};
pub use state::{ChatworkMessage, MarketChange, MarketMove, MarketSet};
pub use state_file::StateFileError;
