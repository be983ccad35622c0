//! Follows a run to its end: shows its progress, and waits out the outages of its servers.

use super::worker_watch;
use crate::progress::{ProgressDisplay, print_status};
use app::config::Settings;
use app::health::Health;
use app::outage::Outage;
use app::run_mode::RunMode;
use app::signal::signal;
use app::wiring::App;
use app::{installation, server_clocks};
use producer::LostMessages;
use shared::domain::lane::Lane;
use shared::domain::rate::Micros;
use shared::domain::report::Report;
use shared::domain::retry::PATIENCE;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::store::{RunView, StoreError};
use std::time::Duration;
use tokio::time::Instant;
use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::labels;
use ui::message::{Lang, Text, text};

/// Time between two reads of the progress.
const POLL_EVERY: Duration = Duration::from_millis(200);
/// The same while the database does not answer.
const RETRY_EVERY: Duration = Duration::from_secs(1);
/// Reads of the progress from one search for lost messages to the next: 5 s, as in `serve`.
const POLLS_PER_SEARCH: u32 = 25;

/// How following a run ended.
pub enum Followed {
    /// The run ended, or is held; with its report.
    Ended(Box<Report>),
    /// A signal stopped this process; the run is open.
    Stopped(Exit),
}

/// Which processes do the work of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Workers {
    /// This one: the run stops with it.
    Here,
    /// The same, on a copy of the database that ends with it.
    DryRun,
    /// Others, which need nobody who looks on.
    Elsewhere,
}

impl Workers {
    /// Those of a process with these settings.
    pub(super) fn of(settings: &Settings, mode: RunMode) -> Self {
        match mode {
            RunMode::DryRun => Self::DryRun,
            RunMode::Live if settings.redis.is_some() => Self::Elsewhere,
            RunMode::Live => Self::Here,
        }
    }

    /// How long the database may be away. Workers of this process end the run first if it refuses them.
    fn waits_for(self) -> Duration {
        let minutes = Duration::from_secs(5 * 60);
        match self {
            Self::Here | Self::DryRun => PATIENCE + minutes,
            Self::Elsewhere => minutes,
        }
    }
}

/// Shows the progress of a run that this process works on until it ends, is held, or a signal comes.
///
/// # Errors
///
/// When the database cannot be read for half an hour, or signal handlers cannot be installed.
pub async fn follow(run: RunId, app: &App, lang: Lang) -> Result<Followed, CommandError> {
    follow_workers(run, app, Workers::Here, lang).await
}

/// The same for a run that these workers do.
///
/// # Errors
///
/// As [`follow`]; [`CommandError::GoesOn`] when the database cannot be read for minutes.
pub(super) async fn follow_workers(
    run: RunId,
    app: &App,
    workers: Workers,
    lang: Lang,
) -> Result<Followed, CommandError> {
    let mut progress = match workers {
        Workers::DryRun => ProgressDisplay::of_dry_run(lang),
        Workers::Here | Workers::Elsewhere => ProgressDisplay::new(lang),
    };
    let ended = tokio::select! {
        stopped = signal() => stopped.map(Followed::Stopped),
        report = wait_for_end(run, app, workers, &mut progress) => report.map(Followed::Ended),
        never = worker_watch::keep(app, lang), if workers == Workers::Elsewhere => match never {},
        wrong = server_clocks::keep(&app.sources) => Err(wrong),
        stranger = installation::keep(&app.sources) => Err(stranger),
    };
    progress.end();
    ended
}

/// What a look at a run has found.
enum RunLook {
    Open(RunView),
    /// `None` when its record was deleted.
    Ended(Option<Box<Report>>),
}

async fn look(run: RunId, app: &App, workers: Workers) -> Result<RunLook, StoreError> {
    let view = app.ctx.store.run_view(run).await?;
    let goes_on = view.state.is_open() && view.state != RunState::Held;
    // A run that Amazon's refusal has ended may have found what is sold out. Nobody else would send that.
    let is_unsent = view.state == RunState::Failed && view.updates_done < view.updates;
    if goes_on || (is_unsent && workers == Workers::Here) {
        return Ok(RunLook::Open(view));
    }
    let report = app.ctx.store.report(run, app.ctx.clock.now()).await?;
    Ok(RunLook::Ended(report.map(Box::new)))
}

