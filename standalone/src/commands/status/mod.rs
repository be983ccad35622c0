//! `status`: shows open and past runs, shops, quotas and notifications.

mod text;
mod view;

use crate::output::CommandOutput;
use chrono::{DateTime, TimeDelta, Utc};
use shared::ports::store::{LaneMemory, Store, TokenAge};
use ui::command_error::{CommandError, Exit};
use view::{LaneView, OpenRun, PastRun, ShopFacts, ShopStatus, StatusView};

/// Runs shown per list.
const RUNS: u32 = 10;

/// Prints the status, with what is known of `lanes`, and a warning for tokens that expire within
/// `warned_before`.
pub async fn status(
    store: &dyn Store,
    lanes: &[(String, LaneMemory)],
    warned_before: TimeDelta,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let mut open_runs = Vec::new();
    for run in store.runs(true, RUNS).await? {
        let progress = store.run_view(run.id).await?;
        open_runs.push(OpenRun::of(&run, &progress));
    }
    let past = store.runs(false, RUNS).await?;
    let shops = store.accounts().await?;
    let counts = store.listing_counts().await?.into_iter();
    let facts = ShopFacts {
        counts: counts
            .map(|(id, listed, held)| (id, (listed, held)))
            .collect(),
        waiting: store.waiting_updates().await?.into_iter().collect(),
        ages: TokenAge::by_account(store.token_ages().await?),
        warned_before,
    };
    let channels = store.notice_channels().await?;
    let past = past.iter().filter(|run| !run.state.is_open());
    let shops = shops.iter().map(|shop| ShopStatus::of(shop, &facts, now));
    let lanes = lanes
        .iter()
        .map(|(lane, memory)| LaneView::of(lane, memory, now));
    let view = StatusView {
        open_runs,
        last_runs: past.map(PastRun::of).collect(),
        accounts: shops.collect(),
        lanes: lanes.collect(),
        notices: channels,
        invalid_listings: store.invalid_listings().await?,
    };
    out.show(&view, text::render)?;
    Ok(Exit::Done)
}
