//! `list`: prints one of the lists of products in full, of which reports show the first ten.

mod text;

use crate::cli::ListArgs;
use crate::commands::find_run::find_run;
use crate::output::CommandOutput;
use crate::progress::print_status;
use producer::unknown_account;
use shared::ports::store::{ItemFilter, ListedItem, Store};
use std::io;
use ui::command_error::{CommandError, Exit};
use ui::message::text;

/// Products read from the database at once.
const PAGE: u32 = 1_000;

/// Prints a line for each product, so that the result can be piped; on stderr their number, and what a
/// person can do about them.
///
/// # Errors
///
/// [`CommandError::Usage`] for an unknown run or shop, and for a run that has no such list.
pub async fn list(
    store: &dyn Store,
    args: &ListArgs,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let filter = filter(store, args).await?;
    let (list, is_json) = (args.list, args.output.json);
    if is_json {
        out.raw(&format!("{{\"list\":\"{}\",\"items\":[", list.as_str()))?;
    }
    let mut after: Option<String> = None;
    let mut count = 0;
    loop {
        let items = store.items(list, &filter, after.as_deref(), PAGE).await?;
        let Some(end) = items.last() else { break };
        if is_json {
            out.raw(&objects(&items, after.is_none())?)?;
        } else {
            out.raw(&text::rows(&items, out.lang))?;
        }
        count += items.len() as u64;
        after = Some(end.place.clone());
    }
    if is_json {
        out.raw(&format!("],\"count\":{count}}}\n"))?;
    } else {
        print_status(text::summary(list, count).of(out.lang));
    }
    Ok(Exit::Done)
}

/// The elements of a JSON array, behind those of the page before.
fn objects(items: &[ListedItem], is_first: bool) -> io::Result<String> {
    let mut objects = Vec::new();
    for item in items {
        objects.push(serde_json::to_string(item)?);
    }
    let comma = if is_first { "" } else { "," };
    Ok(format!("{comma}{}", objects.join(",")))
}

/// A misspelt shop or run must not look like an empty list.
async fn filter(store: &dyn Store, args: &ListArgs) -> Result<ItemFilter, CommandError> {
    if let Some(account) = &args.account {
        let accounts = store.accounts().await?;
        if accounts.iter().all(|row| row.id != *account) {
            return Err(unknown_account(account));
        }
    }
    let mut run = None;
    if let Some(given) = &args.run {
        let list = args.list.as_str();
        if !args.list.is_of_runs() {
            return Err(CommandError::Usage(text!(
                "{list} の一覧は今の状態だけです。--run を付けずに実行してください",
                "the list {list} says how it is now: leave out --run"
            )));
        }
        run = Some(find_run(given, store).await?.id);
    }
    Ok(ItemFilter {
        account: args.account.clone(),
        run,
    })
}
