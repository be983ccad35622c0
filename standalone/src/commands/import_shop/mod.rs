//! `import shop`: reads all items of the shops and imports those whose SKU contains an ASIN.

mod pages;

use crate::cli::ImportShopArgs;
use crate::commands::import::held_text;
use crate::database::CommandStore;
use crate::import::from_shop::{self, LeftOut};
use crate::lock::WorkLock;
use crate::output::CommandOutput;
use crate::progress::print_status;
use app::config::Settings;
use app::run_mode::RunMode;
use app::wiring;
use producer::{inactive_account, unknown_account};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::ports::context::Context;
use shared::ports::store::NewListing;
use std::fmt::Write as _;
use ui::command_error::{CommandError, Exit};
use ui::layout::{amount, clean, grouped};
use ui::message::{Lang, Text, text};

/// Items listed in the text; the JSON has all.
const NAMED: usize = 20;

/// The result of an import.
#[derive(Debug, Serialize)]
struct ShopImportSummary {
    dry_run: bool,
    shops: usize,
    items: u64,
    /// Items that were imported, or would be.
    taken: u64,
    /// Items that were imported before.
    known: u64,
    /// Items that were skipped.
    left_out: u64,
    taken_items: Vec<NamedItem>,
    left_out_items: Vec<NamedItem>,
}

#[derive(Debug, Serialize)]
struct NamedItem {
    account: AccountId,
    item_id: i64,
    sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Reads the shops and imports their items; with `--dry-run` only shows the result. [`Exit::Usage`]
/// when a person has to resolve a conflict.
///
/// # Errors
///
/// Wrong settings, an unknown account, a shop that cannot be read; then nothing is imported.
pub async fn import_shop(
    args: &ImportShopArgs,
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let _lock = WorkLock::unless_shared(settings)?;
    let app = wiring::build(settings, RunMode::Live, store.open().await?).await?;
    let ctx = &app.ctx;
    let shops = chosen(args.account.as_ref(), ctx).await?;
    let (mut items, mut known) = (0, Vec::new());
    let (mut listings, mut skipped) = (Vec::new(), Vec::new());
    for shop in &shops {
        let read = pages::all(shop, ctx, out.lang).await?;
        let sorted = from_shop::sort(shop, &read, &ctx.store.listings_of(shop).await?);
        items += read.len() as u64;
        known.extend(sorted.known);
        listings.extend(sorted.listings);
        skipped.extend(sorted.left_out);
    }
    let conflicts = skipped.iter().any(|item| item.why.is_a_conflict());
    let left_out = skipped.iter().map(|item| left_out(item, out.lang));
    let summary = ShopImportSummary {
        dry_run: args.dry_run,
        shops: shops.len(),
        items,
        taken: listings.len() as u64,
        known: known.len() as u64,
        left_out: skipped.len() as u64,
        taken_items: listings.iter().map(taken).collect(),
        left_out_items: left_out.collect(),
    };
    let mut held = Vec::new();
    if !args.dry_run {
        // Only what another import has listed since the listings were read above.
        held = ctx.store.import(&listings, ctx.clock.now()).await?.held;
        // Amazon is asked again for what a person imports again.
        ctx.store.forget_invalid(&known).await?;
    }
    out.show(&summary, render)?;
    for held in &held {
        print_status(held_text(held).of(out.lang));
    }
    let right = !conflicts && held.is_empty();
    Ok(if right { Exit::Done } else { Exit::Usage })
}

async fn chosen(only: Option<&AccountId>, ctx: &Context) -> Result<Vec<AccountId>, CommandError> {
    let accounts = ctx.store.accounts().await?;
    if let Some(account) = only {
        return match accounts.iter().find(|row| row.id == *account) {
            Some(row) if row.active => Ok(vec![account.clone()]),
            Some(_) => Err(inactive_account(account)),
            None => Err(unknown_account(account)),
        };
    }
    let active = accounts.into_iter().filter(|row| row.active);
    Ok(active.map(|row| row.id).collect())
}

fn taken(listing: &NewListing) -> NamedItem {
    NamedItem {
        account: listing.account.clone(),
        item_id: listing.item.0,
        sku: Some(listing.sku.clone()),
        asin: Some(listing.asin.to_string()),
        why: None,
    }
}

fn left_out(out: &LeftOut, lang: Lang) -> NamedItem {
    NamedItem {
        account: out.account.clone(),
        item_id: out.item.0,
        sku: out.sku.clone(),
        asin: None,
        why: Some(out.why.message().of(lang).to_owned()),
    }
}

fn render(summary: &ShopImportSummary, lang: Lang) -> String {
    let [taken, known] = [summary.taken, summary.known].map(grouped);
    let items = amount(summary.items, "item", "items");
    let text = if summary.dry_run {
        text!(
            "{items}件を読みました。取り込むのは{taken}件です(お試し実行のため、まだ取り込んでいません。登録済み {known}件)\n",
            "{items} read, {taken} would be imported (dry run: nothing was), {known} already imported\n",
            items = items,
        )
    } else {
        text!(
            "{items}件を読み、{taken}件を取り込みました(登録済み {known}件)\n",
            "{items} read, {taken} imported, {known} already imported\n",
            items = items,
        )
    };
    let mut text = text.of(lang).to_owned();
    if summary.dry_run {
        text.push_str(&named(&summary.taken_items, lang));
    }
    if summary.left_out > 0 {
        let title = text!(
            "{left_out}件は取り込みません:\n",
            "{left_out} skipped:\n",
            left_out = amount(summary.left_out, "item", "items"),
        );
        text.push_str(title.of(lang));
        text.push_str(&named(&summary.left_out_items, lang));
    }
    if let Some(nothing) = nothing(summary) {
        let _ = writeln!(text, "{}", nothing.of(lang));
    }
    text
}

/// Why there was nothing to import, and what to do; `None` when there was something.
fn nothing(summary: &ShopImportSummary) -> Option<Text> {
    if summary.taken + summary.known > 0 {
        return None;
    }
    Some(if summary.shops == 0 {
        text!(
            "有効なショップがありません。ショップ一覧で active = true にしてください",
            "no shop is active: set active = true in the accounts file"
        )
    } else if summary.items == 0 {
        text!(
            "ショップに商品が1件もありません。BASEの管理画面で商品を登録してから、もう一度実行してください",
            "the shops have no item: add items in the admin page of BASE, then import again"
        )
    } else {
        text!(
            "SKUにASINのある商品がありません。SKUにASINを書くか、ASINと商品番号の表を miseban import listings FILE で取り込んでください",
            "no item has an ASIN in its SKU: write it there, or import a table of ASINs and item numbers with miseban import listings FILE"
        )
    })
}

fn named(items: &[NamedItem], lang: Lang) -> String {
    let mut text: String = items.iter().take(NAMED).map(line).collect();
    let left = items.len().saturating_sub(NAMED);
    if left > 0 {
        let left = grouped(left as u64);
        let more = text!(
            "  ほか {left}件(--json ですべて見られます)\n",
            "  and {left} more (--json lists all)\n"
        );
        text.push_str(more.of(lang));
    }
    text
}

fn line(item: &NamedItem) -> String {
    let sku = clean(item.sku.as_deref().unwrap_or("-"));
    let what = item.asin.as_deref().or(item.why.as_deref());
    let what = what.unwrap_or_default();
    format!("  {} {} {sku}: {what}\n", item.account, item.item_id)
}
