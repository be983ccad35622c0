//! `status`: what is going on, what went on, and how the shops and quotas stand.

mod text;
mod view;

use crate::page::Page;
use crate::say::{Exit, Failure};
use chrono::{DateTime, TimeDelta, Utc};
use shared::ports::store::{Store, TokenAge};
use view::{LaneView, NoticesView, OpenRun, PastRun, ShopView, View};

/// How many runs are shown of each list.
const RUNS: u32 = 10;

/// Prints the state of all; tokens that end within `warned_before` are told.
pub async fn status(
    store: &dyn Store,
    warned_before: TimeDelta,
    now: DateTime<Utc>,
    page: &mut Page<'_>,
) -> Result<Exit, Failure> {
    let mut open_runs = Vec::new();
    for run in store.runs(true, RUNS).await? {
        let progress = store.run_view(run.id).await?;
        open_runs.push(OpenRun::of(&run, &progress));
    }
    let past = store.runs(false, RUNS).await?;
    let counts = store.listing_counts().await?;
    let shops = store.accounts().await?;
    let ages = store.token_ages().await?;
    let lanes = store.lanes().await?;
    let channels = store.notice_channels().await?;
    let view = View {
        open_runs,
        last_runs: past
            .iter()
            .filter(|run| !run.state.is_open())
            .map(PastRun::of)
            .collect(),
        accounts: shops
            .iter()
            .map(|shop| {
                let ends = ages.iter().find(|age| age.is_of(&shop.id));
                let ends = ends.map(TokenAge::ends_at);
                let near = ends.filter(|ends| *ends - now <= warned_before);
                ShopView::of(shop, &counts, near, now)
            })
            .collect(),
        lanes: lanes
            .iter()
            .map(|(lane, memory)| LaneView::of(lane, memory, now))
            .collect(),
        notices: channels.into_iter().map(NoticesView::from).collect(),
    };
    page.show(&view, text::render)?;
    Ok(Exit::Done)
}
