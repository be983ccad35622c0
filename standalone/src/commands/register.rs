//! `register`: asks Amazon about new ASINs and saves them as pending listings.
//!
//! It creates no item in the shop: the owner adds the items there, then imports them.

use super::import::NamedRow;
use super::run::{self, Followed};
use crate::cli::RegisterArgs;
use crate::database::CommandStore;
use crate::import::AsinList;
use crate::lock::WorkLock;
use crate::output::CommandOutput;
use crate::progress::print_status;
use app::config::Settings;
use app::run_mode::RunMode;
use app::wiring::{self, App};
use producer::{Registered, Registration};
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::ListingStatus;
use shared::domain::report::Report;
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::store::Store;
use std::fmt::Write as _;
use ui::command_error::{CommandError, Exit};
use ui::layout::grouped;
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

/// Registers the ASINs of `list`. [`Exit::Usage`] when one was skipped, since a person should check
/// it.
///
/// # Errors
///
/// Wrong settings, an unknown account, an open registration, a database that is unavailable.
pub async fn register(
    args: &RegisterArgs,
    list: AsinList,
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let shared_queue = settings.redis.is_some() && !args.dry_run;
    let lock = WorkLock::unless_shared(settings)?;
    let mode = if args.dry_run {
        RunMode::DryRun
    } else {
        RunMode::Live
    };
    let app = wiring::build(settings, mode, store.open().await?).await?;
    let begun = begin(args, &list, &app).await?;
    let work = run::carry_out(begun.run.id, &app, shared_queue, out.lang);
    let followed = WorkLock::during(lock.as_ref(), work).await?;
    let report = match followed {
        Followed::Ended(report) => *report,
        Followed::Stopped(exit) => {
            let message = text!(
                "止めました。済んだ分は残っています。続きは: miseban run register --resume",
                "stopped; finished work is kept. To continue: miseban run register --resume"
            );
            print_status(message.of(out.lang));
            return Ok(exit);
        }
    };
    let state = report.state;
    let mut summary = summary(args, &list, begun, report, out.lang);
    count_pending(&mut summary, &list, &*app.ctx.store).await?;
    let shown = out.show(&summary, render);
    if !args.dry_run {
        run::tell(&summary.report, settings, store).await;
    }
    shown?;
    Ok(match state {
        RunState::Done if summary.report.mostly_failed() => Exit::Failed,
        RunState::Done if summary.wrong == 0 && summary.duplicates.is_empty() => Exit::Done,
        RunState::Done => Exit::Usage,
        _ => Exit::Failed,
    })
}

async fn begin(
    args: &RegisterArgs,
    list: &AsinList,
    app: &App,
) -> Result<Registered, CommandError> {
    let order = Registration {
        id: RunId(uuid::Uuid::now_v7()),
        account: args.account.clone(),
        asins: list.asins.clone(),
        dry_run: args.dry_run,
    };
    let begun = producer::register(order, &app.ctx).await;
    begun.map_err(|refused| run::refusal(refused, RunKind::Register))
}

fn summary(
    args: &RegisterArgs,
    list: &AsinList,
    begun: Registered,
    report: Report,
    lang: Lang,
) -> RegisterSummary {
    let duplicates = begun
        .duplicates
        .into_iter()
        .map(|(asin, status)| Duplicate { asin, status });
    RegisterSummary {
        account: args.account.clone(),
        dry_run: args.dry_run,
        pending: 0,
        known: begun.known,
        not_found: Vec::new(),
        wrong: list.wrong.count,
        wrong_rows: NamedRow::all(&list.wrong, lang),
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
    let (account, pending, known) = (
        &summary.account,
        grouped(summary.pending),
        grouped(summary.known),
    );
    let registered = if summary.dry_run {
        text!(
            "お試し実行: {pending}件を {account} の出品待ちにできます(うち確認済み {known}件)\n",
            "dry run: {pending} products would be registered for {account} ({known} of them already known)\n"
        )
    } else {
        text!(
            "{pending}件を {account} の出品待ちにしました(うち確認済み {known}件)\n",
            "{pending} products registered for {account}, pending until they are listed ({known} of them already known)\n"
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
        let wrong = grouped(summary.wrong);
        let title = text!("読めなかった行 {wrong}件:\n", "{wrong} invalid lines:\n");
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
