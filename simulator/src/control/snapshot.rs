//! What the controls show: the items of a shop, the state of an ASIN, the time.

use serde::{Deserialize, Serialize};

use crate::catalog::AsinState;
use crate::state::{SimulatedItem, World};

/// One item as the shop shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemSnapshot {
    /// The id at BASE.
    pub item_id: u64,
    /// The shop's own product code.
    pub identifier: Option<String>,
    /// The ASIN that it was listed for; empty if unknown.
    pub asin: String,
    pub title: String,
    /// Whole yen.
    pub price: i64,
    pub stock: i64,
    pub visible: bool,
    /// Unix seconds of simulator time.
    pub modified: i64,
    /// How often the API edited it.
    pub edits: u64,
    /// The price of a sale of the platform, while it runs.
    #[serde(default)]
    pub sale_price: Option<i64>,
    /// The API refuses to edit a digital item.
    #[serde(default)]
    pub digital: bool,
    /// The number of its variations, of whose stock its own is the sum.
    #[serde(default)]
    pub variations: usize,
}

impl From<&SimulatedItem> for ItemSnapshot {
    fn from(item: &SimulatedItem) -> Self {
        Self {
            item_id: item.id,
            identifier: item.identifier.clone(),
            asin: item.asin.clone(),
            title: item.title.clone(),
            price: item.price,
            stock: item.stock,
            visible: item.visible,
            modified: item.modified,
            edits: item.edits,
            sale_price: item.sale_price,
            digital: item.digital,
            variations: item.variations.len(),
        }
    }
}

/// One shop with all of its items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopSnapshot {
    pub account: String,
    pub items: Vec<ItemSnapshot>,
}

impl ShopSnapshot {
    /// The shop of this account; `None` if there is no such account.
    pub fn of(world: &World, account: &str) -> Option<Self> {
        let shop = world.shops.iter().find(|shop| shop.id == account)?;
        let items = shop.items.values().map(ItemSnapshot::from).collect();
        Some(Self {
            account: shop.id.clone(),
            items,
        })
    }
}

/// The state of one ASIN on Amazon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AsinSnapshot {
    pub asin: String,
    /// Price of the offer that the shop owner would sell from; `None` if no offer is usable.
    pub best_price: Option<i64>,
    #[serde(flatten)]
    pub state: AsinState,
}

impl AsinSnapshot {
    pub fn of(world: &World, asin: &str) -> Self {
        let state = world.market.state(asin).into_owned();
        let best_price = state.best().map(|offer| offer.price);
        Self {
            asin: asin.to_owned(),
            best_price,
            state,
        }
    }
}

/// The simulator time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockSnapshot {
    /// RFC 3339, simulator time.
    pub now: String,
    pub elapsed_seconds: f64,
    pub speed: f64,
}

impl ClockSnapshot {
    pub fn of(world: &World) -> Self {
        let elapsed = std::time::Duration::from_nanos(world.clock.elapsed_nanos());
        Self {
            now: world.clock.now().to_rfc3339(),
            elapsed_seconds: elapsed.as_secs_f64(),
            speed: world.config.time_scale,
        }
    }
}
