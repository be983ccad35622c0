//! `register`: asks Amazon about new ASINs and saves them as pending listings.
//!
//! It creates no item in the shop: the owner adds the items there, then imports them.

use super::follow_run::{Workers, tell_left};
use super::import::{self, NamedRow};
use super::run::{self, Followed};
use crate::cli::RegisterArgs;
use crate::database::CommandStore;
use crate::import::AsinList;
use crate::lock::WorkLock;
use crate::output::CommandOutput;
use app::config::Settings;
use app::run_mode::RunMode;
use app::wiring::{self, App};
use producer::{Registered, Registration, not_started};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::ListingStatus;
use shared::domain::report::Report;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::store::Store;
use std::fmt::Write as _;
use ui::command_error::{CommandError, Exit};
use ui::layout::{amount, grouped};
use ui::message::{Lang, text};
use ui::report;

/// ASINs shown per list in the text; the JSON has all.
const NAMED: usize = 20;

/// The result of a registration.
#[derive(Debug, Serialize)]
struct RegisterSummary {
    account: AccountId,
    dry_run: bool,
    /// Pending listings from this file.
    pending: u64,
    /// Those of them that were known already, so Amazon was not asked.
    known: u64,
    /// Not registered, since the shop already has them.
    duplicates: Vec<Duplicate>,
    /// Not registered, since Amazon did not return them.
    not_found: Vec<Asin>,
    wrong: u64,
    /// The first invalid lines.
    wrong_rows: Vec<NamedRow>,
    report: Report,
}

#[derive(Debug, Serialize)]
struct Duplicate {
    asin: Asin,
    status: ListingStatus,
}

/// What a person wants to register.
pub struct WantedAsins {
    /// The shop that will sell the products.
    pub account: AccountId,
    /// The ASINs of the file.
    pub list: AsinList,
    /// Asks Amazon, but writes nothing.
    pub dry_run: bool,
}

impl WantedAsins {
    /// Reads the file; `None` when an open registration is to be continued.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] for a file that cannot be read.
    pub fn read(args: &RegisterArgs) -> Result<Option<Self>, CommandError> {
        let (Some(file), Some(account)) = (&args.file, &args.account) else {
            return Ok(None);
        };
        Ok(Some(Self {
            account: account.clone(),
            list: AsinList::read(import::open(file)?)?,
            dry_run: args.dry_run,
        }))
    }
}

/// Registers the ASINs of a list. [`Exit::Usage`] when one was skipped, or Amazon does not know it, since a
/// person should check it.
///
/// # Errors
///
/// Wrong settings, an unknown account, an open registration, a database that is unavailable.
pub async fn register(
    wanted: &WantedAsins,
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let lock = WorkLock::unless_shared(settings)?;
    let mode = if wanted.dry_run {
        RunMode::DryRun
    } else {
        RunMode::Live
    };
    let app = wiring::build(settings, mode, store.open().await?).await?;
    let begun = begin(wanted, &app).await?;
    let (id, workers) = (begun.run.id, Workers::of(settings, mode));
    let work = run::carry_out(id, &app, workers, out.lang);
    let followed = WorkLock::during(lock.as_ref(), work).await?;
    let report = match followed {
        Followed::Ended(report) => *report,
        Followed::Stopped(exit) => {
            tell_left(id, RunKind::Register, workers, &app, out.lang).await;
            return Ok(exit);
        }
    };
    let state = report.state;
    let mut summary = summary(wanted, begun, report, out.lang);
    count_pending(&mut summary, &wanted.list, &*app.ctx.store).await?;
    let shown = out.show(&summary, render);
    if !wanted.dry_run {
        run::send_end(&summary.report, settings, store).await;
    }
    shown?;
    let skipped = summary.wrong > 0 || !summary.duplicates.is_empty();
    Ok(match state {
        RunState::Done if skipped || !summary.not_found.is_empty() => Exit::Usage,
        RunState::Done => Exit::Done,
        _ => Exit::Failed,
    })
}

