//! `import listings`: stores the accounts, then all valid rows of the file in one transaction.

use crate::import::{Sheet, WrongRows};
use crate::output::CommandOutput;
use app::accounts::AccountsFile;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::ports::store::{HeldImport, Store};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::BufRead;
use std::path::Path;
use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::layout::{amount, grouped};
use ui::message::{Lang, Text, text};

/// Held rows that the text shows; the JSON has all.
const NAMED: usize = 20;

/// The result of an import.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct ImportSummary {
    imported: u64,
    new: u64,
    changed: u64,
    same: u64,
    /// Rows that wait for a person: each gives a listed ASIN another item.
    held: u64,
    held_rows: Vec<NamedRow>,
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
            "cannot open {shown} ({error}): check the file name",
            error = cause(&error),
        ))
    })?;
    Ok(Box::new(std::io::BufReader::new(file)))
}

/// Reads the whole file before anything is written, so that an invalid file changes nothing.
pub fn read(input: impl BufRead, accounts: &AccountsFile) -> Result<Sheet, CommandError> {
    Sheet::read(input, &accounts.ids())
}

/// Imports `sheet`. [`Exit::Usage`] when a row was invalid or is held, since a person has to correct
/// it.
pub async fn listings(
    store: &dyn Store,
    accounts: &AccountsFile,
    sheet: Sheet,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    store.sync_accounts(&accounts.rows()).await?;
    let counts = store.import(&sheet.listings, now).await?;
    let held = held_rows(&sheet, &counts.held, out.lang);
    let summary = ImportSummary {
        imported: (sheet.listings.len() - counts.held.len()) as u64,
        held: held.len() as u64,
        held_rows: held,
        new: counts.new,
        changed: counts.changed,
        same: counts.same,
        wrong: sheet.wrong.count,
        wrong_rows: NamedRow::all(&sheet.wrong, out.lang),
    };
    out.show(&summary, render)?;
    let good = summary.wrong == 0 && summary.held == 0;
    Ok(if good { Exit::Done } else { Exit::Usage })
}

/// The held rows as text.
fn held_lines(summary: &ImportSummary, lang: Lang) -> String {
    if summary.held == 0 {
        return String::new();
    }
    let title = text!(
        "{held}行は取り込まず、確認待ちです:\n",
        "{held} held:\n",
        held = amount(summary.held, "row is", "rows are"),
    );
    let mut text = title.of(lang).to_owned();
    let shown = summary.held_rows.iter().take(NAMED);
    text.extend(shown.map(|row| row.render(lang)));
    let more = summary.held_rows.len().saturating_sub(NAMED);
    if more > 0 {
        let more = grouped(more as u64);
        let line = text!(
            "  ほか {more}行(--json ですべて見られます)\n",
            "  and {more} more (--json lists all)\n"
        );
        text.push_str(line.of(lang));
    }
    text
}

/// The lines of the held rows, with the reason.
fn held_rows(sheet: &Sheet, held: &[HeldImport], lang: Lang) -> Vec<NamedRow> {
    let reasons: HashMap<(&AccountId, Asin), String> = held
        .iter()
        .map(|held| {
            (
                (&held.account, held.asin),
                held_text(held).of(lang).to_owned(),
            )
        })
        .collect();
    let rows = sheet.lines.iter().zip(&sheet.listings);
    rows.filter_map(|(line, row)| {
        let why = reasons.get(&(&row.account, row.asin))?.clone();
        Some(NamedRow { line: *line, why })
    })
    .collect()
}

/// Why a listing is held, and what to do.
pub(crate) fn held_text(held: &HeldImport) -> Text {
    let (account, asin, item) = (&held.account, held.asin, held.item.0);
    match held.listed.map(|(_, listed)| listed.0) {
        Some(listed) => text!(
            "ショップ {account} の {asin} は商品 {listed} として登録済みで、取り込むと商品 {item} に変わり、商品 {listed} は価格も在庫も見られないまま残ります。売るほうだけをショップに残してください。商品 {listed} を削除したら、miseban reconcile のあとにもう一度取り込んでください",
            "{asin} of account {account} is listed as item {listed}; with item {item} instead, nobody would mind item {listed} any more. Keep only the item that is for sale: after deleting item {listed} in the shop, run miseban reconcile and import again"
        ),
        None => text!(
            "ショップ {account} の {asin} に商品番号が2つあります(その1つは {item})。売っている商品だけを残してください",
            "{asin} of account {account} has two items (one is {item}): keep only the one that is for sale"
        ),
    }
}

fn render(summary: &ImportSummary, lang: Lang) -> String {
    let [new, changed, same] = [summary.new, summary.changed, summary.same].map(grouped);
    let imported_line = text!(
        "{imported}件を取り込みました(新規 {new}件、変更 {changed}件、変わらず {same}件)\n",
        "{imported} imported ({new} new, {changed} changed, {same} unchanged)\n",
        imported = amount(summary.imported, "listing", "listings"),
    );
    let mut text = imported_line.of(lang).to_owned();
    text.push_str(&held_lines(summary, lang));
    if summary.wrong == 0 {
        return text;
    }
    let skipped_line = text!(
        "{wrong}行は取り込んでいません:\n",
        "{wrong} skipped:\n",
        wrong = amount(summary.wrong, "row was", "rows were"),
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
