//! `import ecauto`: looks through the predecessor's file and, when told to, takes its listings over.

use crate::ecauto::{Met, Takeover};
use crate::output::CommandOutput;
use adapters::ecauto::{self, OldFileError};
use app::accounts::AccountsFile;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::ports::store::{ImportCounts, Store};
use std::path::Path;
use ui::command_error::{CommandError, Exit};
use ui::layout::{Align, grouped, table};
use ui::message::{Lang, Text, text};

/// What became of a file, or would become of it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Summary {
    dry_run: bool,
    listings: u64,
    products: u64,
    taken: u64,
    new: Option<u64>,
    changed: Option<u64>,
    same: Option<u64>,
    met: Vec<Met>,
    set_aside: Vec<Table>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Table {
    table: String,
    rows: u64,
}

/// A file that was read and judged.
pub struct Read {
    takeover: Takeover,
    listings: u64,
    products: u64,
    set_aside: Vec<Table>,
}

/// Reads and judges the file. Before anything is written, so that a wrong file changes nothing.
///
/// # Errors
///
/// [`CommandError::Usage`] for a file that is not the predecessor's, [`CommandError::Failed`] for one that cannot
/// be read.
pub async fn read(path: &Path, accounts: &AccountsFile) -> Result<Read, CommandError> {
    let old = ecauto::read(path)
        .await
        .map_err(|error| unread(path, error))?;
    let ids: Vec<AccountId> = accounts.accounts().iter().map(|a| a.id.clone()).collect();
    let set_aside = old.set_aside.into_iter();
    Ok(Read {
        takeover: Takeover::judge(&old.listings, &ids).with_products(&old.products),
        listings: old.listings.len() as u64,
        products: old.products.all,
        set_aside: set_aside
            .map(|(table, rows)| Table { table, rows })
            .collect(),
    })
}

/// Tells what would be taken over; nothing is opened and nothing written.
///
/// # Errors
///
/// When the page is gone.
pub fn look(read: Read, out: &mut CommandOutput<'_>) -> Result<Exit, CommandError> {
    tell(read, None, out)
}

/// Takes over what can be, in one transaction, and tells it.
///
/// # Errors
///
/// A database that refuses it; nothing is taken over then.
pub async fn apply(
    read: Read,
    store: &dyn Store,
    accounts: &AccountsFile,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    store.sync_accounts(&accounts.rows()).await?;
    let counts = store.import(&read.takeover.listings, now).await?;
    tell(read, Some(counts), out)
}

fn tell(
    read: Read,
    counts: Option<ImportCounts>,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let wants_mending = read.takeover.wants_mending();
    let summary = Summary {
        dry_run: counts.is_none(),
        listings: read.listings,
        products: read.products,
        taken: read.takeover.listings.len() as u64,
        new: counts.map(|counts| counts.new),
        changed: counts.map(|counts| counts.changed),
        same: counts.map(|counts| counts.same),
        met: read.takeover.met,
        set_aside: read.set_aside,
    };
    out.show(&summary, render)?;
    Ok(if wants_mending {
        Exit::Usage
    } else {
        Exit::Done
    })
}

fn unread(path: &Path, error: OldFileError) -> CommandError {
    let shown = path.display();
    match error {
        OldFileError::Absent => CommandError::Usage(text!(
            "{shown} がありません。ファイル名を確かめてください",
            "there is no {shown}: check the name of the file"
        )),
        OldFileError::Foreign(lacks) => {
            let lacks = lacks.join(", ");
            CommandError::Usage(text!(
                "{shown} は前のシステムのデータベースではありません({lacks} がありません)。products と listings の入ったファイルを指定してください",
                "{shown} is not the predecessor's database (it lacks {lacks}): name the file that holds products and listings"
            ))
        }
        OldFileError::Unreadable(why) => CommandError::Failed(text!(
            "{shown} を読めません({why})。前のシステムを止め、ファイルの写しを作って、それを指定してみてください",
            "{shown} cannot be read ({why}): stop the predecessor, copy the file, and name the copy"
        )),
    }
}

fn render(summary: &Summary, lang: Lang) -> String {
    let mut text = head(summary).of(lang).to_owned();
    let (out, noted): (Vec<&Met>, Vec<&Met>) =
        summary.met.iter().partition(|met| met.trap.leaves_out());
    let left_out = lang.pick("取り込まない行", "Rows that stay out");
    text.push_str(&section(left_out, &out, lang));
    let minded = lang.pick("気をつけたこと", "Minded on the way");
    text.push_str(&section(minded, &noted, lang));
    text.push_str(&set_aside(&summary.set_aside, lang));
    text.push_str(next(summary).of(lang));
    text
}

fn head(summary: &Summary) -> Text {
    let [listings, products, taken] =
        [summary.listings, summary.products, summary.taken].map(grouped);
    let (Some(new), Some(changed), Some(same)) = (summary.new, summary.changed, summary.same)
    else {
        return text!(
            "予行: 何も書いていません\n出品 {listings}件、商品 {products}件を読み、{taken}件を取り込めます\n",
            "Dry run: nothing was written\n{listings} listings and {products} products read, {taken} listings can go in\n"
        );
    };
    let [new, changed, same] = [new, changed, same].map(grouped);
    text!(
        "出品 {listings}件、商品 {products}件を読み、{taken}件を取り込みました(新規 {new}、変更 {changed}、変わらず {same})\n",
        "{listings} listings and {products} products read, {taken} listings went in ({new} new, {changed} changed, {same} as before)\n"
    )
}

fn section(title: &str, met: &[&Met], lang: Lang) -> String {
    if met.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{title}\n");
    for met in met {
        let (count, Text { ja, en }) = (grouped(met.count), met.trap.message());
        let line = text!("  {count}件: {ja}\n", "  {count}: {en}\n");
        text.push_str(line.of(lang));
        for example in &met.examples {
            let (row, found) = (example.row, &example.found);
            let line = text!("      {row}番の行: {found}\n", "      row {row}: {found}\n");
            text.push_str(line.of(lang));
        }
        let more = met.count - met.examples.len() as u64;
        if more > 0 && !met.examples.is_empty() {
            let more = grouped(more);
            let line = text!("      ほか {more} 件\n", "      and {more} more\n");
            text.push_str(line.of(lang));
        }
    }
    text
}

fn set_aside(tables: &[Table], lang: Lang) -> String {
    let tables: Vec<&Table> = tables.iter().filter(|table| table.rows > 0).collect();
    if tables.is_empty() {
        return String::new();
    }
    let title = lang.pick(
        "取り込まない表(店番は使いません)",
        "Tables left alone (Miseban has no use for them)",
    );
    let row = |one: &&Table| vec![one.table.clone(), grouped(one.rows)];
    let rows: Vec<_> = tables.iter().map(row).collect();
    format!("\n{title}\n{}", table(&rows, &[Align::Left, Align::Right]))
}

fn next(summary: &Summary) -> Text {
    if summary.dry_run {
        return text!(
            "\nよければ --apply を付けて、もう一度実行してください\n",
            "\nif that is right, do it again with --apply\n"
        );
    }
    text!(
        "\n次は miseban run price-stock --dry-run --max-items 100 で様子を見てください。前のシステムは止めておいてください(同じショップを2つで直さないため)\n",
        "\nnext: miseban run price-stock --dry-run --max-items 100. Keep the predecessor stopped, so that not two programs edit the same shop\n"
    )
}
