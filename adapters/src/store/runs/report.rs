//! The report of a run: computed from its rows, and kept when the run has ended.
//!
//! A listing that was edited and is held for a person (hidden, since its price left the bounds)
//! counts as applied and as held.

use super::guard;
use super::progress::{run_row, unknown};
use super::report_changes;
use super::report_reconcile;
use crate::store::SqlStore;
use crate::store::db::Session;
use crate::store::db::{Database, StoredRow, commit, json, one, read_all, row, rows, statement};
use crate::store::invalid_asins;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::report::{
    BackfillTotals, CacheUse, CauseCount, DoubtedPrices, InvalidListings, Outcomes, PriceChanges,
    Report, StockChanges, Updates, WithoutOffer,
};
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::store::{ReportStore, RunRow, StoreError};

statement!(RUN, "runs/report_run.sql");
statement!(OUTCOMES, "runs/report_outcomes.sql");
statement!(DOUBTED, "runs/report_doubted.sql");
statement!(WITHOUT_OFFER, "runs/report_without_offer.sql");
statement!(MISSES, "runs/report_misses.sql");
statement!(STILL_MISSING, "runs/report_still_missing.sql");
statement!(UPDATES, "runs/report_updates.sql");
statement!(CODES, "runs/report_codes.sql");
statement!(UNANSWERED, "runs/report_unanswered.sql");
statement!(RUNS_LIKE, "runs/runs_like.sql");
statement!(KEEP, "runs/keep_report.sql");

/// From then on an ASIN without an offer is told: it may be a parent of variations.
const LONG_WITHOUT_OFFER: TimeDelta = TimeDelta::days(7);

#[async_trait]
impl ReportStore for SqlStore {
    async fn report(&self, id: RunId, now: DateTime<Utc>) -> Result<Option<Report>, StoreError> {
        read(&self.db, id, now).await
    }

    async fn runs_like(&self, prefix: &str, limit: u32) -> Result<Vec<RunRow>, StoreError> {
        let like = RUNS_LIKE.bind(prefix.to_owned()).bind(limit);
        self.db.read_all(like, run_row).await
    }

    async fn keep_report(&self, report: &Report) -> Result<(), StoreError> {
        keep(&self.db, report).await
    }
}

/// The kept report, or else one that is computed from the current rows.
pub(crate) async fn read(
    db: &Database,
    id: RunId,
    now: DateTime<Utc>,
) -> Result<Option<Report>, StoreError> {
    let mut reader = db.reader().await?;
    let mut survey = db.survey(&mut reader).await?;
    let Some(found) = row(&mut survey, RUN.bind(id)).await? else {
        return Ok(None);
    };
    if let Some(kept) = found.maybe_text("report")? {
        let kept = serde_json::from_str(kept);
        let mut kept: Report =
            kept.map_err(|error| StoreError::Damaged(format!("report of run {id}: {error}")))?;
        if found.yes("followed")? {
            follow_updates(&mut survey, &mut kept).await?;
        }
        return Ok(Some(kept.judged()));
    }
    let mut report = from_run_row(&found, id, now)?;
    let account = found.maybe_account()?;
    fill_outcomes(&mut survey, &mut report).await?;
    fill_misses(&mut survey, &mut report).await?;
    let untouched = report_changes::fill(&mut survey, &mut report, account.as_ref()).await?;
    fill_updates(&mut survey, &mut report, untouched).await?;
    report.guard = guard::report(&mut survey, id).await?;
    report.invalid = invalid_asins::visible(&mut survey).await?;
    if report.kind == RunKind::Reconcile {
        let found = report_reconcile::read(&mut survey, id).await?;
        report.delisted = report.delisted.max(found.gone);
        report.reconcile = Some(found);
    }
    commit(survey).await?;
    Ok(Some(report.judged()))
}

/// Stores the report in the row of its run, if the run has ended; with the state of the row, since whether
/// the run is complete is judged whenever the report is read.
pub(crate) async fn keep(db: &Database, report: &Report) -> Result<(), StoreError> {
    let mut kept = report.clone();
    if kept.state == RunState::Incomplete {
        kept.state = RunState::Done;
    }
    let keep = KEEP.bind(report.run_id).bind(json(&kept)?);
    match db.run(keep).await? {
        0 => Err(unknown(report.run_id)),
        _ => Ok(()),
    }
}

