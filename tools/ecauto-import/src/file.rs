//! Reads the predecessor's `SQLite` file without changing it. Every value is read as text, since
//! the file does not keep to its own column types.
//!
//! Source of the schema: the predecessor's `CREATE TABLE` statements, its code and its data.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row};
use std::collections::BTreeSet;
use std::path::Path;

/// The useful content of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OldFile {
    /// Its listings, in the order of their ids.
    pub listings: Vec<OldListing>,
    /// Counts over its products.
    pub products: OldProducts,
    /// Row counts of the tables that are not imported.
    pub unused_tables: Vec<(String, u64)>,
}

/// A row of `listings`. `None` is NULL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OldListing {
    /// Its row id, for messages.
    pub id: i64,
    /// Amazon's product id.
    pub asin: Option<String>,
    /// The platform it is sold on: `base`, or another one.
    pub platform: Option<String>,
    /// The shop.
    pub account: Option<String>,
    /// The item number in the shop.
    pub item: Option<String>,
    /// `b-<ASIN>-<time>`; older ones begin with `s-` or `base-`.
    pub sku: Option<String>,
    /// A floating point number in yen.
    pub price: Option<String>,
    /// `JPY`.
    pub currency: Option<String>,
    /// `pending`, `listed` (formerly `active`), `sold`, `delisted`.
    pub status: Option<String>,
    /// `public` or `hidden`.
    pub visibility: Option<String>,
}

/// Counts over `products`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OldProducts {
    /// All of them.
    pub all: u64,
    /// Price absent or 0, which meant unknown or out of stock.
    pub without_price: u64,
    /// No title: an early version erased it when it stored a price.
    pub without_title: u64,
    /// The fetch time is written by Python, in local time.
    pub local_times: u64,
    /// The fetch time is written by `SQLite`, in UTC unless Python wrote it.
    pub unclear_times: u64,
    /// ASINs of listings without a row in `products`.
    pub listed_without_product: u64,
}

/// Why the file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OldFileError {
    /// There is no such file.
    #[error("there is no such file")]
    Absent,
    /// It is another database; holds the missing tables and columns.
    #[error("it lacks {}", .0.join(", "))]
    Foreign(Vec<String>),
    /// It is not a database, or it is damaged or locked.
    #[error("{0}")]
    Unreadable(String),
}

impl From<sqlx::Error> for OldFileError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => Self::Unreadable(error.message().to_owned()),
            other => Self::Unreadable(other.to_string()),
        }
    }
}

/// Tables and columns that the predecessor's file has.
const NEEDED: [(&str, &[&str]); 2] = [
    (
        "listings",
        &[
            "id",
            "asin",
            "platform",
            "account_id",
            "platform_item_id",
            "sku",
            "selling_price",
            "currency",
            "status",
            "visibility",
        ],
    ),
    (
        "products",
        &["asin", "title_ja", "amazon_price_jpy", "last_fetched_at"],
    ),
];

/// Tables of the predecessor that are not imported.
const UNUSED_TABLES: [&str; 5] = [
    "upload_queue",
    "account_configs",
    "ebay_listing_metadata",
    "price_history",
    "sourcing_candidates",
];

const LISTINGS: &str = "SELECT id, CAST(asin AS TEXT) AS asin, CAST(platform AS TEXT) AS platform,
    CAST(account_id AS TEXT) AS account, CAST(platform_item_id AS TEXT) AS item, CAST(sku AS TEXT) AS sku,
    CAST(selling_price AS TEXT) AS price, CAST(currency AS TEXT) AS currency,
    CAST(status AS TEXT) AS status, CAST(visibility AS TEXT) AS visibility
    FROM listings ORDER BY id";

