//! The sections of a reconciliation.

use super::sections::{Rows, counts, rest, two_columns};
use crate::causes::cause;
use crate::examples::EXAMPLES;
use crate::labels;
use crate::layout::{Align, clean, counted, table};
use crate::message::Lang;
use shared::domain::report::{Drifted, Reconciled, ReconciledShop, Report, UnknownItem};

/// The shops, the differences that were found in them, and examples of each.
pub fn render(report: &Report, found: &Reconciled, lang: Lang) -> String {
    let title = lang.pick("ショップの商品", "Items of the shops");
    let mut text = two_columns(title, &figures(report, found, lang));
    text.push_str(&shops(found, lang));
    for (title, all, examples) in [
        (
            lang.pick("管理画面で変更されていた商品", "Changed by hand"),
            found.drifted,
            &found.examples,
        ),
        (
            lang.pick("ショップで売り切れた商品", "Sold out in the shop"),
            found.sold_out,
            &found.sold_out_examples,
        ),
        (
            lang.pick("ショップで削除されていた商品", "Deleted from the shop"),
            found.gone,
            &found.gone_examples,
        ),
    ] {
        text.push_str(&examples_of(title, all, examples, lang));
    }
    for (title, all, examples) in [
        (
            lang.pick(
                "値がおかしく、比べられなかった商品",
                "Impossible values, not compared",
            ),
            found.impossible,
            &found.impossible_examples,
        ),
        (
            lang.pick("店番に未登録の商品", "Items unknown to Miseban"),
            found.unknown,
            &found.unknown_examples,
        ),
    ] {
        text.push_str(&items_of(title, all, examples, lang));
    }
    text
}

fn figures(report: &Report, found: &Reconciled, lang: Lang) -> Rows {
    let (kept, unknown) = (found.sold_out, found.unknown);
    let impossible = found.impossible;
    let rows = [
        ("読んだ商品", "items read", found.items),
        ("BASEの呼び出し", "calls to BASE", report.requests),
        ("管理画面で変更されていた", "changed by hand", found.drifted),
        ("うち価格", "of these the price", found.price),
        (
            "うち公開・非公開",
            "of these shown or hidden",
            found.visible,
        ),
        ("うち在庫数", "of these the stock", found.stock),
        (
            "売り切れ(Amazonにはある)",
            "sold out, still on Amazon",
            kept,
        ),
        ("削除されていた", "deleted", found.gone),
        ("値がおかしい", "with impossible values", impossible),
        ("店番に未登録の商品", "items unknown to Miseban", unknown),
    ];
    counts(rows, lang)
}

fn shops(found: &Reconciled, lang: Lang) -> String {
    let row = |shop: &ReconciledShop| {
        let state = match shop.state.as_str() {
            "done" => lang.pick("完了", "done"),
            "held" => lang.pick("確認待ち", "held"),
            "given_up" => lang.pick("読めなかった", "could not be read"),
            _ => lang.pick("途中", "open"),
        };
        let error = shop.error.as_deref();
        let error = error
            .map(|error| clean(cause(error).of(lang)))
            .unwrap_or_default();
        vec![
            shop.account.to_string(),
            counted(shop.items, lang),
            state.to_owned(),
            error,
        ]
    };
    let rows: Rows = found.shops.iter().map(row).collect();
    let title = lang.pick("ショップ", "Shops");
    let rows = table(&rows, &[Align::Left, Align::Right]);
    format!("\n{title}\n{rows}")
}

fn examples_of(title: &str, all: u64, examples: &[Drifted], lang: Lang) -> String {
    if examples.is_empty() {
        return String::new();
    }
    let row = |one: &Drifted| {
        let found = one.found.as_ref();
        let found = found.map(|found| labels::shop_state(found, lang));
        vec![
            one.account.to_string(),
            one.asin.to_string(),
            one.item.0.to_string(),
            labels::shop_state(&one.left, lang),
            "->".to_owned(),
            found.unwrap_or_else(|| lang.pick("なし", "none").to_owned()),
        ]
    };
    let rows: Rows = examples.iter().take(EXAMPLES).map(row).collect();
    let rest = rest(all, rows.len(), lang);
    format!("\n{title}\n{}{rest}", table(&rows, &[]))
}

fn items_of(title: &str, all: u64, examples: &[UnknownItem], lang: Lang) -> String {
    if examples.is_empty() {
        return String::new();
    }
    let row = |one: &UnknownItem| {
        let sku = one.sku.as_deref().map(clean);
        vec![
            one.account.to_string(),
            one.item.0.to_string(),
            sku.unwrap_or_else(|| lang.pick("(SKUなし)", "(no SKU)").to_owned()),
        ]
    };
    let rows: Rows = examples.iter().take(EXAMPLES).map(row).collect();
    let rest = rest(all, rows.len(), lang);
    format!("\n{title}\n{}{rest}", table(&rows, &[]))
}
