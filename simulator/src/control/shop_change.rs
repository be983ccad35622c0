//! Changes of a shop by a person in its admin pages, without the API: no token is needed, and no
//! quota, fault or ledger applies. Other programs of the shop use up its calls.

use serde::{Deserialize, Serialize};

use crate::quota::ShopLimit;
use crate::state::{ItemVariation, SimulatedItem, World};

/// The changes of one shop. If one of the named items does not exist, nothing changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShopChange {
    /// Items to change.
    pub edit: Vec<ItemEdit>,
    /// Ids of the items to delete.
    pub delete: Vec<u64>,
    /// Items to create.
    pub add: Vec<NewItem>,
    /// Other programs use up the calls of this hour or day, which BASE counts for the whole shop.
    pub use_up: Option<ShopLimit>,
}

/// New values of one item. A field that is `None` does not change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ItemEdit {
    pub item_id: u64,
    pub title: Option<String>,
    pub price: Option<i64>,
    pub stock: Option<i64>,
    pub visible: Option<bool>,
    pub identifier: Option<String>,
    /// The API refuses to edit a digital item.
    pub digital: Option<bool>,
    /// A sale of the platform asks this price of buyers; 0 ends it. The normal price stays.
    pub sale_price: Option<i64>,
    /// The stock of each variation; those that the item had are replaced.
    pub variation_stock: Option<Vec<i64>>,
}

/// An item to create.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewItem {
    pub title: String,
    pub price: i64,
    pub stock: i64,
    pub visible: bool,
    pub identifier: Option<String>,
}

/// Makes the changes. Returns the ids of the new items.
pub fn change_shop(
    world: &mut World,
    account: &str,
    change: ShopChange,
) -> Result<Vec<u64>, String> {
    let shop = world.shops.iter().position(|shop| shop.id == account);
    let shop = shop.ok_or_else(|| format!("no such account: {account}"))?;
    let edited = change.edit.iter().map(|edit| edit.item_id);
    let mut named = edited.chain(change.delete.iter().copied());
    let items = &world.shops[shop].items;
    if let Some(id) = named.find(|id| !items.contains_key(id)) {
        return Err(format!("{account} has no item {id}"));
    }
    if let Some(limit) = change.use_up {
        let now = world.clock.now();
        world.shops[shop].calls.use_up(limit, now);
    }
    let now = world.clock.now().timestamp();
    let mut new_ids = Vec::new();
    for new in change.add {
        world.next_id += 1;
        new_ids.push(world.next_id);
        let order = world.shops[shop].items.len() as u64 + 1;
        let item = new.into_item(world.next_id, order, now);
        world.shops[shop].items.insert(item.id, item);
    }
    let items = &mut world.shops[shop].items;
    for edit in change.edit {
        if let Some(item) = items.get_mut(&edit.item_id) {
            edit.apply(item);
            item.modified = now;
        }
    }
    for id in &change.delete {
        items.remove(id);
    }
    Ok(new_ids)
}

impl ItemEdit {
    fn apply(self, item: &mut SimulatedItem) {
        item.title = self.title.unwrap_or_else(|| item.title.clone());
        item.price = self.price.unwrap_or(item.price);
        item.stock = self.stock.unwrap_or(item.stock);
        item.visible = self.visible.unwrap_or(item.visible);
        item.digital = self.digital.unwrap_or(item.digital);
        if let Some(price) = self.sale_price {
            item.sale_price = (price > 0).then_some(price);
        }
        if let Some(stock) = self.variation_stock {
            item.variations = ItemVariation::of_stock(item.id, &stock);
        }
        if self.identifier.is_some() {
            item.identifier = self.identifier;
        }
        item.sum_variation_stock();
    }
}

impl NewItem {
    fn into_item(self, id: u64, list_order: u64, modified: i64) -> SimulatedItem {
        SimulatedItem {
            id,
            asin: String::new(),
            title: self.title,
            detail: String::new(),
            price: self.price,
            tax_type: 1,
            stock: self.stock,
            visible: self.visible,
            list_order,
            identifier: self.identifier,
            modified,
            variations: Vec::new(),
            digital: false,
            sale_price: None,
            edits: 0,
        }
    }
}
