//! What a person does in a shop's admin: edits, deletes and adds items by hand. No API, so no quota, no
//! token and no line in the ledger.

use serde::{Deserialize, Serialize};

use crate::state::{SimulatedItem, World};

/// Work of a person in one shop; nothing is done where one item of it does not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShopChange {
    pub edit: Vec<ItemEdit>,
    /// Item ids.
    pub delete: Vec<u64>,
    pub add: Vec<NewItem>,
}

/// What is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ItemEdit {
    pub item_id: u64,
    pub title: Option<String>,
    pub price: Option<i64>,
    pub stock: Option<i64>,
    pub visible: Option<bool>,
    pub identifier: Option<String>,
    /// A digital item may not be edited by the API.
    pub digital: Option<bool>,
}

/// An item that a person makes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewItem {
    pub title: String,
    pub price: i64,
    pub stock: i64,
    pub visible: bool,
    pub identifier: Option<String>,
}

/// Does the work; gives the ids of the items that were made.
pub fn tend(world: &mut World, account: &str, work: ShopChange) -> Result<Vec<u64>, String> {
    let place = world.shops.iter().position(|shop| shop.id == account);
    let place = place.ok_or_else(|| format!("no such account: {account}"))?;
    let edited = work.edit.iter().map(|edit| edit.item_id);
    let mut named = edited.chain(work.delete.iter().copied());
    let items = &world.shops[place].items;
    if let Some(id) = named.find(|id| !items.contains_key(id)) {
        return Err(format!("{account} has no item {id}"));
    }
    let now = world.clock.now().timestamp();
    let mut made = Vec::new();
    for new in work.add {
        world.next_id += 1;
        made.push(world.next_id);
        let order = world.shops[place].items.len() as u64 + 1;
        let item = new.into_item(world.next_id, order, now);
        world.shops[place].items.insert(item.id, item);
    }
    let items = &mut world.shops[place].items;
    for edit in work.edit {
        if let Some(item) = items.get_mut(&edit.item_id) {
            edit.apply(item);
            item.modified = now;
        }
    }
    for id in &work.delete {
        items.remove(id);
    }
    Ok(made)
}

impl ItemEdit {
    fn apply(self, item: &mut SimulatedItem) {
        item.title = self.title.unwrap_or_else(|| item.title.clone());
        item.price = self.price.unwrap_or(item.price);
        item.stock = self.stock.unwrap_or(item.stock);
        item.visible = self.visible.unwrap_or(item.visible);
        item.digital = self.digital.unwrap_or(item.digital);
        if self.identifier.is_some() {
            item.identifier = self.identifier;
        }
        item.settle_stock();
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
            edits: 0,
        }
    }
}
