//! The embedded migrations, and the errors when they do not match the database.

use super::database::{Database, one};
use super::dialect::Dialect;
use super::failure::failed;
use super::postgres::migration_connection;
use shared::ports::store::StoreError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, SqlSafeStr};
use std::time::Duration;

/// Number, name and text. Numbers only increase, and a released text is never edited. Listed by
/// hand, since sqlx's macro would build all database drivers a second time for the compiler.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "accounts",
        include_str!("../../../../migrations/0001_accounts.sql"),
    ),
    (
        2,
        "catalogue",
        include_str!("../../../../migrations/0002_catalogue.sql"),
    ),
    (
        3,
        "runs",
        include_str!("../../../../migrations/0003_runs.sql"),
    ),
    (
        4,
        "leases",
        include_str!("../../../../migrations/0004_leases.sql"),
    ),
    (
        5,
        "request_costs",
        include_str!("../../../../migrations/0005_request_costs.sql"),
    ),
    (
        6,
        "guards",
        include_str!("../../../../migrations/0006_guards.sql"),
    ),
    (
        7,
        "updates_by_time",
        include_str!("../../../../migrations/0007_updates_by_time.sql"),
    ),
    (
        8,
        "thinning",
        include_str!("../../../../migrations/0008_thinning.sql"),
    ),
    (
        10,
        "notices",
        include_str!("../../../../migrations/0010_notices.sql"),
    ),
    (
        12,
        "reconcile",
        include_str!("../../../../migrations/0012_reconcile.sql"),
    ),
    (
        20,
        "account_troubles",
        include_str!("../../../../migrations/0020_account_troubles.sql"),
    ),
    (
        21,
        "keys_of_hot_rows",
        include_str!("../../../../migrations/0021_keys_of_hot_rows.sql"),
    ),
    (
        22,
        "tokens_refused",
        include_str!("../../../../migrations/0022_tokens_refused.sql"),
    ),
    (
        23,
        "platform",
        include_str!("../../../../migrations/0023_platform.sql"),
    ),
];

/// Attempts to migrate a file: a second in all, for other programs that migrate it at the same
/// time.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// The newest version that this program knows.
pub(crate) fn known() -> i64 {
    MIGRATIONS.last().map_or(0, |(version, ..)| *version)
}

/// The version of the database; 0 for an empty one.
pub(crate) async fn version(db: &Database) -> Result<i64, StoreError> {
    let mut reader = db.reader().await?;
    if scalar(&mut reader, db.dialect.migrations_table()).await? == 0 {
        return Ok(0);
    }
    let newest = "SELECT COALESCE(MAX(version), 0) AS number FROM _sqlx_migrations";
    scalar(&mut reader, newest).await
}

async fn scalar(on: &mut AnyConnection, statement: &'static str) -> Result<i64, StoreError> {
    one(on, sqlx::query(statement)).await?.number("number")
}

/// Refuses a database that is newer than this program.
pub(crate) async fn refuse_newer(db: &Database) -> Result<(), StoreError> {
    let (found, known) = (version(db).await?, known());
    if found > known {
        Err(StoreError::Newer { found, known })
    } else {
        Ok(())
    }
}

/// Migrates the database to the newest version.
///
/// When several programs migrate at the same time, a server admits one after the other. On a file
/// an attempt may fail because of the others; the next attempt finds what is already applied.
pub(crate) async fn migrate(db: &Database) -> Result<(), StoreError> {
    refuse_newer(db).await?;
    let migrator = migrator(db.dialect);
    if db.dialect == Dialect::Postgres {
        let mut connection = migration_connection(db).await?;
        let done = migrator.run(&mut connection).await.map_err(unfit);
        connection.close().await.map_err(failed)?;
        return done;
    }
    let mut attempts = (1..ATTEMPTS).rev();
    loop {
        match migrator.run(&db.writer).await {
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..))
                if attempts.next().is_some() =>
            {
                tokio::time::sleep(PAUSE).await;
            }
            other => return other.map_err(unfit),
        }
    }
}

fn migrator(dialect: Dialect) -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(version, name, text)| {
        // The checksum must not depend on the line endings of the checkout.
        let text = dialect.migration(&text.replace("\r\n", "\n"));
        let sql = AssertSqlSafe(text).into_sql_str();
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

fn unfit(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failed(error),
        MigrateError::VersionMissing(found) => StoreError::Newer {
            found,
            known: known(),
        },
        other => StoreError::Unusable(other.to_string()),
    }
}
