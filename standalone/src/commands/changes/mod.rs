//! `changes`: shows recent changes in the shops and their reasons.

mod csv;
mod text;
mod view;

use crate::cli::ChangesArgs;
use crate::output::CommandOutput;
use chrono::{DateTime, Utc};
use shared::domain::asin::Asin;
use shared::ports::store::{ChangesFilter, ListingChange, Store};
use ui::command_error::{CommandError, Exit};
use ui::message::text;
use view::{ChangeView, ChangesView};

/// Changes read from the database at once.
const PAGE: u32 = 500;

/// Prints the newest changes up to the limit, and whether there are more.
///
/// # Errors
///
/// [`CommandError::Usage`] for an invalid ASIN or an unknown shop.
pub async fn changes(
    store: &dyn Store,
    args: &ChangesArgs,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let asked = ChangesFilter {
        since: args.since.before(now),
        asin: args.asin.as_deref().map(asin).transpose()?,
        account: args.account.clone(),
    };
    known_account(&asked, store).await?;
    let mut found = ChangePager {
        store,
        asked: &asked,
        left: args.limit,
        last: None,
    };
    if args.csv {
        out.raw(&csv::head())?;
        while let Some(changes) = found.next().await? {
            let rows: Vec<ChangeView> = changes.iter().map(ChangeView::of).collect();
            out.raw(&csv::rows(&rows))?;
        }
        return Ok(Exit::Done);
    }
    let mut changes = Vec::new();
    while let Some(next) = found.next().await? {
        changes.extend(next.iter().map(ChangeView::of));
    }
    let view = ChangesView {
        since: asked.since,
        until: now,
        more: found.more().await?,
        changes,
    };
    out.show(&view, text::render)?;
    Ok(Exit::Done)
}

/// Reads the requested changes page by page.
struct ChangePager<'a> {
    store: &'a dyn Store,
    asked: &'a ChangesFilter,
    left: u32,
    last: Option<ListingChange>,
}

impl ChangePager<'_> {
    /// The next page; `None` after the last one, or when the limit is reached.
    async fn next(&mut self) -> Result<Option<Vec<ListingChange>>, CommandError> {
        let limit = self.left.min(PAGE);
        if limit == 0 {
            return Ok(None);
        }
        let store = self.store;
        let changes = store.changes(self.asked, self.last.as_ref(), limit).await?;
        let count = u32::try_from(changes.len()).unwrap_or(limit);
        self.left -= count;
        if let Some(last) = changes.last() {
            self.last = Some(last.clone());
        }
        Ok(Some(changes).filter(|changes| !changes.is_empty()))
    }

    async fn more(&self) -> Result<bool, CommandError> {
        let beyond = self
            .store
            .changes(self.asked, self.last.as_ref(), 1)
            .await?;
        Ok(!beyond.is_empty())
    }
}

fn asin(given: &str) -> Result<Asin, CommandError> {
    Asin::parse(given).map_err(|error| crate::commands::explain::no_asin(&error))
}

/// A misspelt shop must not look like a shop without changes.
async fn known_account(asked: &ChangesFilter, store: &dyn Store) -> Result<(), CommandError> {
    let Some(account) = &asked.account else {
        return Ok(());
    };
    let accounts = store.accounts().await?;
    if accounts.iter().any(|row| row.id == *account) {
        return Ok(());
    }
    Err(CommandError::Usage(text!(
        "ショップ {account} はありません。idを確かめてください(miseban status で見られます)",
        "there is no account {account}: check the id (miseban status lists them)"
    )))
}
