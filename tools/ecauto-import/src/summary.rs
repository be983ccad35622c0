//! The summary of an import, as JSON and as text.

use crate::takeover::{IssueRows, Takeover, UnusedTable};
use serde::Serialize;
use shared::ports::store::ImportCounts;
use ui::layout::{Align, amount, grouped, table};
use ui::message::{Lang, Text, text};

/// What was imported from a file, or would be.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct TakeoverSummary {
    dry_run: bool,
    listings: u64,
    products: u64,
    taken: u64,
    new: Option<u64>,
    changed: Option<u64>,
    same: Option<u64>,
    #[serde(rename = "met")]
    issues: Vec<IssueRows>,
    #[serde(rename = "set_aside")]
    unused_tables: Vec<UnusedTable>,
}

impl TakeoverSummary {
    /// The summary of `takeover`; `counts` are those of the store, `None` for a dry run.
    pub fn of(takeover: Takeover, counts: Option<&ImportCounts>) -> Self {
        Self {
            dry_run: counts.is_none(),
            listings: takeover.listings_read,
            products: takeover.products_read,
            taken: takeover.listings.len() as u64,
            new: counts.map(|counts| counts.new),
            changed: counts.map(|counts| counts.changed),
            same: counts.map(|counts| counts.same),
            issues: takeover.issues,
            unused_tables: takeover.unused_tables,
        }
    }
}

/// The summary for a person.
pub fn render(summary: &TakeoverSummary, lang: Lang) -> String {
    let mut text = head(summary).of(lang).to_owned();
    let (excluded, noted): (Vec<&IssueRows>, Vec<&IssueRows>) = summary
        .issues
        .iter()
        .partition(|rows| rows.issue.excludes_row());
    let title = lang.pick("取り込まない行", "Rows left out");
    text.push_str(&section(title, &excluded, lang));
    let title = lang.pick("確認してください", "Please note");
    text.push_str(&section(title, &noted, lang));
    text.push_str(&unused_tables(&summary.unused_tables, lang));
    text.push_str(next_step(summary).of(lang));
    text
}

fn head(summary: &TakeoverSummary) -> Text {
    let [listings, taken] =
        [summary.listings, summary.taken].map(|count| amount(count, "listing", "listings"));
    let products = amount(summary.products, "product", "products");
    let (Some(new), Some(changed), Some(same)) = (summary.new, summary.changed, summary.same)
    else {
        return text!(
            "お試し実行: 何も書いていません\n出品 {listings}件、商品 {products}件を読み、{taken}件を取り込めます\n",
            "Dry run: nothing was written\n{listings} and {products} read, {taken} can be imported\n",
            listings = listings,
            products = products,
            taken = taken,
        );
    };
    let [new, changed, same] = [new, changed, same].map(grouped);
    text!(
        "出品 {listings}件、商品 {products}件を読み、{taken}件を取り込みました(新規 {new}件、変更 {changed}件、変わらず {same}件)\n",
        "{listings} and {products} read, {taken} imported ({new} new, {changed} changed, {same} unchanged)\n",
        listings = listings,
        products = products,
        taken = taken,
    )
}

fn section(title: &str, issues: &[&IssueRows], lang: Lang) -> String {
    if issues.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{title}\n");
    for rows in issues {
        let (count, Text { ja, en }) = (grouped(rows.count), rows.issue.message());
        let line = text!("  {count}件: {ja}\n", "  {count}: {en}\n");
        text.push_str(line.of(lang));
        for example in &rows.examples {
            let (row, found) = (example.row, &example.found);
            let line = text!("      {row}番の行: {found}\n", "      row {row}: {found}\n");
            text.push_str(line.of(lang));
        }
        let more = rows.count - rows.examples.len() as u64;
        if more > 0 && !rows.examples.is_empty() {
            let more = grouped(more);
            let line = text!("      ほか {more}件\n", "      and {more} more\n");
            text.push_str(line.of(lang));
        }
    }
    text
}

fn unused_tables(tables: &[UnusedTable], lang: Lang) -> String {
    let tables: Vec<&UnusedTable> = tables.iter().filter(|table| table.rows > 0).collect();
    if tables.is_empty() {
        return String::new();
    }
    let title = lang.pick(
        "取り込まない表(店番は使いません)",
        "Tables not imported (Miseban does not use them)",
    );
    let row = |one: &&UnusedTable| vec![one.table.clone(), grouped(one.rows)];
    let rows: Vec<_> = tables.iter().map(row).collect();
    format!("\n{title}\n{}", table(&rows, &[Align::Left, Align::Right]))
}

fn next_step(summary: &TakeoverSummary) -> Text {
    if summary.dry_run {
        return text!(
            "\nよければ --apply を付けて、もう一度実行してください\n",
            "\nIf this is right, run it again with --apply\n"
        );
    }
    text!(
        "\n次は miseban run price-stock --dry-run --max-items 100 で様子を見てください。前のシステムは止めておいてください(同じショップを2つのプログラムで変更しないため)\n",
        "\nNext: miseban run price-stock --dry-run --max-items 100. Keep ecauto stopped, so that two programs do not edit the same shop\n"
    )
}