async fn begin(wanted: &WantedAsins, app: &App) -> Result<Registered, CommandError> {
    let order = Registration {
        id: RunId(uuid::Uuid::now_v7()),
        account: wanted.account.clone(),
        asins: wanted.list.asins.clone(),
        dry_run: wanted.dry_run,
    };
    let begun = producer::register(order, &app.ctx).await;
    begun.map_err(|refused| not_started(refused, RunKind::Register))
}

fn summary(wanted: &WantedAsins, begun: Registered, report: Report, lang: Lang) -> RegisterSummary {
    let duplicates = begun
        .duplicates
        .into_iter()
        .map(|(asin, status)| Duplicate { asin, status });
    RegisterSummary {
        account: wanted.account.clone(),
        dry_run: wanted.dry_run,
        pending: 0,
        known: begun.known,
        not_found: Vec::new(),
        wrong: wanted.list.wrong.count,
        wrong_rows: NamedRow::all(&wanted.list.wrong, lang),
        report,
        duplicates: duplicates.collect(),
    }
}

/// Counts the ASINs that are pending now, and collects those that Amazon did not return.
async fn count_pending(
    summary: &mut RegisterSummary,
    list: &AsinList,
    store: &dyn Store,
) -> Result<(), CommandError> {
    for chunk in list.asins.chunks(1_000) {
        let listed = store.listed_in(&summary.account, chunk).await?;
        summary.pending += listed.len() as u64;
        let missing = chunk.iter().filter(|asin| !listed.contains_key(*asin));
        summary.not_found.extend(missing);
    }
    summary.pending -= summary.duplicates.len() as u64;
    Ok(())
}

fn render(summary: &RegisterSummary, lang: Lang) -> String {
    let (account, known) = (&summary.account, grouped(summary.known));
    let pending = amount(summary.pending, "product", "products");
    let registered = if summary.dry_run {
        text!(
            "お試し実行: {pending}件を {account} の出品待ちにできます(うち確認済み {known}件)\n",
            "dry run: {pending} would be registered for {account} ({known} of them already known)\n",
            pending = pending,
        )
    } else {
        text!(
            "{pending}件を {account} の出品待ちにしました(うち確認済み {known}件)\n",
            "{pending} registered for {account}, pending until listed in the shop ({known} of them already known)\n",
            pending = pending,
        )
    };
    let mut text = registered.of(lang).to_owned();
    let duplicates = summary.duplicates.iter().map(|of| of.asin);
    let title = text!("登録済みのため対象外", "skipped, already in the shop:");
    names(&mut text, title.of(lang), duplicates, lang);
    let title = if summary.report.state == RunState::Done {
        text!(
            "Amazonで見つからず、登録していないもの",
            "not registered, not found on Amazon:"
        )
    } else {
        text!(
            "最後まで問い合わせできず、登録していないもの",
            "not registered, the run did not finish:"
        )
    };
    names(
        &mut text,
        title.of(lang),
        summary.not_found.iter().copied(),
        lang,
    );
    if summary.wrong > 0 {
        let title = text!(
            "読めなかった行 {wrong}件:\n",
            "{wrong}:\n",
            wrong = amount(summary.wrong, "invalid line", "invalid lines"),
        );
        text.push_str(title.of(lang));
        text.extend(summary.wrong_rows.iter().map(|row| row.render(lang)));
    }
    let advice = text!(
        "BASEに商品は作りません。ショップに出品したら、miseban import listings で取り込んでください。それまで価格と在庫は追いません",
        "No item is created in BASE: add the items to the shop, then import them with miseban import listings. Until then, Miseban does not update their prices and stock"
    );
    let _ = writeln!(text, "{}\n", advice.of(lang));
    text + &report::render(&summary.report, lang)
}

fn names(text: &mut String, title: &str, asins: impl ExactSizeIterator<Item = Asin>, lang: Lang) {
    let count = asins.len();
    if count == 0 {
        return;
    }
    let named: Vec<String> = asins.take(NAMED).map(|asin| asin.to_string()).collect();
    let _ = write!(
        text,
        "{title} {}: {}",
        grouped(count as u64),
        named.join(" ")
    );
    if count > NAMED {
        let rest = grouped((count - NAMED) as u64);
        let _ = write!(text, "{}{rest}", lang.pick(" ほか ", " and more: "));
    }
    text.push('\n');
}
