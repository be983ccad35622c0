//! `explain ASIN`: shows everything about one ASIN, and the reasons.

mod text;
mod view;

use crate::output::CommandOutput;
use shared::domain::asin::{Asin, InvalidAsin};
use shared::ports::store::Store;
use ui::command_error::{CommandError, Exit};
use ui::message::text;

/// Prints everything about `asin`.
///
/// # Errors
///
/// [`CommandError::Usage`] for an invalid ASIN, [`CommandError::Failed`] for an unknown one.
pub async fn explain(
    store: &dyn Store,
    asin: &str,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let asin = Asin::parse(asin).map_err(|error| no_asin(&error))?;
    let facts = store.asin_history(asin).await?;
    let nowhere = facts.listings.is_empty() && facts.pending.is_empty();
    if facts.product.is_none() && facts.info.is_none() && nowhere && facts.seen.is_empty() {
        return Err(CommandError::Failed(text!(
            "{asin} はどのショップにもなく、Amazonに問い合わせたこともありません。ASINを確かめるか、miseban import listings で取り込んでください",
            "{asin} is in no shop, and Amazon was never asked about it: check the ASIN, or import it with miseban import listings"
        )));
    }
    out.show(&view::view(asin, facts), text::render)?;
    Ok(Exit::Done)
}

/// The error for an invalid ASIN.
pub(crate) fn no_asin(error: &InvalidAsin) -> CommandError {
    let shown = &error.text;
    CommandError::Usage(text!(
        "{shown:?} はASINではありません。英数字10文字です(例 B00EXAMPLE)",
        "{shown:?} is not an ASIN: ten letters or digits are needed, such as B00EXAMPLE"
    ))
}
