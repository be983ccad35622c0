//! `explain ASIN`: shows everything about one ASIN, and the reasons.

mod text;
mod view;

use crate::import::quoted::no_asin;
use crate::output::CommandOutput;
use shared::domain::asin::Asin;
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
    let asin = parse_asin(asin)?;
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

/// The ASIN of an argument.
pub(super) fn parse_asin(given: &str) -> Result<Asin, CommandError> {
    Asin::parse(given).map_err(|_| CommandError::Usage(no_asin(given)))
}
