//! What a run did, computed from its rows, and kept when it has ended.
//!
//! A listing that was edited while it waits for a person (hidden, since its price left the bounds)
//! counts as applied and as held: both are true of it.

use super::guard;
use super::record::unknown;
use super::report_reconcile;
use crate::store::db::columns::{Columns, json};
use crate::store::db::database::{Database, commit, one, row, rows, run};
use crate::store::db::statement::statement;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::money::Yen;
use shared::domain::report::{
    BackfillTotals, CacheUse, CauseCount, Outcomes, PriceChange, PriceChanges, Report,
    StockChanges, Updates,
};
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::store::StoreError;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

statement!(RUN, "runs/report_run.sql");
statement!(OUTCOMES, "runs/report_outcomes.sql");
statement!(PRICE_CHANGES, "runs/report_price_changes.sql");
statement!(MISSES, "runs/report_misses.sql");
statement!(STILL_MISSING, "runs/report_still_missing.sql");
statement!(UPDATES, "runs/report_updates.sql");
statement!(UNTOUCHED, "runs/report_untouched.sql");
statement!(CODES, "runs/report_codes.sql");
statement!(KEEP, "runs/keep_report.sql");

/// The kept report, else one of the rows as they are.
pub(crate) async fn read(
    db: &Database,
    id: RunId,
    now: DateTime<Utc>,
) -> Result<Option<Report>, StoreError> {
    let mut reader = db.reader().await?;
    let mut survey = db.survey(&mut reader).await?;
    let query = db.query(&RUN).bind(id.to_string());
    let Some(found) = row(&mut survey, query).await? else {
        return Ok(None);
    };
    if let Some(kept) = found.maybe_text("report")? {
        let kept = serde_json::from_str(kept);
        return kept.map_err(|error| StoreError::Damaged(format!("report of run {id}: {error}")));
    }
    let mut report = frame(&found, id, now)?;
    let account = found.maybe_word("account_id", |id| AccountId::parse(id).ok())?;
    fill_outcomes(db, &mut survey, &mut report).await?;
    fill_misses(db, &mut survey, &mut report).await?;
    fill_updates(db, &mut survey, &mut report, account.as_ref()).await?;
    report.guard = guard::report(db, &mut survey, id).await?;
    if report.kind == RunKind::Reconcile {
        let found = report_reconcile::read(db, &mut survey, id).await?;
        report.delisted = report.delisted.max(found.gone);
        report.reconcile = Some(found);
    }
    commit(survey).await?;
    Ok(Some(report))
}

/// Stores the report with its run, if that has ended.
pub(crate) async fn keep(db: &Database, report: &Report) -> Result<(), StoreError> {
    let keep = db.query(&KEEP).bind(report.run_id.to_string());
    let keep = keep.bind(json(report)?);
    match run(&mut *db.writer().await?, keep).await? {
        0 => Err(unknown(report.run_id)),
        _ => Ok(()),
    }
}

/// What the run's own row says.
fn frame(row: &AnyRow, id: RunId, now: DateTime<Utc>) -> Result<Report, StoreError> {
    let started_at = row.at("started_at")?;
    let ended_at = row.maybe_at("ended_at")?;
    let lasted = ended_at.unwrap_or(now) - started_at;
    let seconds = thousandth(lasted.num_milliseconds().max(0));
    let lane_seconds = thousandth(row.number("lane_us")? / 1000);
    Ok(Report {
        run_id: id,
        kind: row.word("kind", RunKind::from_word)?,
        dry_run: row.yes("dry_run")?,
        state: row.word("state", RunState::from_word)?,
        error: row.maybe_text("error")?.map(ToOwned::to_owned),
        started_at,
        ended_at,
        seconds,
        asins: row.count("asins")?,
        batches: row.count("batches")?,
        requests: row.count("requests")?,
        refused: row.count("refused")?,
        outcomes: Outcomes::default(),
        cache: CacheUse::default(),
        backfill: BackfillTotals {
            requests: row.count("backfill_requests")?,
            ..BackfillTotals::default()
        },
        price_changes: PriceChanges::default(),
        stock_changes: StockChanges::default(),
        updates: Updates::default(),
        hidden: 0,
        shown: 0,
        delisted: 0,
        permit_wait_seconds: thousandth(row.number("waited_ms")?),
        quota_used: (lane_seconds / seconds.max(0.001)).clamp(0.0, 1.0),
        failures: Vec::new(),
        holds: Vec::new(),
        still_missing: Vec::new(),
        guard: None,
        reconcile: None,
    })
}

