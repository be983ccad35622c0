//! `status`: shows open and past runs, shops, quotas, the programs that work, and notifications.

mod lanes;
mod schedule;
mod text;
mod view;

use crate::commands::accounts;
use crate::commands::programs::{LivePrograms, ProgramsView};
use crate::database::CommandStore;
use crate::output::CommandOutput;
use crate::progress::print_status;
use app::accounts::AccountsFile;
use app::config::Settings;
use app::wiring;
use chrono::{DateTime, TimeDelta, Utc};
use producer::ScheduleState;
pub(in crate::commands) use schedule::{ScheduleView, late};
use shared::domain::account::AccountId;
use shared::domain::schedule::RunSchedule;
use shared::ports::store::{LaneMemory, RunRow, Store, TokenAge};
use std::collections::HashSet;
use ui::command_error::{CommandError, Exit};
use ui::message::Lang;
use view::{LaneView, OpenRun, PastRun, ShopFacts, ShopStatus, StatusView};

/// Runs shown per list.
const RUNS: u32 = 10;

/// What is known outside of the database.
pub struct StatusSources<'a> {
    /// What is known of the quotas, by lane.
    pub lanes: &'a [(String, LaneMemory)],
    /// What works now.
    pub programs: LivePrograms,
    /// The shops with a first token in the accounts file; `None` if that cannot be read.
    pub first_tokens: Option<HashSet<AccountId>>,
    /// How long before their expiry tokens are reported.
    pub warned_before: TimeDelta,
    /// When the regular runs start.
    pub schedule: &'a RunSchedule,
}

/// Prints the status, as far as the servers of `settings` tell it.
///
/// # Errors
///
/// A database that cannot be used.
pub async fn show(
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let (store, now) = store.existing_now().await?;
    let redis = wiring::link_of(settings, Some(store)).await;
    if let Err(failure) = &redis
        && let (Some(told), _) = failure.verdict()
    {
        print_status(&format!("miseban: {}", told.of(out.lang)));
    }
    let link = redis.as_ref().map(Option::as_ref);
    let programs = LivePrograms::look(settings, Some(store), link).await?;
    let lanes = app::lanes::lanes(settings, store, link.ok().flatten()).await?;
    let accounts = AccountsFile::read(&settings.base.accounts_file).ok();
    let sources = StatusSources {
        lanes: &lanes,
        programs,
        first_tokens: accounts.map(|file| file.with_first_token()),
        warned_before: accounts::warned_before(settings),
        schedule: &settings.work.schedule,
    };
    status(store, sources, now, out).await
}

/// Prints the status. [`Exit::Failed`] when a part of it is not known, or a run is overdue.
///
/// # Errors
///
/// A database that does not answer.
pub async fn status(
    store: &dyn Store,
    sources: StatusSources<'_>,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let mut open_runs = Vec::new();
    for run in store.runs(true, RUNS).await? {
        let progress = store.run_view(run.id).await?;
        open_runs.push(OpenRun::of(&run, &progress));
    }
    let past = ended_runs(store, now).await?;
    let shops = store.accounts().await?;
    let facts = ShopFacts {
        counts: store.listing_counts().await?,
        waiting: store.waiting_updates().await?.into_iter().collect(),
        ages: TokenAge::by_account(store.token_ages().await?),
        first_tokens: sources.first_tokens,
        warned_before: sources.warned_before,
    };
    let schedule = ScheduleState::read(store, sources.schedule, now).await?;
    let channels = store.notice_channels().await?;
    let shops = shops.iter().map(|shop| ShopStatus::of(shop, &facts, now));
    let lanes = sources.lanes.iter();
    let view = StatusView {
        open_runs,
        last_runs: past.iter().map(PastRun::of).collect(),
        accounts: shops.collect(),
        lanes: lanes
            .map(|(lane, memory)| LaneView::of(lane, memory, now))
            .collect(),
        notices: channels,
        invalid_listings: store.invalid_listings().await?,
        schedule: ScheduleView::of(&schedule),
        programs: ProgramsView::of(&sources.programs),
        live: sources.programs,
    };
    out.show(&view, render)?;
    let on_time = view.schedule.overdue_since.is_none();
    Ok(if view.live.are_known() && on_time {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// An overdue run is told last, where it is seen first.
fn render(view: &StatusView, lang: Lang) -> String {
    let schedule = &view.schedule;
    let late = late(schedule);
    let late = late.iter().map(|text| format!("\n{}\n", text.of(lang)));
    [schedule::render(schedule, lang), text::render(view, lang)]
        .into_iter()
        .chain(late)
        .collect()
}

/// The newest runs, as far as they have ended: each with the state of its report, which tells whether it is
/// complete.
async fn ended_runs(store: &dyn Store, now: DateTime<Utc>) -> Result<Vec<RunRow>, CommandError> {
    let mut ended = store.runs(false, RUNS).await?;
    ended.retain(|run| !run.state.is_open());
    for run in &mut ended {
        if let Some(report) = store.report(run.id, now).await? {
            run.state = report.state;
        }
    }
    Ok(ended)
}