/// The part of the report that the run's own row contains.
fn from_run_row(row: &StoredRow, id: RunId, now: DateTime<Utc>) -> Result<Report, StoreError> {
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
        error: row.maybe_string("error")?,
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
        doubted: DoubtedPrices::default(),
        without_offer: WithoutOffer::default(),
        stock_changes: StockChanges::default(),
        shops: Vec::new(),
        updates: Updates::default(),
        hidden: 0,
        shown: 0,
        delisted: 0,
        permit_wait_seconds: thousandth(row.number("waited_ms")?),
        quota_used: (lane_seconds / seconds.max(0.001)).clamp(0.0, 1.0),
        failures: Vec::new(),
        holds: Vec::new(),
        still_missing: Vec::new(),
        unanswered: Vec::new(),
        invalid: InvalidListings::default(),
        guard: None,
        reconcile: None,
    })
}

async fn fill_outcomes(on: &mut dyn Session, report: &mut Report) -> Result<(), StoreError> {
    let id = report.run_id;
    let row = one(on, OUTCOMES.bind(id)).await?;
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
        missing: row.count("cache_missing")?,
        stale: row.count("cache_stale")?,
    };
    report.price_changes.count = row.count("price_changes")?;
    report.price_changes.of_100_yen_or_more = row.count("of_100_yen_or_more")?;
    report.stock_changes.to_out = row.count("to_out")?;
    report.stock_changes.to_in = row.count("to_in")?;
    report.doubted.count = row.count("doubted")?;
    if report.doubted.count > 0 {
        report.doubted.examples =
            read_all(on, DOUBTED.bind(id), report_changes::price_change).await?;
    }
    if report.outcomes.out_of_stock > 0 {
        let before = report.started_at - LONG_WITHOUT_OFFER;
        for row in rows(on, WITHOUT_OFFER.bind(id).bind(before)).await? {
            report.without_offer.count = row.count("of_all")?;
            report.without_offer.examples.push(row.asin()?);
        }
    }
    Ok(())
}

/// A miss that is still open after the end of its run will never be fetched: it counts as failed.
async fn fill_misses(on: &mut dyn Session, report: &mut Report) -> Result<(), StoreError> {
    let id = report.run_id;
    let ended = !report.state.is_open();
    let row = one(on, MISSES.bind(id).bind(ended)).await?;
    report.backfill.asins = row.count("misses")?;
    report.backfill.success = row.count("fetched")?;
    report.backfill.failed = row.count("failed")?;
    report.backfill.left_out = row.count("left_out")?;
    let missing = STILL_MISSING.bind(id).bind(ended);
    report.still_missing = read_all(on, missing, StoredRow::asin).await?;
    let cause = |row: &StoredRow| {
        Ok(CauseCount {
            code: row.text("why")?.to_owned(),
            count: row.count("times")?,
        })
    };
    report.unanswered = read_all(on, UNANSWERED.bind(id), cause).await?;
    Ok(())
}

async fn fill_updates(
    on: &mut dyn Session,
    report: &mut Report,
    untouched: u64,
) -> Result<(), StoreError> {
    let row = one(on, UPDATES.bind(report.run_id).bind(report.ended_at)).await?;
    let equal = row.count("equal")? + untouched;
    report.delisted = row.count("delisted")?;
    count_updates(on, report, &row, equal).await
}

/// Brings the updates of a kept report up to the last result of each.
async fn follow_updates(on: &mut dyn Session, kept: &mut Report) -> Result<(), StoreError> {
    let row = one(on, UPDATES.bind(kept.run_id).bind(kept.ended_at)).await?;
    let equal = kept.updates.equal + row.count("equal_since")?;
    kept.delisted = kept.delisted.max(row.count("delisted")?);
    (kept.failures, kept.holds) = (Vec::new(), Vec::new());
    count_updates(on, kept, &row, equal).await
}

async fn count_updates(
    on: &mut dyn Session,
    report: &mut Report,
    row: &StoredRow,
    equal: u64,
) -> Result<(), StoreError> {
    report.updates = Updates {
        applied: row.count("applied")?,
        equal,
        held: row.count("held")?,
        failed: row.count("failed")?,
        parked: row.count("parked")?,
        for_hours: row.count("for_hours")?,
    };
    report.hidden = row.count("hidden")?;
    report.shown = row.count("shown")?;
    for row in rows(on, CODES.bind(report.run_id)).await? {
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
