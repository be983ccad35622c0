//! The state of the simulated world, with the state of each vendor in a file of its own.

mod base_tokens;
mod chatwork_rooms;
mod item;
mod lwa_tokens;
mod market;
mod market_change;
mod shop;
mod webhook_inbox;
mod world;

pub use base_tokens::{BaseGrant, BaseTokenPair};
pub use chatwork_rooms::{ChatworkMessage, MAX_CALLS as CHATWORK_MAX_CALLS};
pub use item::{ItemVariation, SimulatedItem};
pub use lwa_tokens::{LIFE_SECONDS as LWA_LIFE_SECONDS, LwaTokenState};
pub use market_change::{MarketChange, MarketMove, MarketSet};
pub use shop::SimulatedShop;
pub use world::World;
