//! The sections about changes: by shop, and the products by name.

use super::sections::{Rows, rest};
use crate::examples::EXAMPLES;
use crate::layout::{Align, grouped, signed, table};
use crate::message::Lang;
use shared::domain::account::AccountId;
use shared::domain::product::StockChange;
use shared::domain::report::{KnownAs, PriceChange, Report, ShopChanges, TurnedStock};

/// A longer name is cut: a line of a terminal has room for so many characters.
const LONGEST_NAME: usize = 40;

/// A row for each shop, with what is not zero; empty if no shop has any. A dry run says what it would do.
pub(super) fn by_shop(report: &Report, lang: Lang) -> String {
    let shops = &report.shops;
    if shops.is_empty() {
        return String::new();
    }
    let [applied, hidden, shown, held] = if report.dry_run {
        [
            ("反映する予定", "would be applied"),
            ("うち非公開にする予定", "of these would be hidden"),
            ("うち再公開する予定", "of these would be shown again"),
            ("要確認になる予定", "would be held"),
        ]
    } else {
        [
            ("反映", "applied"),
            ("うち非公開", "of these hidden"),
            ("うち再公開", "of these shown again"),
            ("要確認", "held"),
        ]
    };
    let row = |shop: &ShopChanges| {
        let counted = [
            ("価格変更", "price changed", shop.price_changes),
            ("在庫切れ", "sold out", shop.to_out),
            ("在庫復活", "back in stock", shop.to_in),
            (applied.0, applied.1, shop.applied),
            (hidden.0, hidden.1, shop.hidden),
            (shown.0, shown.1, shop.shown),
            (held.0, held.1, shop.held),
            ("失敗", "failed", shop.failed),
            ("BASEの受け付け待ち", "waiting for BASE", shop.parked),
            (
                "RUN_HOURS の時間待ち",
                "waiting for RUN_HOURS",
                shop.for_hours,
            ),
            ("削除されていた", "deleted", shop.delisted),
        ];
        let counted = counted.into_iter().filter(|(.., count)| *count > 0);
        let unit = lang.pick("件", "");
        let words: Vec<String> = counted
            .map(|(ja, en, count)| format!("{} {}{unit}", lang.pick(ja, en), grouped(count)))
            .collect();
        vec![
            shop.account.to_string(),
            shop.name.clone(),
            words.join(lang.pick("、", ", ")),
        ]
    };
    let rows: Rows = shops.iter().map(row).collect();
    let title = lang.pick("ショップ別の変化", "Changes by shop");
    format!("\n{title}\n{}", table(&rows, &[]))
}

/// The products whose stock or price changed, and those whose fall in price was not believed.
pub(super) fn products(report: &Report, lang: Lang) -> String {
    let (stock, prices, doubted) = (
        &report.stock_changes,
        &report.price_changes,
        &report.doubted,
    );
    let turned = |change| {
        let of_change = stock
            .examples
            .iter()
            .filter(move |one| one.change == change);
        of_change.map(|one| stock_row(one, lang)).collect::<Rows>()
    };
    let price_rows = |changes: &[PriceChange]| {
        let rows = changes.iter().take(EXAMPLES);
        rows.map(|change| price_row(change, lang)).collect::<Rows>()
    };
    [
        (
            lang.pick("在庫切れになった商品", "Sold out"),
            turned(StockChange::ToOut),
            stock.to_out,
        ),
        (
            lang.pick("在庫が戻った商品", "Back in stock"),
            turned(StockChange::ToIn),
            stock.to_in,
        ),
        (
            lang.pick("大きな価格の変化", "Largest price changes"),
            price_rows(&prices.examples),
            prices.count,
        ),
        (
            lang.pick(
                "反映していない大きな値下がり(Amazonの2回目の回答と一致しない)",
                "Large falls that were not applied, since Amazon's second answer differs",
            ),
            price_rows(&doubted.examples),
            doubted.count,
        ),
    ]
    .into_iter()
    .filter(|(_, rows, _)| !rows.is_empty())
    .map(|(title, rows, count)| section(title, &rows, count, lang))
    .collect()
}

fn section(title: &str, rows: &Rows, count: u64, lang: Lang) -> String {
    let rest = rest(count, rows.len(), lang);
    // The shops and the name are the last two columns.
    let values = rows.first().map_or(0, |row| row.len() - 3);
    let aligns = [vec![Align::Left], vec![Align::Right; values]].concat();
    let rows = table(rows, &aligns);
    format!("\n{title}\n{rows}{rest}")
}

fn stock_row(turned: &TurnedStock, lang: Lang) -> Vec<String> {
    let (has, out) = (lang.pick("あり", "in stock"), lang.pick("切れ", "sold out"));
    let (before, after) = match turned.change {
        StockChange::ToOut => (has, out),
        StockChange::ToIn => (out, has),
    };
    let row = [turned.asin.as_str(), before, "->", after].map(str::to_owned);
    row.into_iter()
        .chain(known_as(&turned.known_as, lang))
        .collect()
}

fn price_row(change: &PriceChange, lang: Lang) -> Vec<String> {
    let yen = lang.pick("円", " yen");
    let difference = change.old.difference_to(change.new);
    let row = [
        change.asin.to_string(),
        format!("{}{yen}", change.old),
        "->".to_owned(),
        format!("{}{yen}", change.new),
        format!("{}{yen}", signed(difference)),
    ];
    row.into_iter()
        .chain(known_as(&change.known_as, lang))
        .collect()
}

/// Shops and name.
fn known_as(known_as: &KnownAs, lang: Lang) -> [String; 2] {
    let shops = known_as.accounts.iter().map(AccountId::as_str);
    let shops: Vec<&str> = shops.collect();
    let name = known_as.name.as_deref().unwrap_or_default();
    [
        shops.join(lang.pick("、", ", ")),
        name.chars().take(LONGEST_NAME).collect(),
    ]
}