async fn fill_outcomes(
    db: &Database,
    on: &mut AnyConnection,
    report: &mut Report,
) -> Result<(), StoreError> {
    let id = report.run_id.to_string();
    let row = one(on, db.query(&OUTCOMES).bind(id.clone())).await?;
    report.outcomes = Outcomes {
        success: row.count("success")?,
        out_of_stock: row.count("out_of_stock")?,
        filtered_out: row.count("filtered_out")?,
        api_error: row.count("api_error")?,
        invalid_asin: row.count("invalid_asin")?,
    };
    report.cache = CacheUse {
        hits: row.count("cache_hits")?,
        misses: row.count("cache_misses")?,
    };
    report.stock_changes = StockChanges {
        to_out: row.count("to_out")?,
        to_in: row.count("to_in")?,
    };
    let changes = rows(on, db.query(&PRICE_CHANGES).bind(id)).await?;
    report.price_changes = PriceChanges {
        count: row.count("price_changes")?,
        of_100_yen_or_more: row.count("of_100_yen_or_more")?,
        examples: changes.iter().map(price_change).collect::<Result<_, _>>()?,
    };
    Ok(())
}

fn price_change(row: &AnyRow) -> Result<PriceChange, StoreError> {
    Ok(PriceChange {
        asin: row.asin()?,
        old: Yen(row.small("old_price_yen")?),
        new: Yen(row.small("new_price_yen")?),
    })
}

/// A miss that is open when its run has ended will not be fetched any more: it has failed.
async fn fill_misses(
    db: &Database,
    on: &mut AnyConnection,
    report: &mut Report,
) -> Result<(), StoreError> {
    let id = report.run_id.to_string();
    let ended = i64::from(!report.state.is_open());
    let query = db.query(&MISSES).bind(id.clone()).bind(ended);
    let row = one(on, query).await?;
    report.backfill.asins = row.count("misses")?;
    report.backfill.success = row.count("fetched")?;
    report.backfill.failed = row.count("failed")?;
    let missing = db.query(&STILL_MISSING).bind(id).bind(ended);
    let missing = rows(on, missing).await?;
    report.still_missing = missing
        .iter()
        .map(Columns::asin)
        .collect::<Result<_, _>>()?;
    Ok(())
}

async fn fill_updates(
    db: &Database,
    on: &mut AnyConnection,
    report: &mut Report,
    account: Option<&AccountId>,
) -> Result<(), StoreError> {
    let id = report.run_id.to_string();
    let row = one(on, db.query(&UPDATES).bind(id.clone())).await?;
    let untouched = db.query(&UNTOUCHED).bind(id.clone());
    let untouched = untouched.bind(account.map(ToString::to_string));
    let untouched = one(on, untouched).await?.count("untouched")?;
    report.updates = Updates {
        applied: row.count("applied")?,
        equal: row.count("equal")? + untouched,
        held: row.count("held")?,
        failed: row.count("failed")?,
        parked: row.count("parked")?,
    };
    report.hidden = row.count("hidden")?;
    report.shown = row.count("shown")?;
    report.delisted = row.count("delisted")?;
    for row in rows(on, db.query(&CODES).bind(id)).await? {
        let failures = CauseCount {
            code: row.text("code")?.to_owned(),
            count: row.count("times")?,
        };
        match row.text("what")? {
            "held" => report.holds.push(failures),
            _ => report.failures.push(failures),
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn thousandth(number: i64) -> f64 {
    number as f64 / 1000.0
}
