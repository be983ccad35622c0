//! The changes as text: what changed, and why.

use super::view::{ChangeView, ChangesView, ObservationView};
use shared::domain::listing::ShopState;
use std::fmt::Write as _;
use ui::labels;
use ui::layout::{amount, clean, grouped, when};
use ui::message::{Lang, text};

/// All changes.
pub fn render(view: &ChangesView, lang: Lang) -> String {
    let (since, count) = (when(view.since), grouped(view.changes.len() as u64));
    let title = text!(
        "{since} からの変更(新しい順) {count}件\n",
        "Changes since {since}, newest first: {count}\n"
    );
    let mut text = title.of(lang).to_owned();
    for change in &view.changes {
        text.push_str(&entry(change, lang));
    }
    if view.more {
        let more = text!(
            "\nもっとあります。--since を短くするか、--limit を増やすか、--csv で全部を書き出してください\n",
            "\nThere are more: shorten --since, raise --limit, or narrow with --asin or --account\n"
        );
        text.push_str(more.of(lang));
    }
    text
}

/// One change: where, what and why.
pub fn entry(change: &ChangeView, lang: Lang) -> String {
    let (at, account, asin) = (when(change.at), &change.account, change.asin);
    let state = labels::update_state(&change.state, change.code.as_deref(), lang);
    let mut text = format!("\n{at}  {account}  {asin}  {}\n", clean(state));
    let _ = writeln!(text, "  {}", difference(&change.from, &change.to, lang));
    let _ = writeln!(text, "  {}", cause(change, lang));
    if let Some(code) = &change.code {
        let _ = writeln!(text, "  {}", clean(&labels::code(code, lang)));
    }
    text
}

/// Only the values that differ.
fn difference(from: &ShopState, to: &ShopState, lang: Lang) -> String {
    let mut parts = Vec::new();
    if from.price != to.price {
        let (old, new) = (from.price, to.price);
        parts.push(text!("価格 {old}円 -> {new}円", "price {old} -> {new} yen"));
    }
    if from.visible != to.visible {
        parts.push(if to.visible {
            text!("非公開 -> 公開", "hidden -> public")
        } else {
            text!("公開 -> 非公開", "public -> hidden")
        });
    }
    if let (Some(old), Some(new)) = (from.stock, to.stock)
        && old != new
    {
        parts.push(text!("在庫 {old} -> {new}", "stock {old} -> {new}"));
    }
    if parts.is_empty() {
        return labels::shop_state(to, lang);
    }
    let parts: Vec<&str> = parts.iter().map(|part| part.of(lang)).collect();
    parts.join(lang.pick("、", ", "))
}

fn cause(change: &ChangeView, lang: Lang) -> String {
    let run = change.cause.run_id;
    let kind = labels::kind(change.cause.kind, lang);
    let seen = change.cause.observation.as_ref();
    let seen = seen.map_or_else(
        || lang.pick("記録なし", "no record").to_owned(),
        |seen| observation(seen, lang),
    );
    let price = change.cause.amazon_price.as_ref().map(|price| {
        let (old, new) = (price.old, price.new);
        text!("({old}円 -> {new}円)", " ({old} -> {new} yen)")
    });
    let price = price.as_ref().map_or("", |text| text.of(lang));
    let text = text!(
        "理由: {seen}{price}、実行 {run}({kind})",
        "why: {seen}{price}; run {run} ({kind})"
    );
    text.of(lang).to_owned()
}

fn observation(seen: &ObservationView, lang: Lang) -> String {
    let outcome = labels::outcome(seen.outcome, lang);
    let offers = seen.offers;
    if let Some(won) = &seen.won {
        let price = grouped(won.price.map_or(0, i64::unsigned_abs));
        let seller = clean(won.seller_id.as_deref().unwrap_or("?"));
        let text = text!(
            "{outcome}: {offers}件の出品から {seller} の{price}円を選択",
            "{outcome}: chose {seller} at {price} yen from {offers}",
            offers = amount(offers as u64, "offer", "offers"),
        );
        return text.of(lang).to_owned();
    }
    match seen.rejected {
        Some(why) => {
            let why = labels::rejection(why, lang);
            let text = text!(
                "{outcome}: {offers}件とも条件に合わない(主な理由: {why})",
                "{outcome}: none of {offers} accepted (main reason: {why})",
                offers = amount(offers as u64, "offer", "offers"),
            );
            text.of(lang).to_owned()
        }
        None => outcome.to_owned(),
    }
}
