//! `changes`: shows recent changes in the shops and their reasons.

pub(super) mod csv;
pub(super) mod text;
pub(super) mod view;

use crate::cli::ChangesArgs;
use crate::commands::explain::parse_asin;
use crate::output::CommandOutput;
use chrono::{DateTime, Utc};
use producer::unknown_account;
use shared::ports::store::{ChangesFilter, ListingChange, Store};
use ui::command_error::{CommandError, Exit};
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
    let filter = ChangesFilter {
        since: args.since.before(now),
        asin: args.asin.as_deref().map(parse_asin).transpose()?,
        account: args.account.clone(),
    };
    known_account(&filter, store).await?;
    let mut pages = ChangePager {
        store,
        filter: &filter,
        left: args.limit,
        last: None,
    };
    if args.csv {
        out.raw(&csv::head())?;
        while let Some(changes) = pages.next().await? {
            let rows: Vec<ChangeView> = changes.iter().map(ChangeView::of).collect();
            out.raw(&csv::rows(&rows))?;
        }
        return Ok(Exit::Done);
    }
    let mut changes = Vec::new();
    while let Some(next) = pages.next().await? {
        changes.extend(next.iter().map(ChangeView::of));
    }
    let view = ChangesView {
        since: filter.since,
        until: now,
        more: pages.more().await?,
        changes,
    };
    out.show(&view, text::render)?;
    Ok(Exit::Done)
}

/// All changes that are selected.
///
/// # Errors
///
/// When they cannot be read.
pub(super) async fn all(
    store: &dyn Store,
    filter: &ChangesFilter,
) -> Result<Vec<ChangeView>, CommandError> {
    let left = u32::MAX;
    let mut pages = ChangePager {
        store,
        filter,
        left,
        last: None,
    };
    let mut changes = Vec::new();
    while let Some(next) = pages.next().await? {
        changes.extend(next.iter().map(ChangeView::of));
    }
    Ok(changes)
}

/// Reads the requested changes page by page.
struct ChangePager<'a> {
    store: &'a dyn Store,
    filter: &'a ChangesFilter,
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
        let changes = self.read(limit).await?;
        let count = u32::try_from(changes.len()).unwrap_or(limit);
        self.left -= count;
        if let Some(last) = changes.last() {
            self.last = Some(last.clone());
        }
        Ok(Some(changes).filter(|changes| !changes.is_empty()))
    }

    async fn more(&self) -> Result<bool, CommandError> {
        Ok(!self.read(1).await?.is_empty())
    }

    async fn read(&self, limit: u32) -> Result<Vec<ListingChange>, CommandError> {
        let last = self.last.as_ref();
        Ok(self.store.changes(self.filter, last, limit).await?)
    }
}

/// A misspelt shop must not look like a shop without changes.
async fn known_account(filter: &ChangesFilter, store: &dyn Store) -> Result<(), CommandError> {
    let Some(account) = &filter.account else {
        return Ok(());
    };
    let accounts = store.accounts().await?;
    let known = accounts.iter().any(|row| row.id == *account);
    known.then_some(()).ok_or_else(|| unknown_account(account))
}
