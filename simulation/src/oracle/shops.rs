//! What the items of the shops show, and whether each edit of ours has a cause (sections 1, 4 and 6).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use simulator::{ItemSnapshot, ShopSnapshot};

use super::law::{
    Findings, HIDDEN_WITHOUT_CAUSE, Law, PRICE_FROM_NOWHERE, SHOWN_WITHOUT_CAUSE, SOLD_BELOW_COST,
};
use super::pricing::{Selling, selling};
use super::products::{ProductWatch, Recorded};
use super::rules::KeeperRules;

/// One item, by its shop and its number.
pub type ItemOfShop = (String, u64);

/// What is remembered of one item.
#[derive(Debug, Clone)]
pub struct WatchedItem {
    /// As the shop shows it now.
    pub shown: ItemSnapshot,
    /// Prices that it has shown, the newest last.
    prices: Vec<i64>,
    /// When a person changed it last.
    pub touched_at: Option<DateTime<Utc>>,
    /// When a person took stock from it or gave it some, last.
    pub stock_touched_at: Option<DateTime<Utc>>,
    /// When the network brought an edit of ours that was given up, or one for the second time.
    pub disturbed_at: Option<DateTime<Utc>>,
}

/// All items of all shops.
#[derive(Debug, Default)]
pub struct ShopWatch {
    items: HashMap<ItemOfShop, WatchedItem>,
    gone: HashMap<ItemOfShop, DateTime<Utc>>,
}

/// Who changed a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Editor {
    /// A request of ours.
    Product,
    /// A request of ours that the network doubled, or brought after it was given up.
    LateProduct,
    /// A person or a buyer.
    Person,
}

/// What an edit is judged by.
#[derive(Debug, Clone, Copy)]
pub struct EditJudge<'a> {
    /// What is known of products.
    pub products: &'a ProductWatch,
    /// The rules from which an edit may follow: either of them, while they change.
    pub in_force: &'a [KeeperRules],
    /// An edit may follow from what was known since this long ago.
    pub looks_back: TimeDelta,
}

impl ShopWatch {
    /// The item of this shop and number.
    pub fn item(&self, account: &str, item_id: u64) -> Option<&WatchedItem> {
        self.items.get(&(account.to_owned(), item_id))
    }

    /// Since when the item is gone.
    pub fn gone_since(&self, account: &str, item_id: u64) -> Option<DateTime<Utc>> {
        self.gone.get(&(account.to_owned(), item_id)).copied()
    }

    /// Looks at a shop after `editor` may have changed it; judges what we changed.
    pub fn look(
        &mut self,
        shop: &ShopSnapshot,
        editor: Editor,
        judge: EditJudge<'_>,
        findings: &mut Findings,
    ) {
        let now = findings.at;
        let account = shop.account.as_str();
        for shown in &shop.items {
            let key = (account.to_owned(), shown.item_id);
            self.gone.remove(&key);
            let Some(item) = self.items.get_mut(&key) else {
                self.items.insert(key, WatchedItem::new(shown.clone()));
                continue;
            };
            if item.shown == *shown {
                continue;
            }
            if editor != Editor::Person && !shown.asin.is_empty() {
                judge.judge(account, item, shown, findings);
            }
            item.changed(shown, editor, now);
        }
        let is_there = |id: u64| shop.items.iter().any(|item| item.item_id == id);
        let gone: Vec<ItemOfShop> = self
            .items
            .keys()
            .filter(|(of, id)| of == account && !is_there(*id))
            .cloned()
            .collect();
        for key in gone {
            self.items.remove(&key);
            self.gone.insert(key, now);
        }
    }
}

impl WatchedItem {
    fn new(shown: ItemSnapshot) -> Self {
        Self {
            prices: vec![shown.price],
            shown,
            touched_at: None,
            stock_touched_at: None,
            disturbed_at: None,
        }
    }

    fn changed(&mut self, shown: &ItemSnapshot, editor: Editor, now: DateTime<Utc>) {
        match editor {
            Editor::Product => {}
            Editor::LateProduct => self.disturbed_at = Some(now),
            Editor::Person => self.touched_at = Some(now),
        }
        if editor == Editor::Person && self.shown.stock != shown.stock {
            self.stock_touched_at = Some(now);
        }
        if self.shown.price != shown.price {
            self.prices.push(shown.price);
        }
        self.shown = shown.clone();
    }
}

impl EditJudge<'_> {
    fn judge(
        &self,
        account: &str,
        item: &WatchedItem,
        after: &ItemSnapshot,
        findings: &mut Findings,
    ) {
        let now = findings.at;
        let before = &item.shown;
        let known = self
            .products
            .since(&after.asin, now - self.looks_back, self.in_force);
        let about = (account, after.asin.as_str());
        let mut broken = |law: Law, found: &str| findings.broken_of_listing(law, about, found);
        let id = after.item_id;
        if before.visible && !after.visible && !self.may_hide(known, before, after) {
            broken(
                HIDDEN_WITHOUT_CAUSE,
                &format!("item {id} was hidden, and all that was known is {known:?}"),
            );
        }
        let shows = self.any(known, Recorded::shows);
        if !before.visible && after.visible && !shows {
            broken(
                SHOWN_WITHOUT_CAUSE,
                &format!("item {id} was shown, and all that was known is {known:?}"),
            );
        }
        let lowest_cost = known.iter().filter_map(|recorded| recorded.cost).min();
        if after.visible
            && let Some(cost) = lowest_cost.filter(|cost| after.price < *cost)
        {
            let price = after.price;
            broken(
                SOLD_BELOW_COST,
                &format!("item {id} was set to {price} yen and cost {cost} at least"),
            );
        }
        if before.price != after.price && !self.may_cost(known, item, after.price) {
            let (old, new) = (before.price, after.price);
            broken(
                PRICE_FROM_NOWHERE,
                &format!(
                    "item {id} was set from {old} to {new} yen, and all that was known is {known:?}"
                ),
            );
        }
    }

    /// Whether something that was known decides so by rules in force.
    fn any(&self, known: &[Recorded], decides: impl Fn(&Recorded, &KeeperRules) -> bool) -> bool {
        let mut pairs = known
            .iter()
            .flat_map(|recorded| self.in_force.iter().map(move |rules| (recorded, rules)));
        pairs.any(|(recorded, rules)| decides(recorded, rules))
    }

    fn may_hide(&self, known: &[Recorded], before: &ItemSnapshot, after: &ItemSnapshot) -> bool {
        // Hidden when what it asks, before or after this edit, is below a cost that was known (section 6).
        let asked = before.price.min(after.price);
        let asked = before.sale_price.map_or(asked, |sale| asked.min(sale));
        self.any(known, |recorded, rules| recorded.hides(asked, rules))
    }

    fn may_cost(&self, known: &[Recorded], item: &WatchedItem, price: i64) -> bool {
        let follows = |recorded: &Recorded, rules: &KeeperRules| {
            recorded
                .cost
                .is_some_and(|cost| selling(cost, rules) == Selling::At(price))
        };
        // A person's price is set back to what we set before.
        self.any(known, follows) || item.prices.contains(&price)
    }
}
