//! The embedded migrations, and the errors when they do not match the database.

use super::database::{Database, one};
use super::dialect::Dialect;
use super::failure::failed;
use super::pooled::Session;
use super::pooling::Pooling;
use super::postgres::{MIGRATION_POOLED, migration_connection};
use super::server_connections::ServerConnections;

use shared::ports::store::StoreError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection, Executor, SqlSafeStr};
use std::time::Duration;

macro_rules! migration {
    ($version:literal, $digits:literal, $name:literal) => {
        (
            $version,
            $name,
            include_str!(concat!(
                "../../../../migrations/",
                $digits,
                "_",
                $name,
                ".sql"
            )),
        )
    };
}

/// Number, name and text. Numbers only increase, and a released text is never edited. Listed by
/// hand, since sqlx's macro would build all database drivers a second time for the compiler.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    migration!(1, "0001", "accounts"),
    migration!(2, "0002", "catalogue"),
    migration!(3, "0003", "runs"),
    migration!(4, "0004", "leases"),
    migration!(5, "0005", "request_costs"),
    migration!(6, "0006", "guards"),
    migration!(7, "0007", "updates_by_time"),
    migration!(8, "0008", "thinning"),
    migration!(10, "0010", "notices"),
    migration!(12, "0012", "reconcile"),
    migration!(20, "0020", "account_troubles"),
    migration!(21, "0021", "keys_of_hot_rows"),
    migration!(22, "0022", "tokens_refused"),
    migration!(23, "0023", "platform"),
    migration!(24, "0024", "unconfirmed_edits"),
    migration!(26, "0026", "doubts"),
    migration!(27, "0027", "invalid_asins"),
    migration!(28, "0028", "account_standing"),
    migration!(33, "0033", "installation"),
    migration!(34, "0034", "schedule"),
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

async fn scalar(on: &mut dyn Session, statement: &'static str) -> Result<i64, StoreError> {
    one(on, statement).await?.number("number")
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
    if let Some(server) = &db.server {
        return migrate_server(migrator, server).await;
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

async fn migrate_server(
    mut migrator: Migrator,
    server: &ServerConnections,
) -> Result<(), StoreError> {
    let mut connection = migration_connection(server).await?;
    let done = if server.pooling == Pooling::Session {
        migrator.run(&mut connection).await
    } else {
        // One transaction keeps one session. The driver prepares statements, and locks, for a whole
        // session, which belongs to others before and afterwards.
        migrator.set_locking(false);
        let mut whole = connection
            .begin_with(MIGRATION_POOLED)
            .await
            .map_err(failed)?;
        if let Err(error) = migrator.run(&mut *whole).await {
            // In one message, and so in one session.
            let _ = whole.execute("ROLLBACK; DEALLOCATE ALL").await;
            return Err(unfit(error));
        }
        whole.execute("DEALLOCATE ALL").await.map_err(failed)?;
        whole.commit().await.map_err(failed)?;
        Ok(())
    };
    connection.close().await.map_err(failed)?;
    done.map_err(unfit)
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
