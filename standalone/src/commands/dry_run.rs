//! What a dry run found: the report, and each listing that a live run would change, with the reason.

use super::changes::{self, csv, text as changes_text, view::ChangeView};
use super::exit_of_run::exit_of;
use crate::output::CommandOutput;
use crate::progress::print_status;
use serde::Serialize;
use shared::domain::report::Report;
use shared::ports::store::{ChangesFilter, Store};
use ui::command_error::{CommandError, Exit};
use ui::layout::grouped;
use ui::message::{Lang, text};
use ui::report;

/// Listings named in the text; the JSON and the CSV have all.
const NAMED: usize = 1_000;

/// The report of a dry run, with its changes.
#[derive(Debug, Serialize)]
struct DryRunView<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// By shop and ASIN.
    would_change: Vec<ChangeView>,
}

/// Prints the changes, then the report; as CSV the changes only, and the report on stderr. `store` is the copy
/// of the database in which the run wrote.
///
/// # Errors
///
/// When the changes cannot be read, or stdout cannot be written.
pub(super) async fn show(
    report: &Report,
    store: &dyn Store,
    as_csv: bool,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let filter = ChangesFilter {
        since: report.started_at,
        asin: None,
        account: None,
    };
    let mut would_change = changes::all(store, &filter).await?;
    would_change.iter_mut().for_each(ChangeView::not_sent);
    would_change.sort_by(|one, other| (&one.account, one.asin).cmp(&(&other.account, other.asin)));
    if as_csv {
        out.raw(&csv::head())?;
        out.raw(&csv::rows(&would_change))?;
        print_status(report::render(report, out.lang).trim_end());
    } else {
        let view = DryRunView {
            report,
            would_change,
        };
        out.show(&view, render)?;
    }
    Ok(exit_of(report, out.lang))
}

fn render(view: &DryRunView<'_>, lang: Lang) -> String {
    let changes = &view.would_change;
    let count = grouped(changes.len() as u64);
    let title = if changes.is_empty() {
        text!(
            "お試し実行: 変更する商品はありません\n",
            "dry run: no listing would be changed\n"
        )
    } else {
        text!(
            "お試し実行: 変更する予定の商品 {count}件(何も送っていません)\n",
            "dry run: what would change, listing by listing: {count} (nothing was sent)\n"
        )
    };
    let mut text = title.of(lang).to_owned();
    for change in changes.iter().take(NAMED) {
        text.push_str(&changes_text::entry(change, lang));
    }
    if changes.len() > NAMED {
        let rest = grouped((changes.len() - NAMED) as u64);
        let more = text!(
            "\nほか{rest}件(--json か --csv ですべて見られます)\n",
            "\nand {rest} more (--json or --csv lists all)\n"
        );
        text.push_str(more.of(lang));
    }
    text + "\n" + &report::render(view.report, lang)
}
