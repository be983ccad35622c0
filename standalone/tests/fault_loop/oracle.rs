//! An oracle for every item: it knows the market and the rules, and none of our rows.

use crate::installation::Installation;
use shared::domain::desired::SellingRule;
use shared::domain::money::Yen;
use simulator::ItemSnapshot;

impl Installation {
    /// Every item is for sale exactly if Amazon sells its product, at a price that follows Amazon's.
    pub fn items_are_as_the_market_demands(&self) {
        let shops = self.shops().into_iter();
        let items: Vec<ItemSnapshot> = shops.flat_map(|shop| shop.items).collect();
        let complaint = |item: &ItemSnapshot| {
            let cost = self.simulator.market(&item.asin).best_price;
            complaint(item, cost).map(|why| format!("{why}: {item:?}, cost {cost:?}"))
        };

        let wrong: Vec<String> = items.iter().filter_map(complaint).collect();

        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        println!("{} items are as the market demands", items.len());
    }
}

/// What is wrong with an item whose product costs so much, or cannot be bought.
fn complaint(item: &ItemSnapshot, cost: Option<i64>) -> Option<&'static str> {
    let rule = SellingRule::default();
    let Some(cost) = cost else {
        return item.visible.then_some("sold out on Amazon, and for sale");
    };
    let right = rule.strategy.selling_price(Yen(u32::try_from(cost).ok()?));
    if right < rule.bounds.min || right > rule.bounds.max {
        // Held: whether it is shown is a person's to decide.
        return (item.visible && item.price < cost).then_some("held, and for sale below cost");
    }
    let off = (item.price - i64::from(right.0)).abs();
    let is_near = off < i64::from(rule.min_change.0)
        && off * 100 < i64::from(rule.min_change_percent) * item.price;
    if !item.visible || item.stock == 0 {
        Some("in stock on Amazon, and not for sale")
    } else if item.price < cost {
        Some("for sale below cost")
    } else if !is_near {
        Some("for sale at another price")
    } else {
        None
    }
}
