//! Decides which items of a shop are imported, and why the others are not.
//!
//! Conflicts are left to a person: two items with the same ASIN, or an item that contradicts a
//! listing.

use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::{ItemId, ListingStatus, ShopState};
use shared::domain::money::Yen;
use shared::domain::shop_page::ShopItem;
use shared::ports::store::NewListing;
use std::collections::{HashMap, HashSet};
use ui::message::{Text, text};

/// The items of a shop, sorted by decision.
#[derive(Debug, Default)]
pub struct SortedItems {
    /// Listings to import.
    pub listings: Vec<NewListing>,
    /// ASINs of the items imported before.
    pub known: Vec<Asin>,
    /// Items that are skipped.
    pub left_out: Vec<LeftOut>,
}

/// An item that is skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The shop.
    pub account: AccountId,
    /// The item number at BASE.
    pub item: ItemId,
    /// The SKU.
    pub sku: Option<String>,
    /// The reason.
    pub why: LeftOutReason,
}

/// Why an item is skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOutReason {
    /// It has no SKU.
    NoSku,
    /// Its SKU contains no ASIN.
    NoAsin,
    /// The shop returned a price, visibility or stock that no item can have.
    ImpossibleValues,
    /// Other items of the shop have the same ASIN: none of them is imported.
    Twice(Asin, Vec<ItemId>),
    /// The ASIN is listed in this shop as another item.
    OtherItem(Asin, ItemId),
    /// The item is listed as another ASIN.
    OtherAsin(Asin, Asin),
}

impl LeftOutReason {
    /// The reason as a message.
    pub fn message(&self) -> Text {
        match self {
            Self::NoSku => text!("SKUがありません", "no SKU"),
            Self::NoAsin => text!("SKUにASINがありません", "the SKU contains no ASIN"),
            Self::ImpossibleValues => text!(
                "価格・公開・在庫のどれかがおかしく、読めません",
                "impossible values: its price, visibility or stock cannot be read"
            ),
            Self::Twice(asin, others) => {
                let others: Vec<String> = others.iter().map(|item| item.0.to_string()).collect();
                let others = others.join(" ");
                text!(
                    "同じASIN {asin} の商品がほかにもあります({others})。どちらかのSKUを直してください",
                    "other items have the same ASIN {asin} ({others}): change the SKU of all but one"
                )
            }
            Self::OtherItem(asin, item) => {
                let item = item.0;
                text!(
                    "ASIN {asin} は商品 {item} として登録済みです",
                    "ASIN {asin} is already imported as item {item}"
                )
            }
            Self::OtherAsin(in_sku, listed) => text!(
                "SKUのASINは {in_sku} ですが、{listed} として登録済みです",
                "the SKU contains {in_sku}, but the item is already imported as {listed}"
            ),
        }
    }

    /// Whether a person has to resolve a conflict before the import.
    pub fn is_a_conflict(&self) -> bool {
        matches!(
            self,
            Self::Twice(..) | Self::OtherItem(..) | Self::OtherAsin(..)
        )
    }
}

/// A listing in the database.
pub type KnownListing = (Asin, Option<ItemId>, ListingStatus);

/// Sorts the items of one shop. An item read twice, because pages shifted meanwhile, counts once.
pub fn sort(account: &AccountId, items: &[ShopItem], known: &[KnownListing]) -> SortedItems {
    let mut read = HashSet::new();
    let items: Vec<&ShopItem> = items.iter().filter(|item| read.insert(item.id)).collect();
    let mut carriers: HashMap<Asin, Vec<ItemId>> = HashMap::new();
    for item in &items {
        if let Some(asin) = item.sku.as_deref().and_then(Asin::in_sku) {
            carriers.entry(asin).or_default().push(item.id);
        }
    }
    let mut sorted = SortedItems::default();
    for item in items {
        match judge(account, item, known, &carriers) {
            ItemDecision::Import(listing) => sorted.listings.push(listing),
            ItemDecision::Known(asin) => sorted.known.push(asin),
            ItemDecision::Skip(why) => sorted.left_out.push(LeftOut {
                account: account.clone(),
                item: item.id,
                sku: item.sku.clone(),
                why,
            }),
        }
    }
    sorted
}

