//! All that the simulator keeps: the world, and in it the state of each vendor.

mod base_tokens;
mod chatwork_rooms;
mod item;
mod lwa_tokens;
mod market;
mod market_change;
mod shop;
mod webhook_inbox;
mod world;

pub use base_tokens::BaseTokenPair;
pub use chatwork_rooms::{CALLS as CHATWORK_CALLS, ChatworkMessage};
pub use item::{ItemVariation, SimulatedItem};
pub use lwa_tokens::{LIFE_SECONDS as LWA_LIFE_SECONDS, LwaTokenState};
pub use market_change::{MarketChange, MarketMove, MarketSet};
pub use world::World;
