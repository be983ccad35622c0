//! What holds at the end, by our rows and by the vendors' ledger.

use crate::installation::{Installation, LISTINGS, OFFERS};
use adapters::clock::SystemClock;
use adapters::store::SqlStore;
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::run::{RunId, RunKind, RunState};
use shared::ports::clock::Clock as _;
use shared::ports::store::{ReportStore as _, RunRow};
use simulator::LedgerLine;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection as _, Row as _};

/// Of a request to Amazon.
const PERIOD: TimeDelta = TimeDelta::seconds(1);
/// A used-up window is found out by being refused: once by each slot of each worker at worst.
const REFUSED_AT_ONCE: usize = 64;

/// Each ASIN of a run has one outcome, and each miss was asked again once.
pub async fn every_asin_has_one_outcome(store: &SqlStore, run: &RunRow) {
    let report = store
        .report(run.id, SystemClock.now())
        .await
        .expect("the database")
        .expect("a report");
    let printed = serde_json::to_string(&report).expect("JSON");
    println!("{printed}");
    // A night may end in the middle of a scheduled run of another kind.
    if run.kind != RunKind::PriceStock {
        return;
    }
    // Incomplete: updates failed or wait, which later runs make up for.
    let ended = [RunState::Done, RunState::Incomplete];
    assert!(ended.contains(&report.state), "{printed}");
    assert_eq!(report.outcomes.total(), report.asins, "{printed}");
    assert_eq!(
        report.backfill.success + report.backfill.failed,
        report.backfill.asins,
        "{printed}"
    );
}

fn at(line: &LedgerLine) -> DateTime<Utc> {
    line.at.parse().expect("a time")
}

impl Installation {
    /// No call is refused that we could have known: only what others used up at a shop is found out by a
    /// refusal. One call in a hundred to Amazon may be refused: a process may be frozen between reading
    /// the clock and sending. On a busy machine requests arrive a little closer together than they were
    /// sent: those may be one in twenty.
    pub fn the_quota_is_kept(&self) {
        let ledger = self.simulator.detailed_ledger();
        let lines: Vec<LedgerLine> = ledger.detail.into_iter().flatten().collect();
        let (offers, others): (Vec<_>, Vec<_>) =
            lines.iter().partition(|line| line.operation == OFFERS);
        let early: Vec<TimeDelta> = offers
            .windows(2)
            .filter(|pair| pair[1].refused)
            .inspect(|pair| println!("refused at {}, before: {}", pair[1].at, pair[0].at))
            .map(|pair| PERIOD - (at(pair[1]) - at(pair[0])))
            .collect();
        let jitter = early.iter().filter(|early| **early < PERIOD / 10).count();
        assert!(
            jitter <= offers.len().div_ceil(20)
                && early.len() - jitter <= offers.len().div_ceil(100),
            "{OFFERS}: of {} are refused, too early by {early:?}",
            offers.len()
        );
        let refused: Vec<_> = others.iter().filter(|line| line.refused).collect();
        println!("{} calls to shops refused", refused.len());
        for line in &refused {
            let known = self.vendor_faults.used_up.iter();
            let known = known.filter(|window| window.refuses(line));
            assert!(known.count() > 0, "a window was exceeded: {line:?}");
        }
        for window in &self.vendor_faults.used_up {
            let told = refused.iter().filter(|line| window.refuses(line)).count();
            println!("{window:?}: {told} refused");
            assert!(told <= REFUSED_AT_ONCE, "{window:?}: {told} refused");
        }
    }

    /// Each listing that is not held equals its desired state in the shop.
    pub async fn shops_are_as_desired(&self, run: RunId) {
        let desired = "SELECT l.account_id, l.item_id, d.price_yen, d.visible, d.stock
            FROM listings AS l INNER JOIN desired_states AS d ON d.listing_id = l.id
            WHERE l.status = 'listed' AND d.hold_reason IS NULL";
        let rows = self.rows(desired).await;
        assert!(rows.len() > LISTINGS / 2, "{} desired states", rows.len());
        let shops = self.shops();
        let mut different = Vec::new();
        for row in &rows {
            let (account, item): (String, i64) = (row.get(0), row.get(1));
            let (price, visible, stock): (i64, i64, Option<i64>) =
                (row.get(2), row.get(3), row.get(4));
            let shop = shops.iter().find(|shop| shop.account == account);
            let items = &shop.expect("a shop").items;
            let shown = items
                .iter()
                .find(|shown| i64::try_from(shown.item_id) == Ok(item));
            let right = shown.is_some_and(|shown| {
                shown.price == price
                    && shown.visible == (visible == 1)
                    && stock.is_none_or(|stock| stock == shown.stock)
            });
            if !right {
                different.push(format!(
                    "{account} {item}: {price} {visible} {stock:?}, shown {shown:?}"
                ));
            }
        }
        assert!(
            different.is_empty(),
            "after run {run:?}: {}",
            different.join("\n")
        );
        println!("{} listings equal their desired state", rows.len());
    }

    /// The listings of items that a person deleted are delisted, and no others.
    pub async fn only_deleted_items_are_delisted(&self) {
        let delisted = "SELECT account_id, item_id FROM listings WHERE status = 'delisted'";
        let rows = self.rows(delisted).await;
        let item = |row: &AnyRow| (row.get(0), row.get::<i64, _>(1).cast_unsigned());
        let mut delisted: Vec<(String, u64)> = rows.iter().map(item).collect();
        let mut deleted = self.vendor_faults.deleted.clone();
        delisted.sort();
        deleted.sort();
        assert_eq!(delisted, deleted);
        println!("{} deleted items are delisted", deleted.len());
    }

    async fn rows(&self, query: &'static str) -> Vec<AnyRow> {
        let mut database = AnyConnection::connect(&self.postgres.direct)
            .await
            .expect("the database");
        let rows = sqlx::query(query).fetch_all(&mut database).await;
        rows.expect("rows")
    }
}
