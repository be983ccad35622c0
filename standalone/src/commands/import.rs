//! `import listings`: stores the accounts, then all valid rows of the file in one transaction.

use crate::import::{Sheet, WrongRows};
use crate::output::CommandOutput;
use app::accounts::AccountsFile;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::ports::store::Store;
use std::fmt::Write as _;
use std::io::BufRead;
use std::path::Path;
use ui::command_error::{CommandError, Exit};
use ui::layout::grouped;
use ui::message::{Lang, text};

/// The result of an import.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct ImportSummary {
    imported: u64,
    new: u64,
    changed: u64,
    same: u64,
    wrong: u64,
    /// The first invalid rows.
    wrong_rows: Vec<NamedRow>,
}

/// An invalid row, with the reason in one language.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct NamedRow {
    pub(super) line: u64,
    pub(super) why: String,
}

impl NamedRow {
    pub(super) fn all(rows: &WrongRows, lang: Lang) -> Vec<Self> {
        let named = rows.named.iter().map(|row| Self {
            line: row.line,
            why: row.why.of(lang).to_owned(),
        });
        named.collect()
    }

    pub(super) fn render(&self, lang: Lang) -> String {
        let Self { line, why } = self;
        let row = text!("  {line}行目: {why}\n", "  line {line}: {why}\n");
        row.of(lang).to_owned()
    }
}

/// Opens the file; `-` is stdin.
pub fn open(path: &Path) -> Result<Box<dyn BufRead>, CommandError> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    let file = std::fs::File::open(path).map_err(|error| {
        let shown = path.display();
        CommandError::Usage(text!(
            "{shown} を開けません({error})。ファイル名を確かめてください",
            "cannot open {shown} ({error}): check the file name"
        ))
    })?;
    Ok(Box::new(std::io::BufReader::new(file)))
}

/// Reads the whole file before anything is written, so that an invalid file changes nothing.
pub fn read(input: impl BufRead, accounts: &AccountsFile) -> Result<Sheet, CommandError> {
    Sheet::read(input, &accounts.ids())
}

/// Imports `sheet`. [`Exit::Usage`] when a row was invalid, since a person has to correct it.
pub async fn listings(
    store: &dyn Store,
    accounts: &AccountsFile,
    sheet: Sheet,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    store.sync_accounts(&accounts.rows()).await?;
    let counts = store.import(&sheet.listings, now).await?;
    let summary = ImportSummary {
        imported: sheet.listings.len() as u64,
        new: counts.new,
        changed: counts.changed,
        same: counts.same,
        wrong: sheet.wrong.count,
        wrong_rows: NamedRow::all(&sheet.wrong, out.lang),
    };
    out.show(&summary, render)?;
    let good = summary.wrong == 0;
    Ok(if good { Exit::Done } else { Exit::Usage })
}

fn render(summary: &ImportSummary, lang: Lang) -> String {
    let [imported, new, changed, same, wrong] = [
        summary.imported,
        summary.new,
        summary.changed,
        summary.same,
        summary.wrong,
    ]
    .map(grouped);
    let imported_line = text!(
        "{imported}件を取り込みました(新規 {new}件、変更 {changed}件、変わらず {same}件)\n",
        "{imported} listings imported ({new} new, {changed} changed, {same} unchanged)\n"
    );
    let mut text = imported_line.of(lang).to_owned();
    if summary.wrong == 0 {
        return text;
    }
    let skipped_line = text!(
        "{wrong}行は取り込んでいません:\n",
        "{wrong} rows were skipped:\n"
    );
    text.push_str(skipped_line.of(lang));
    text.extend(summary.wrong_rows.iter().map(|row| row.render(lang)));
    let rest = summary.wrong - summary.wrong_rows.len() as u64;
    if rest > 0 {
        let rest = grouped(rest);
        let more = text!("  ほか {rest}行\n", "  and {rest} more\n");
        text.push_str(more.of(lang));
    }
    let advice = text!(
        "これらの行を直して、もう一度取り込んでください。取り込み済みの行が残っていても構いません",
        "correct these rows and import the file again; rows that are already imported may stay in the file"
    );
    let _ = writeln!(text, "{}", advice.of(lang));
    text
}
