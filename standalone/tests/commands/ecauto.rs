//! `import ecauto`, by the binary, on files in the form of the predecessor.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The tables as the predecessor creates them, without those that the tests do not need.
const SCHEMA: &str = "
CREATE TABLE products (asin TEXT PRIMARY KEY, title_ja TEXT, title_en TEXT, description_ja TEXT,
    description_en TEXT, category TEXT, brand TEXT, images TEXT, amazon_price_jpy INTEGER,
    amazon_in_stock BOOLEAN, last_fetched_at TIMESTAMP, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE listings (id INTEGER PRIMARY KEY AUTOINCREMENT, asin TEXT, platform TEXT, account_id TEXT,
    platform_item_id TEXT, sku TEXT UNIQUE, selling_price REAL, currency TEXT DEFAULT 'JPY',
    in_stock_quantity INTEGER DEFAULT 0, status TEXT DEFAULT 'pending', visibility TEXT DEFAULT 'public',
    listed_at TIMESTAMP, updated_at TIMESTAMP, UNIQUE (asin, platform, account_id));
CREATE TABLE upload_queue (id INTEGER PRIMARY KEY, asin TEXT, platform TEXT, account_id TEXT, status TEXT);
";

const ROWS: &str = "
INSERT INTO products (asin, title_ja, amazon_price_jpy, amazon_in_stock, last_fetched_at) VALUES
    ('B000000001', '急須 🍵', 1500, 1, '2025-11-30T09:30:00.123456'),
    ('B000000002', NULL, 0, 1, '2025-11-30 00:30:00');
INSERT INTO listings (asin, platform, account_id, platform_item_id, sku, selling_price, status, visibility) VALUES
    ('B000000001', 'base', 'main', '101', 'b-B000000001-20251130093000', 1980.0, 'listed', 'public'),
    ('B000000002', 'base', 'main', '102', 'b-B000000002-20251130093001', 2500.0, 'active', 'hidden'),
    ('B000000003', 'base', 'main', NULL, 'b-B000000003-20251130093002', 2500.0, 'pending', 'public'),
    ('B000000004', 'base', 'main', '104', 'b-B000000009-20251130093003', 2500.0, 'listed', 'public'),
    ('B000000001', 'ebay', 'us', 'x', 'e-B000000001-20251130093004', 19.5, 'listed', 'public');
INSERT INTO upload_queue (asin, platform, account_id, status) VALUES ('B000000001', 'base', 'main', 'success');
";

async fn write_database(path: &Path, statements: &[&'static str]) {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(*statement))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
}

/// A folder with an accounts file of one shop, `main`, and the predecessor's database.
async fn folder(statements: &[&'static str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let accounts = "[[account]]\nid = \"main\"\nclient_id = \"c\"\nclient_secret = \"s\"\nrefresh_token = \"r\"\n";
    std::fs::write(folder.path().join("accounts.toml"), accounts).unwrap();
    write_database(&folder.path().join("old.db"), statements).await;
    folder
}

fn import(folder: &TempDir, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_miseban"))
        .args(["import", "ecauto"])
        .args(more)
        .env_clear()
        .env("MISEBAN_LANG", "en")
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn object(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn without_apply_every_issue_is_reported_and_nothing_is_written() {
    let folder = folder(&[SCHEMA, ROWS]).await;
    let before = std::fs::read(folder.path().join("old.db")).unwrap();

    let text = import(&folder, &["old.db"]);
    let summary = object(&import(&folder, &["old.db", "--json"]));

    assert_eq!(text.status.code(), Some(2), "a row must be corrected");
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.contains("B000000004, b-B000000009-20251130093003"),
        "{text}"
    );
    assert!(text.contains("--apply"), "{text}");
    assert_eq!(
        (&summary["dry_run"], &summary["listings"], &summary["taken"]),
        (&true.into(), &5.into(), &2.into())
    );
    let met: Vec<(&str, u64)> = summary["met"]
        .as_array()
        .unwrap()
        .iter()
        .map(|met| {
            (
                met["trap"].as_str().unwrap(),
                met["count"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        met,
        [
            ("sku-names-another", 1),
            ("waiting", 1),
            ("other-platform", 1),
            ("legacy-status", 1),
            ("product-absent", 2),
            ("price-unknown", 1),
            ("title-erased", 1),
            ("local-time", 1),
            ("unclear-time", 1),
        ]
    );
    assert_eq!(summary["set_aside"][0]["table"], "upload_queue");
    assert!(!folder.path().join("miseban.db").exists());
    assert_eq!(std::fs::read(folder.path().join("old.db")).unwrap(), before);
}

#[tokio::test]
async fn with_apply_valid_rows_are_imported_once_however_often_it_runs() {
    let folder = folder(&[SCHEMA, ROWS]).await;

    let first = object(&import(&folder, &["old.db", "--apply", "--json"]));
    let second = object(&import(&folder, &["old.db", "--apply", "--json"]));

    assert_eq!((&first["new"], &first["same"]), (&2.into(), &0.into()));
    assert_eq!((&second["new"], &second["same"]), (&0.into(), &2.into()));
    let status = Command::new(env!("CARGO_BIN_EXE_miseban"))
        .args(["explain", "B000000002", "--json"])
        .env_clear()
        .current_dir(folder.path())
        .output()
        .unwrap();
    let story = object(&status);
    let listing = &story["listings"][0];
    assert_eq!(listing["item_id"], 102, "{story}");
}

#[tokio::test]
async fn a_missing_or_foreign_file_is_reported_and_nothing_is_created() {
    let folder = folder(&["CREATE TABLE products (asin TEXT)"]).await;
    std::fs::write(folder.path().join("text.db"), "no database at all").unwrap();

    for (file, why, code) in [
        ("missing.db", "there is no missing.db", 2),
        ("old.db", "it lacks listings, products.title_ja", 2),
        ("text.db", "cannot be read", 1),
        (".", "there is no .", 2),
    ] {
        let output = import(&folder, &[file, "--apply"]);

        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
    assert!(!folder.path().join("miseban.db").exists());
}

#[tokio::test]
async fn a_file_that_the_predecessor_is_writing_to_is_read_as_of_before() {
    let folder = folder(&[SCHEMA, ROWS]).await;
    let options = SqliteConnectOptions::new().filename(folder.path().join("old.db"));
    let mut writing = SqliteConnection::connect_with(&options).await.unwrap();
    let mut open = writing.begin().await.unwrap();
    sqlx::query("DELETE FROM listings")
        .execute(&mut *open)
        .await
        .unwrap();

    let summary = object(&import(&folder, &["old.db", "--json"]));

    assert_eq!(summary["listings"], 5);
}