enum ItemDecision {
    Import(NewListing),
    Known(Asin),
    Skip(LeftOutReason),
}

fn judge(
    account: &AccountId,
    item: &ShopItem,
    known: &[KnownListing],
    carriers: &HashMap<Asin, Vec<ItemId>>,
) -> ItemDecision {
    let listed = known.iter().find(|(_, listed, _)| *listed == Some(item.id));
    let mut asin = item.sku.as_deref().and_then(Asin::in_sku);
    if let Some((listed, _, status)) = listed {
        match asin.filter(|asin| asin != listed) {
            Some(asin) => return ItemDecision::Skip(LeftOutReason::OtherAsin(asin, *listed)),
            // It was recorded as deleted, and the shop shows it.
            None if *status == ListingStatus::Delisted => asin = Some(*listed),
            None if item.state.is_none() => {
                return ItemDecision::Skip(LeftOutReason::ImpossibleValues);
            }
            None => return ItemDecision::Known(*listed),
        }
    }
    let Some(asin) = asin else {
        let why = item
            .sku
            .as_ref()
            .map_or(LeftOutReason::NoSku, |_| LeftOutReason::NoAsin);
        return ItemDecision::Skip(why);
    };
    let mut in_use = known
        .iter()
        .filter(|(known, _, status)| *known == asin && *status != ListingStatus::Delisted);
    if let Some(other) = in_use.find_map(|(_, item, _)| *item) {
        return ItemDecision::Skip(LeftOutReason::OtherItem(asin, other));
    }
    let others = carriers.get(&asin).into_iter().flatten().copied();
    let others: Vec<ItemId> = others.filter(|other| *other != item.id).collect();
    if !others.is_empty() {
        return ItemDecision::Skip(LeftOutReason::Twice(asin, others));
    }
    let Some(state) = item.state.filter(|state| state.price > Yen(0)) else {
        return ItemDecision::Skip(LeftOutReason::ImpossibleValues);
    };
    ItemDecision::Import(NewListing {
        account: account.clone(),
        asin,
        item: item.id,
        sku: item.sku.clone().unwrap_or_default(),
        shown: ShopState {
            // During a sale what buyers pay: the first run then edits the item, and learns of the sale.
            price: item.sale.unwrap_or(state.price),
            // Miseban does not manage the stock until it sets it.
            stock: None,
            ..state
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: i64, sku: &str) -> ShopItem {
        ShopItem {
            id: ItemId(id),
            sku: (!sku.is_empty()).then(|| sku.to_owned()),
            state: Some(ShopState {
                price: Yen(1_980),
                visible: true,
                stock: Some(3),
            }),
            sale: None,
        }
    }

    fn asin(text: &str) -> Asin {
        Asin::parse(text).expect("an ASIN")
    }

    fn sorted(items: &[ShopItem], known: &[KnownListing]) -> SortedItems {
        sort(&AccountId::parse("main").expect("an id"), items, known)
    }

    fn reasons(sorted: &SortedItems) -> Vec<(i64, LeftOutReason)> {
        let message = sorted.left_out.iter();
        message.map(|out| (out.item.0, out.why.clone())).collect()
    }

    #[test]
    fn an_item_is_imported_by_the_asin_in_its_sku_without_its_stock() {
        let sorted = sorted(&[item(1, "b-B0EXAMPLE1-20261102010203")], &[]);

        assert_eq!(sorted.left_out, []);
        let listing = &sorted.listings[0];
        assert_eq!(
            (listing.asin, listing.item),
            (asin("B0EXAMPLE1"), ItemId(1))
        );
        assert_eq!(
            (listing.shown.price, listing.shown.stock),
            (Yen(1_980), None)
        );
    }

    #[test]
    fn an_item_in_a_sale_is_imported_at_the_price_that_buyers_pay() {
        let sold = ShopItem {
            sale: Some(Yen(910)),
            ..item(1, "B0EXAMPLE1")
        };

        assert_eq!(sorted(&[sold], &[]).listings[0].shown.price, Yen(910));
    }

    #[test]
    fn an_item_without_an_asin_is_skipped() {
        let sorted = sorted(&[item(1, ""), item(2, "HANDMADE-1")], &[]);

        assert!(sorted.listings.is_empty());
        assert_eq!(
            reasons(&sorted),
            [(1, LeftOutReason::NoSku), (2, LeftOutReason::NoAsin)]
        );
    }

    #[test]
    fn an_item_with_impossible_values_is_skipped_and_the_others_are_imported() {
        let odd = |id, sku| ShopItem {
            state: None,
            ..item(id, sku)
        };
        let known = [(asin("B0EXAMPLE1"), Some(ItemId(1)), ListingStatus::Listed)];

        let sorted = sorted(
            &[
                odd(1, "B0EXAMPLE1"),
                odd(2, "B0EXAMPLE2"),
                item(3, "B0EXAMPLE3"),
            ],
            &known,
        );

        assert_eq!(sorted.listings.len(), 1);
        let odd = LeftOutReason::ImpossibleValues;
        assert_eq!(reasons(&sorted), [(1, odd.clone()), (2, odd)]);
    }

    #[test]
    fn two_items_with_one_asin_are_both_skipped_and_name_each_other() {
        let sorted = sorted(&[item(1, "B0EXAMPLE1"), item(2, "x-B0EXAMPLE1")], &[]);

        assert!(sorted.listings.is_empty());
        let twice = |other| LeftOutReason::Twice(asin("B0EXAMPLE1"), vec![ItemId(other)]);
        assert_eq!(reasons(&sorted), [(1, twice(2)), (2, twice(1))]);
    }

    #[test]
    fn an_item_on_two_pages_counts_once() {
        let sorted = sorted(&[item(1, "B0EXAMPLE1"), item(1, "B0EXAMPLE1")], &[]);

        assert_eq!((sorted.listings.len(), sorted.left_out.len()), (1, 0));
    }

    #[test]
    fn imported_listings_stay_unchanged() {
        let listed = ListingStatus::Listed;
        let known = [
            (asin("B0EXAMPLE1"), Some(ItemId(1)), listed),
            (asin("B0EXAMPLE2"), Some(ItemId(2)), listed),
            (asin("B0EXAMPLE3"), Some(ItemId(9)), listed),
        ];
        let items = [
            item(1, "RACK-1"),
            item(2, "B0EXAMPLE4"),
            item(3, "B0EXAMPLE3"),
        ];

        let sorted = sorted(&items, &known);

        assert_eq!((sorted.known.len(), sorted.listings.len()), (1, 0));
        let other_asin = LeftOutReason::OtherAsin(asin("B0EXAMPLE4"), asin("B0EXAMPLE2"));
        let other_item = LeftOutReason::OtherItem(asin("B0EXAMPLE3"), ItemId(9));
        assert_eq!(reasons(&sorted), [(2, other_asin), (3, other_item)]);
    }

    #[test]
    fn an_item_that_was_recorded_as_deleted_is_imported_again() {
        let known = [
            (asin("B0EXAMPLE1"), Some(ItemId(1)), ListingStatus::Delisted),
            (asin("B0EXAMPLE2"), Some(ItemId(2)), ListingStatus::Delisted),
        ];

        let sorted = sorted(&[item(1, "B0EXAMPLE1"), item(2, "")], &known);

        let asins: Vec<Asin> = sorted.listings.iter().map(|new| new.asin).collect();
        assert_eq!(asins, [asin("B0EXAMPLE1"), asin("B0EXAMPLE2")]);
    }

    #[test]
    fn a_new_item_replaces_a_deleted_item_of_the_same_asin() {
        let known = [(asin("B0EXAMPLE1"), Some(ItemId(1)), ListingStatus::Delisted)];

        assert_eq!(sorted(&[item(2, "B0EXAMPLE1")], &known).listings.len(), 1);
    }
}