const PRODUCTS: &str = "SELECT count(*) AS all_of_them,
    coalesce(sum(amazon_price_jpy IS NULL OR CAST(amazon_price_jpy AS REAL) <= 0), 0) AS without_price,
    coalesce(sum(title_ja IS NULL OR trim(title_ja) = ''), 0) AS without_title,
    coalesce(sum(last_fetched_at LIKE '%T%'), 0) AS local_times,
    coalesce(sum(last_fetched_at LIKE '% %'), 0) AS unclear_times,
    (SELECT count(DISTINCT l.asin) FROM listings AS l
        WHERE NOT EXISTS (SELECT 1 FROM products AS p WHERE p.asin = l.asin)) AS listed_without_product
    FROM products";

/// Reads the file at `path` in one transaction, so that the predecessor may be running.
///
/// # Errors
///
/// [`OldFileError`]; the file is never changed.
pub async fn read(path: &Path) -> Result<OldFile, OldFileError> {
    if !path.is_file() {
        return Err(OldFileError::Absent);
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let mut snapshot = connection.begin().await?;
    check(&mut snapshot).await?;
    let rows = sqlx::query(LISTINGS).fetch_all(&mut *snapshot).await?;
    let listings = rows.iter().map(listing).collect::<Result<_, _>>()?;
    let row = sqlx::query(PRODUCTS).fetch_one(&mut *snapshot).await?;
    let products = products(&row)?;
    let unused_tables = unused_tables(&mut snapshot).await?;
    snapshot.rollback().await?;
    connection.close().await?;
    Ok(OldFile {
        listings,
        products,
        unused_tables,
    })
}

async fn check(on: &mut SqliteConnection) -> Result<(), OldFileError> {
    let mut lacks = Vec::new();
    for (table, needed) in NEEDED {
        let columns = columns(on, table).await?;
        if columns.is_empty() {
            lacks.push(table.to_owned());
            continue;
        }
        let absent = needed.iter().filter(|column| !columns.contains(**column));
        lacks.extend(absent.map(|column| format!("{table}.{column}")));
    }
    if lacks.is_empty() {
        Ok(())
    } else {
        Err(OldFileError::Foreign(lacks))
    }
}

async fn columns(on: &mut SqliteConnection, table: &str) -> Result<BTreeSet<String>, OldFileError> {
    let rows = sqlx::query("SELECT name FROM pragma_table_info(?1)")
        .bind(table)
        .fetch_all(on)
        .await?;
    let names = rows.iter().map(|row| row.try_get("name"));
    Ok(names.collect::<Result<_, _>>()?)
}

async fn unused_tables(on: &mut SqliteConnection) -> Result<Vec<(String, u64)>, OldFileError> {
    let mut counted = Vec::new();
    for table in UNUSED_TABLES {
        if columns(on, table).await?.is_empty() {
            continue;
        }
        let query = format!("SELECT count(*) AS rows FROM {table}");
        let row = sqlx::query(AssertSqlSafe(query))
            .fetch_one(&mut *on)
            .await?;
        counted.push((table.to_owned(), count(&row, "rows")?));
    }
    Ok(counted)
}

fn listing(row: &SqliteRow) -> Result<OldListing, sqlx::Error> {
    Ok(OldListing {
        id: row.try_get("id")?,
        asin: row.try_get("asin")?,
        platform: row.try_get("platform")?,
        account: row.try_get("account")?,
        item: row.try_get("item")?,
        sku: row.try_get("sku")?,
        price: row.try_get("price")?,
        currency: row.try_get("currency")?,
        status: row.try_get("status")?,
        visibility: row.try_get("visibility")?,
    })
}

fn products(row: &SqliteRow) -> Result<OldProducts, sqlx::Error> {
    Ok(OldProducts {
        all: count(row, "all_of_them")?,
        without_price: count(row, "without_price")?,
        without_title: count(row, "without_title")?,
        local_times: count(row, "local_times")?,
        unclear_times: count(row, "unclear_times")?,
        listed_without_product: count(row, "listed_without_product")?,
    })
}

fn count(row: &SqliteRow, column: &str) -> Result<u64, sqlx::Error> {
    let counted: i64 = row.try_get(column)?;
    Ok(counted.unsigned_abs())
}