async fn wait_for_end(
    run: RunId,
    app: &App,
    workers: Workers,
    progress: &mut ProgressDisplay,
) -> Result<Box<Report>, CommandError> {
    let outage = Health::default().outage(&format!("run {run}"));
    let lane = lane_of(run, app).await;
    let mut lost = LostMessages::new(app.ctx.clone());
    let mut polls = 0_u32;
    // The outage is for the log: it is also one of the queue, and lasts until a search succeeds.
    let mut unread: Option<Instant> = None;
    loop {
        match look(run, app, workers).await {
            Ok(RunLook::Open(view)) => {
                unread = None;
                progress.show(&view, app.ctx.limiter.period(&lane).await.map(duration));
            }
            Ok(RunLook::Ended(report)) => return report.ok_or_else(|| gone(run)),
            Err(error) => {
                outage.down(&error);
                let lasts = unread.get_or_insert_with(Instant::now).elapsed();
                if !error.may_pass() || lasts >= workers.waits_for() {
                    return Err(unseen(run, workers, lasts, error));
                }
                tokio::time::sleep(RETRY_EVERY).await;
                continue;
            }
        }
        tokio::time::sleep(POLL_EVERY).await;
        polls = polls.wrapping_add(1);
        if polls.is_multiple_of(POLLS_PER_SEARCH) {
            search(&mut lost, app, &outage).await;
        }
    }
}

/// The lane of the run's requests to Amazon, for an estimate.
async fn lane_of(run: RunId, app: &App) -> Lane {
    match app.ctx.store.run(run).await {
        Ok(Some(row)) if row.kind == RunKind::BasicInfo => app.ctx.marketplace.info_lane(),
        _ => app.ctx.marketplace.lane(),
    }
}

fn duration(period: Micros) -> Duration {
    Duration::from_micros(u64::try_from(period).unwrap_or_default())
}

/// Only a search tells that an outage is over, since it needs the queue as well.
///
/// It begins with a write: a former primary that still reads knows nothing of what is done meanwhile, and
/// only a refused write closes the connections to it.
async fn search(lost: &mut LostMessages, app: &App, outage: &Outage) {
    if let Err(error) = app.sources.store.try_write().await {
        outage.down(&error);
        return;
    }
    match lost.send_again().await {
        Ok(()) => outage.up(),
        Err(error) => {
            outage.down(&format_args!("could not search for lost messages: {error}"));
        }
    }
}

/// Tells what becomes of a run that a signal keeps this process from following.
pub(super) async fn tell_left(run: RunId, kind: RunKind, workers: Workers, app: &App, lang: Lang) {
    let command = labels::command(kind);
    let told = match workers {
        Workers::Here => text!(
            "止めました。済んだ分は残っています。続きは: miseban {command} --resume",
            "stopped; finished work is kept. To continue: miseban {command} --resume"
        ),
        Workers::DryRun => text!(
            "お試し実行を止めました。何も変えていません。やり直すには: miseban {command} --dry-run",
            "the dry run is stopped; nothing was changed. To try again: miseban {command} --dry-run"
        ),
        Workers::Elsewhere => left(run, &command, worker_watch::absent(app).await),
    };
    print_status(told.of(lang));
}

/// What becomes of a run of other processes: they go on, unless they are absent.
fn left(run: RunId, command: &str, absent: Option<Text>) -> Text {
    let Text { ja, en } = match absent {
        None => text!(
            "実行 {run} はワーカーが続けています",
            "the workers go on with run {run}"
        ),
        Some(Text { ja, en }) => text!(
            "実行 {run} は終わっていません。{ja}",
            "run {run} is open, but {en}"
        ),
    };
    text!(
        "表示を終えました。{ja}。続きの表示は miseban {command} --resume、状況は miseban status、結果は miseban report {run}、中止するには miseban cancel {run}",
        "no longer following: {en}. To follow it again: miseban {command} --resume; its progress: miseban status; its result: miseban report {run}; to end it: miseban cancel {run}"
    )
}

fn gone(run: RunId) -> CommandError {
    CommandError::Failed(text!(
        "実行 {run} の記録がありません",
        "there is no record of run {run}"
    ))
}

fn unseen(run: RunId, workers: Workers, lasts: Duration, error: StoreError) -> CommandError {
    if workers != Workers::Elsewhere || !error.may_pass() {
        return error.into();
    }
    let minutes = lasts.as_secs() / 60;
    CommandError::GoesOn(text!(
        "実行 {run} は続いていますが、データベースを{minutes}分のあいだ読めず、見届けられません({error})。あとで miseban report {run} で結果を見てください",
        "run {run} goes on, but the database could not be read for {minutes} min ({error}): see its end later with miseban report {run}",
        error = cause(&error),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_run_of_other_workers_goes_on_without_the_one_who_looks_on() {
        let run = RunId(Uuid::nil());
        let away = || StoreError::Unavailable("the connection was closed".to_owned());
        let lasts = Workers::Elsewhere.waits_for();

        let (told, exit) = unseen(run, Workers::Elsewhere, lasts, away()).verdict();
        let (_, own) = unseen(run, Workers::Here, Workers::Here.waits_for(), away()).verdict();

        let told = told.expect("a message").en;
        assert!(
            told.contains("goes on") && told.contains("5 min "),
            "{told}"
        );
        assert_eq!((exit.code(), own), (3, Exit::Failed));
    }
}
