//! The examples that a report and a notice show of a long list.

use crate::layout::{amount, grouped};
use crate::message::{Text, text};
use shared::domain::asin::Asin;
use shared::domain::report::Report;
use shared::domain::run::{RunKind, RunState};

/// How many examples a list shows; of the others only the number is shown.
pub const EXAMPLES: usize = 10;

/// How many of `all` are not among the `shown` ones; `None` when all are shown.
pub fn more(all: u64, shown: usize) -> Option<Text> {
    let left = all.saturating_sub(shown as u64);
    (left > 0).then(|| {
        let left = grouped(left);
        text!("ほか{left}件", "and {left} more")
    })
}

/// The products whose price fell too far in one answer only, and what a person can do about them.
pub fn doubted(report: &Report) -> Option<Text> {
    let examples = report.doubted.examples.iter().take(EXAMPLES);
    let names: Vec<&str> = examples.map(|change| change.asin.as_str()).collect();
    if report.doubted.count == 0 {
        return None;
    }
    let rest = more(report.doubted.count, names.len()).unwrap_or_else(|| text!("", ""));
    let names = names.join(" ");
    let doubted = text!(
        "Amazonの価格が一度の回答で大きく下がり、2回目の回答と一致しない商品が{count}件あります(前の価格のまま)。Amazonの商品ページで確かめてください: {names} {rest}",
        "the price of {count} fell far in one answer of Amazon, and its second answer differs, so the last price stays: see the page on Amazon: {names} {rest}",
        count = amount(report.doubted.count, "product", "products"),
        rest = rest,
    );
    Some(Text {
        ja: doubted.ja.trim_end().to_owned(),
        en: doubted.en.trim_end().to_owned(),
    })
}

/// The ASINs for which the run got no value, and what a person can do about them.
pub fn missing(report: &Report) -> Option<Text> {
    let by_asin = report.kind != RunKind::Reconcile;
    let ended = matches!(report.state, RunState::Done | RunState::Incomplete);
    let unreported = if ended && by_asin {
        report.asins.saturating_sub(report.outcomes.total())
    } else {
        0
    };
    let known = report.still_missing.len() as u64;
    let all = (report.backfill.failed + unreported).max(known);
    if all == 0 {
        return None;
    }
    let names: Vec<&str> = report
        .still_missing
        .iter()
        .take(EXAMPLES)
        .map(Asin::as_str)
        .collect();
    let rest = more(all, names.len()).unwrap_or_else(|| text!("", ""));
    let names = names.join(" ");
    let missing = if report.kind.updates_listings() {
        text!(
            "まだ確認できていないASINが{count}件あります(ショップの表示は前のまま、一覧は miseban list missing)。miseban run stale で再確認できます: {names} {rest}",
            "{count} still missing (the shops keep showing the previous values; miseban list missing lists all); miseban run stale asks again: {names} {rest}",
            count = amount(all, "ASIN is", "ASINs are"),
            rest = rest,
        )
    } else {
        text!(
            "商品情報を取得できなかったASINが{count}件あります(Amazonに該当商品がないのかもしれません): {names} {rest}",
            "{count} no basic information (perhaps unknown to Amazon): {names} {rest}",
            count = amount(all, "ASIN got", "ASINs got"),
            rest = rest,
        )
    };
    Some(Text {
        ja: missing.ja.trim_end().to_owned(),
        en: missing.en.trim_end().to_owned(),
    })
}
