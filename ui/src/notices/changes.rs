//! The changes of a run in its notice: in numbers, by shop, and the products by name.

use crate::examples::{EXAMPLES, more};
use crate::layout::{clean, grouped, signed};
use crate::message::{Lang, Text, text};
use shared::domain::account::AccountId;
use shared::domain::product::StockChange;
use shared::domain::report::{KnownAs, PriceChange, Report, ShopChanges, TurnedStock};

/// A longer name is cut: a message has room for thirty of them.
const LONGEST_NAME: usize = 40;

/// What changed in all shops, in one line, without parts that are zero; `None` if nothing did.
pub(super) fn in_short(report: &Report) -> Option<Text> {
    let (price, stock, done) = (
        &report.price_changes,
        &report.stock_changes,
        &report.updates,
    );
    let counts = Counts {
        prices: price.count,
        of_100_yen_or_more: price.of_100_yen_or_more,
        to_out: stock.to_out,
        to_in: stock.to_in,
        applied: done.applied,
        hidden: report.hidden,
        shown: report.shown,
        failed: done.failed,
        held: done.held,
        parked: done.parked,
        for_hours: done.for_hours,
        delisted: report.delisted,
    };
    counts.text()
}

/// A line for each shop, then the products that sold out, came back, or changed their price.
pub(super) fn lists(report: &Report) -> Vec<Text> {
    let mut lines = by_shop(&report.shops);
    let stock = &report.stock_changes;
    for (change, count) in [
        (StockChange::ToOut, stock.to_out),
        (StockChange::ToIn, stock.to_in),
    ] {
        let turned = stock.examples.iter().filter(|one| one.change == change);
        lines.extend(list(turned.map(turned_stock), count));
    }
    let prices = &report.price_changes;
    lines.extend(list(prices.examples.iter().map(price_change), prices.count));
    lines
}

fn by_shop(shops: &[ShopChanges]) -> Vec<Text> {
    let line = |shop: &ShopChanges| {
        let (name, id) = (clean(&shop.name), &shop.account);
        let Text { ja, en } = Counts::of(shop).text()?;
        Some(if name.is_empty() || name == id.as_str() {
            text!("  {id}: {ja}", "  {id}: {en}")
        } else {
            text!("  {name} ({id}): {ja}", "  {name} ({id}): {en}")
        })
    };
    let lines: Vec<Text> = shops.iter().filter_map(line).collect();
    let title = (!lines.is_empty()).then(|| text!("ショップ別:", "by shop:"));
    let count = lines.len() as u64;
    title
        .into_iter()
        .chain(list(lines.into_iter(), count))
        .collect()
}

/// The first ten lines, and how many of `count` follow.
fn list(lines: impl Iterator<Item = Text>, count: u64) -> Vec<Text> {
    let mut lines: Vec<Text> = lines.take(EXAMPLES).collect();
    let more = more(count, lines.len()).filter(|_| !lines.is_empty());
    lines.extend(more.map(|Text { ja, en }| text!("  {ja}", "  {en}")));
    lines
}

fn price_change(change: &PriceChange) -> Text {
    let by = signed(change.old.difference_to(change.new));
    let PriceChange {
        asin,
        old,
        new,
        known_as,
    } = change;
    let (ja, en) = (named(known_as, Lang::Ja), named(known_as, Lang::En));
    text!(
        "  {asin}  {old}円 → {new}円 ({by}円){ja}",
        "  {asin}  {old} -> {new} yen ({by}){en}"
    )
}

fn turned_stock(turned: &TurnedStock) -> Text {
    let asin = turned.asin;
    let known_as = &turned.known_as;
    let (ja, en) = (named(known_as, Lang::Ja), named(known_as, Lang::En));
    match turned.change {
        StockChange::ToOut => text!(
            "  {asin}  在庫 あり → 切れ{ja}",
            "  {asin}  in stock -> sold out{en}"
        ),
        StockChange::ToIn => text!(
            "  {asin}  在庫 切れ → あり{ja}",
            "  {asin}  sold out -> in stock{en}"
        ),
    }
}

/// Name and shops, behind the change; empty if neither is known.
fn named(known_as: &KnownAs, lang: Lang) -> String {
    let name = known_as.name.as_deref().unwrap_or_default();
    let name: String = clean(name).chars().take(LONGEST_NAME).collect();
    let shops = known_as.accounts.iter().map(AccountId::as_str);
    let shops: Vec<&str> = shops.take(EXAMPLES).collect();
    let shops = shops.join(lang.pick("、", ", "));
    match (name.is_empty(), shops.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("  ({shops})"),
        (false, true) => format!("  {name}"),
        (false, false) => format!("  {name} ({shops})"),
    }
}

/// The figures of all shops, or of one.
struct Counts {
    prices: u64,
    of_100_yen_or_more: u64,
    to_out: u64,
    to_in: u64,
    applied: u64,
    hidden: u64,
    shown: u64,
    failed: u64,
    held: u64,
    parked: u64,
    for_hours: u64,
    delisted: u64,
}

impl Counts {
    fn of(shop: &ShopChanges) -> Self {
        Self {
            prices: shop.price_changes,
            of_100_yen_or_more: 0,
            to_out: shop.to_out,
            to_in: shop.to_in,
            applied: shop.applied,
            hidden: shop.hidden,
            shown: shop.shown,
            failed: shop.failed,
            held: shop.held,
            parked: shop.parked,
            for_hours: shop.for_hours,
            delisted: shop.delisted,
        }
    }

    fn text(&self) -> Option<Text> {
        let ja = self.words(Lang::Ja).join("、");
        let en = self.words(Lang::En).join(", ");
        (!ja.is_empty()).then_some(Text { ja, en })
    }

    fn words(&self, lang: Lang) -> Vec<String> {
        let part = |count: u64, ja: &str, en: &str| {
            (count > 0).then(|| {
                let count = grouped(count);
                match lang {
                    Lang::Ja => format!("{ja} {count}件"),
                    Lang::En => format!("{count} {en}"),
                }
            })
        };
        // Of a count, in brackets behind it.
        let of = |counted: Option<String>, parts: [Option<String>; 2]| {
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            let parts = parts.join(lang.pick("、", ", "));
            let brackets = Some(parts).filter(|parts| !parts.is_empty());
            let brackets = brackets.map(|parts| format!("{}{parts})", lang.pick("(", " (")));
            counted.map(|counted| counted + &brackets.unwrap_or_default())
        };
        let large = part(
            self.of_100_yen_or_more,
            "うち100円以上",
            "by 100 yen or more",
        );
        let prices = match self.prices {
            1 => "price changed on Amazon",
            _ => "prices changed on Amazon",
        };
        let hidden = part(self.hidden, "非公開", "hidden");
        let shown = part(self.shown, "再公開", "shown");
        [
            of(part(self.prices, "価格変更", prices), [large, None]),
            part(self.to_out, "在庫切れ", "sold out"),
            part(self.to_in, "在庫復活", "back in stock"),
            of(part(self.applied, "反映", "applied"), [hidden, shown]),
            part(self.failed, "失敗", "failed"),
            part(self.held, "要確認", "held"),
            part(self.parked, "BASEの受け付け待ち", "waiting for BASE"),
            part(
                self.for_hours,
                "RUN_HOURS の時間待ち",
                "waiting for RUN_HOURS",
            ),
            part(self.delisted, "削除されていた", "deleted from the shop"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
