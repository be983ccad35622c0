//! A database with the tables of the product, watched by the oracle.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use simulation::oracle::WATCH;
use simulation::oracle::rows::{LogReader, RowChange};
use simulation::real_time::RealTime;
use simulation::rows::WatchedRows;

/// One shop `shop-1` with one listing of `B000000001`, item 7, which shows 1,300 yen, and a run with one batch.
const CONTENT: &[&str] = &[
    "INSERT INTO accounts (id, name, active) VALUES ('shop-1', 'shop-1', 1)",
    "INSERT INTO listings (id, account_id, asin, item_id, sku, status, imported_at)
    VALUES (1, 'shop-1', 'B000000001', 7, 'sku', 'listed', '2026-11-28T00:00:00.000Z')",
    "INSERT INTO desired_states (listing_id, price_yen, visible, stock, version, urgency, computed_at, observed_at)
    VALUES (1, 1300, 1, 1, 1, 'normal', '2026-11-28T00:00:00.000Z', '2026-11-28T00:00:00.000Z')",
    "INSERT INTO applied_states (listing_id, price_yen, visible, stock, version, applied_at)
    VALUES (1, 1300, 1, 1, 1, '2026-11-28T00:00:00.000Z')",
    "INSERT INTO products (asin, price_yen, price_updated_at, stock, stock_updated_at)
    VALUES ('B000000001', 1000, '2026-11-28T00:00:00.000Z', 'in', '2026-11-28T00:00:00.000Z')",
    "INSERT INTO runs (id, kind, state, dry_run, started_at, asins, batches, requests,
        backfill_requests, refused, waited_ms, lane_us)
    VALUES ('run', 'price-stock', 'running', 0, '2026-11-28T00:00:00.000Z', 1, 1, 0, 0, 0, 0, 0)",
    "INSERT INTO batches (run_id, no, asins, state) VALUES ('run', 1, '[]', 'open')",
];

/// The database and the reader of its log.
pub struct SampleRows {
    pub rows: WatchedRows,
    log: LogReader,
    _folder: tempfile::TempDir,
}

/// The migrations for `SQLite`, in their order.
fn migrations() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let entries = fs::read_dir(folder).expect("the migrations");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let is_sql = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "sql");
    let mut paths: Vec<PathBuf> = paths.filter(is_sql).collect();
    paths.sort();
    let text = |path: &PathBuf| fs::read_to_string(path).expect("a migration");
    let for_sqlite = |text: String| {
        let lines = text.lines().filter(|line| !line.starts_with("{postgres}"));
        lines.collect::<Vec<_>>().join("\n")
    };
    paths.iter().map(text).map(for_sqlite).collect()
}

impl SampleRows {
    pub fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.db");
        fs::write(&path, "").expect("an empty database");
        let real = Arc::new(RealTime::start().expect("a thread"));
        let rows = WatchedRows::open(&real, &path).expect("a database");
        for migration in migrations() {
            rows.install(&[&migration]);
        }
        rows.install(WATCH);
        rows.install(CONTENT);
        Self {
            rows,
            log: LogReader::default(),
            _folder: folder,
        }
    }

    /// The changes since the last look.
    pub fn news(&mut self) -> Vec<RowChange> {
        self.log.news(&self.rows)
    }
}
