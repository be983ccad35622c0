//! Reads all items of a shop page by page within its rate limit, and prints the progress on stderr.

use crate::commands::accounts::advice;
use crate::progress::print_status;
use shared::domain::account::AccountId;
use shared::domain::lane::Priority;
use shared::domain::listing::ItemId;
use shared::domain::shop_page::{PageCursor, ShopItem, ShopPage};
use shared::ports::context::Context;
use shared::ports::limiter::{Grant, Permit};
use shared::ports::shop::ShopError;
use std::collections::HashSet;
use std::time::Duration;
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::layout::{amount, when};
use ui::message::{Lang, Text, text};

/// Pages between two progress lines.
const PAGES_A_LINE: usize = 10;
/// Attempts to read a page while the shop is unavailable, and the pause between them.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);

/// All items of the shop.
pub(super) async fn all(
    shop: &AccountId,
    ctx: &Context,
    lang: Lang,
) -> Result<Vec<ShopItem>, CommandError> {
    let mut items: Vec<ShopItem> = Vec::new();
    let mut cursor: Option<PageCursor> = None;
    let mut read: HashSet<ItemId> = HashSet::new();
    for pages in 1_usize.. {
        let page = read_page(shop, cursor.as_ref(), ctx).await?;
        let new = page.items.iter().filter(|item| read.insert(item.id));
        // A shop that answers the same page again would do so for ever.
        let last = page.next.is_none() || new.count() == 0;
        cursor = page.next;
        items.extend(page.items);
        if last || pages.is_multiple_of(PAGES_A_LINE) {
            let message = text!(
                "{shop}: {count}件を読みました",
                "{shop}: {count} read",
                count = amount(items.len() as u64, "item", "items"),
            );
            print_status(message.of(lang));
        }
        if last {
            break;
        }
    }
    Ok(items)
}

async fn read_page(
    shop: &AccountId,
    cursor: Option<&PageCursor>,
    ctx: &Context,
) -> Result<ShopPage, CommandError> {
    let mut tries = 1;
    loop {
        let error = match try_page(shop, cursor, ctx).await? {
            Ok(page) => return Ok(page),
            Err(error) => error,
        };
        let again = match error {
            ShopError::TokenExpired => Some(Duration::ZERO),
            ShopError::Unavailable(_) | ShopError::NoTokens(_) => Some(PAUSE),
            _ => None,
        };
        match again.filter(|_| tries < TRIES) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(refused(shop, &error)),
        }
        tries += 1;
    }
}

async fn try_page(
    shop: &AccountId,
    cursor: Option<&PageCursor>,
    ctx: &Context,
) -> Result<Result<ShopPage, ShopError>, CommandError> {
    if let Err(error) = ctx.shop.prepare(shop).await {
        return Ok(Err(error));
    }
    let permit = permit(shop, ctx).await?;
    Ok(ctx.shop.items(permit, shop, cursor).await)
}

async fn permit(shop: &AccountId, ctx: &Context) -> Result<Permit, CommandError> {
    let lane = ctx.shop.lane(shop);
    loop {
        let granted = ctx.limiter.acquire(&lane, Priority::Normal).await;
        match granted.map_err(|error| unread(shop, &error))? {
            Grant::Go(permit) => return Ok(permit),
            Grant::Later(pause) => tokio::time::sleep(pause).await,
            Grant::Closed(until) => {
                let until = when(until);
                return Err(CommandError::Failed(text!(
                    "ショップ {shop} の利用上限に達しています。{until} を過ぎてから、もう一度実行してください。何も取り込んでいません",
                    "the quota of shop {shop} is used up until {until}: try again then. Nothing was imported"
                )));
            }
        }
    }
}

fn refused(shop: &AccountId, error: &ShopError) -> CommandError {
    let Text { ja, en } = advice::of(shop, error);
    CommandError::Failed(text!(
        "{ja}。何も取り込んでいません",
        "{en}. Nothing was imported"
    ))
}

fn unread(shop: &AccountId, error: &dyn std::fmt::Display) -> CommandError {
    CommandError::Failed(text!(
        "ショップ {shop} を読めません({error})。miseban doctor で調べてください。何も取り込んでいません",
        "shop {shop} cannot be read ({error}): run miseban doctor. Nothing was imported",
        error = cause(&error),
    ))
}
