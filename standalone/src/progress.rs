//! The progress of a run: a bar on a terminal, otherwise a line every 10 seconds. It is printed on
//! stderr, since stdout is for the report.

use app::background_writer;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use shared::domain::asin::AsinBatch;
use shared::domain::run::{RunKind, RunState};
use shared::ports::store::RunView;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};
use ui::layout::amount;
use ui::message::{Lang, Text, text};

/// Time between two lines without a terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows the progress of one run.
pub struct ProgressDisplay {
    lang: Lang,
    dry_run: bool,
    style: Style,
    stage: Option<(RunStage, Instant)>,
}

enum Style {
    Bar(ProgressBar),
    Lines { last: Instant },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RunStage {
    Batches,
    Backfill,
    Updates,
}

impl ProgressDisplay {
    /// Chooses a bar if stderr is a terminal, otherwise lines.
    pub fn new(lang: Lang) -> Self {
        let style = if std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{msg}  {wide_bar}  {pos}/{len}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style);
            Style::Bar(bar)
        } else {
            Style::Lines {
                last: Instant::now(),
            }
        };
        Self {
            lang,
            dry_run: false,
            style,
            stage: None,
        }
    }

    /// The same for a dry run, which updates no shop.
    pub fn of_dry_run(lang: Lang) -> Self {
        Self {
            dry_run: true,
            ..Self::new(lang)
        }
    }

    /// Shows `view` of a run whose requests to Amazon are `period` apart; `None` without a limit.
    pub fn show(&mut self, view: &RunView, period: Option<Duration>) {
        let (stage, done, all) = stage_of(view);
        let entered = self.stage.is_none_or(|(before, _)| before != stage);
        if entered {
            self.stage = Some((stage, Instant::now()));
        }
        let since = self.stage.map_or_else(Instant::now, |(_, since)| since);
        let left = match (stage, period) {
            (RunStage::Backfill, Some(period)) => Some(backfill_left(view, period)),
            _ => time_left(since.elapsed(), done, all),
        };
        let message = self.message(stage, left, view);
        match &mut self.style {
            Style::Bar(bar) => {
                bar.set_length(all);
                bar.set_position(done);
                bar.set_message(message);
            }
            Style::Lines { last } => {
                if (entered && stage != RunStage::Batches) || last.elapsed() >= LINE_EVERY {
                    *last = Instant::now();
                    print_status(&format!("{message}  {done}/{all}"));
                }
            }
        }
    }

    /// Removes the bar.
    pub fn end(self) {
        if let Style::Bar(bar) = self.style {
            bar.finish_and_clear();
        }
    }

    fn message(&self, stage: RunStage, left: Option<Duration>, view: &RunView) -> String {
        let what = match stage {
            RunStage::Batches => batches(view.kind),
            RunStage::Backfill => text!(
                "再確認中({misses}件を{requests}回で)",
                "backfill ({misses} in {requests})",
                misses = amount(view.misses, "ASIN", "ASINs"),
                requests = amount(requests(view.misses).into(), "request", "requests"),
            ),
            RunStage::Updates if self.dry_run => text!(
                "反映する予定の変更を数えています(ショップには送りません)",
                "listing what would change (nothing is sent)"
            ),
            RunStage::Updates => text!("ショップに反映中", "updating the shops"),
        };
        let left = left.filter(|left| !left.is_zero());
        let left = left.map_or_else(String::new, |left| self.time(left));
        format!("{}{left}", what.of(self.lang))
    }

    /// In whole seconds, rounded up: something that is left never takes 0 s.
    fn time(&self, left: Duration) -> String {
        let whole = left.as_nanos().div_ceil(1_000_000_000);
        let (minutes, seconds) = (whole / 60, whole % 60);
        let text = if minutes > 0 {
            text!(
                " 残り約{minutes}分{seconds:02}秒",
                ", about {minutes} min {seconds:02} s left"
            )
        } else {
            text!(" 残り約{seconds}秒", ", about {seconds} s left")
        };
        text.of(self.lang).to_owned()
    }
}

/// Writes a line to stderr; a stderr that cannot be written does not stop the command.
pub fn print_status(line: &str) {
    background_writer::stderr().line(line);
}

/// What the batches of a run are for.
fn batches(kind: RunKind) -> Text {
    match kind {
        RunKind::Visibility => text!("手元の情報を確認中", "reading what is known"),
        RunKind::Reconcile => text!("ショップの商品を確認中", "reading the shops"),
        RunKind::PriceStock | RunKind::Stale | RunKind::BasicInfo | RunKind::Register => {
            text!("Amazonに確認中", "asking Amazon")
        }
    }
}

fn stage_of(view: &RunView) -> (RunStage, u64, u64) {
    if view.state == RunState::Running || view.batches_done < view.batches {
        (RunStage::Batches, view.batches_done, view.batches)
    } else if view.misses_done < view.misses {
        (RunStage::Backfill, view.misses_done, view.misses)
    } else {
        (RunStage::Updates, view.updates_done, view.updates)
    }
}

/// How many requests ask for so many ASINs.
fn requests(asins: u64) -> u32 {
    let most = AsinBatch::MAX_LEN as u64;
    u32::try_from(asins.div_ceil(most)).unwrap_or(u32::MAX)
}

/// The requests that are left, at the pace of the lane: known before the first answer.
fn backfill_left(view: &RunView, period: Duration) -> Duration {
    let left = view.misses.saturating_sub(view.misses_done);
    period.saturating_mul(requests(left))
}

/// Estimated from the pace so far; `None` before the first item is done.
fn time_left(elapsed: Duration, done: u64, all: u64) -> Option<Duration> {
    let left = u32::try_from(all.checked_sub(done)?).ok()?;
    let done = u32::try_from(done).ok().filter(|done| *done > 0)?;
    Some(elapsed / done * left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backfill_takes_one_period_of_the_lane_for_each_request_that_is_left() {
        let view = |misses_done| RunView {
            kind: RunKind::PriceStock,
            state: RunState::Backfilling,
            batches: 2,
            batches_done: 2,
            misses: 45,
            misses_done,
            updates: 0,
            updates_done: 0,
            held_back: 0,
        };
        let seconds = |done| backfill_left(&view(done), Duration::from_secs(10)).as_secs();

        assert_eq!([0, 20, 40, 45].map(seconds), [30, 20, 10, 0]);
    }

    #[test]
    fn what_is_left_takes_a_second_at_least() {
        let left = |millis| ProgressDisplay::new(Lang::En).time(Duration::from_millis(millis));

        assert_eq!(left(20), ", about 1 s left");
        assert_eq!(left(59_500), ", about 1 min 00 s left");
        assert_eq!(left(60_000), ", about 1 min 00 s left");
    }

    #[test]
    fn the_time_left_follows_the_pace_so_far() {
        assert_eq!(
            time_left(Duration::from_secs(10), 5, 20),
            Some(Duration::from_secs(30))
        );
        assert_eq!(time_left(Duration::from_secs(10), 0, 20), None);
        assert_eq!(
            time_left(Duration::from_secs(10), 20, 20),
            Some(Duration::ZERO)
        );
    }
}
