//! Every difference between the databases, in one place.
//!
//! The statements in `sql/` and the migrations are one text for both, except for the placeholders
//! in braces, which are replaced here.

use sqlx::AnyConnection;

/// A database that the statements are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// One file, one writer.
    Sqlite,
    /// A server for many processes; each statement sees what was committed before it began.
    Postgres,
}

impl Dialect {
    /// The dialect of a connection.
    pub(crate) fn of(on: &AnyConnection) -> Self {
        match on.backend_name() {
            "PostgreSQL" => Self::Postgres,
            _ => Self::Sqlite,
        }
    }

    /// A statement file in this dialect. `{rows}` is `$1` read as a JSON array of objects,
    /// `{texts}` as an array of strings; both are called `r`, and `r.value` is an element. `{lock}`
    /// locks the selected rows until the transaction ends; `{share}` does, but admits other
    /// `{share}` readers. `{joined}` is the column `r.text` of all rows as one text, separated by
    /// spaces, in any order. `{latest}` is the latest instant at which anything can have been seen,
    /// by the clock of the database: what is stored after it comes from a wrong clock. As `(SELECT
    /// {latest})` it is computed once for a statement, and an index can use it.
    ///
    /// Both use the binary form of JSON: an element is parsed once, and not printed and parsed
    /// again for each of its columns (a record of twenty took 1.9 ms on `SQLite`, now 0.9).
    /// `PostgreSQL` estimates ten rows for an array and a hundred for a JSON text: with the hundred
    /// it scanned whole tables of a few thousand rows, instead of reading twenty rows by key.
    pub(crate) fn statement(self, text: &str) -> String {
        let (rows, texts, lock, share, joined, latest) = match self {
            Self::Sqlite => (
                "jsonb_each($1) AS r",
                "json_each($1) AS r",
                "",
                "",
                "group_concat(r.text, ' ')",
                "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 second')",
            ),
            Self::Postgres => (
                "unnest(ARRAY(SELECT jsonb_array_elements(CAST($1 AS jsonb)))) AS r(value)",
                "unnest(ARRAY(SELECT jsonb_array_elements_text(CAST($1 AS jsonb)))) AS r(value)",
                "FOR UPDATE",
                "FOR SHARE",
                "string_agg(r.text, ' ')",
                "to_char(clock_timestamp() AT TIME ZONE 'UTC' + INTERVAL '1 second', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
            ),
        };
        text.replace("{rows}", rows)
            .replace("{texts}", texts)
            .replace("{lock}", lock)
            .replace("{share}", share)
            .replace("{joined}", joined)
            .replace("{latest}", latest)
    }

    /// A migration in this dialect. Lines that begin with `{postgres}` are for `PostgreSQL` only.
    /// There texts get the collation `C`: times, ASINs and words must sort by their bytes, whatever
    /// the locale of the server.
    pub(crate) fn migration(self, text: &str) -> String {
        const FOR_POSTGRES: &str = "{postgres} ";
        match self {
            Self::Sqlite => text
                .split_inclusive('\n')
                .filter(|line| !line.starts_with(FOR_POSTGRES))
                .collect(),
            Self::Postgres => text
                .replace(FOR_POSTGRES, "")
                .replace(" TEXT", " TEXT COLLATE \"C\""),
        }
    }

    /// Asks for the time of the server, in microseconds since 1970. A file has none.
    pub(crate) fn clock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(
                "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS micros",
            ),
        }
    }

    /// Reads all rows of a table, each as one JSON object, `row`, with these columns.
    pub(crate) fn rows_as_json(self, table: &str, columns: &[String]) -> String {
        let object = match self {
            Self::Sqlite => "json_object",
            Self::Postgres => "json_build_object",
        };
        let pair = |name: &String| format!("'{name}', {name}");
        let pairs: Vec<String> = columns.iter().map(pair).collect();
        let pairs = pairs.join(", ");
        format!("SELECT CAST({object}({pairs}) AS TEXT) AS row FROM {table}")
    }

    /// Counts the tables that record which migrations were applied: one or none.
    pub(crate) fn migrations_table(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT COUNT(*) AS number FROM sqlite_master WHERE name = '_sqlx_migrations'"
            }
            Self::Postgres => {
                "SELECT COUNT(*) AS number FROM pg_catalog.pg_class
                WHERE oid = to_regclass('_sqlx_migrations')"
            }
        }
    }

    /// Begins a transaction that writes. `SQLite` takes its write lock at once: a transaction that
    /// reads first may fail when it is upgraded to a writing one.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Begins a transaction that reads one snapshot.
    pub(crate) fn snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Allows the planner every plan for reading whole tables, until the transaction ends.
    pub(crate) fn any_plan(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(
                "SET LOCAL join_collapse_limit = 8;
                SET LOCAL enable_seqscan = on;
                SET LOCAL enable_hashjoin = on;
                SET LOCAL enable_mergejoin = on;",
            ),
        }
    }

    /// Lets a statement that reads a whole table take as long as it needs, until the transaction
    /// ends.
    pub(crate) fn no_time_limit(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SET LOCAL statement_timeout = 0"),
        }
    }

    /// Admits one import at a time, until its transaction ends. `SQLite` has only one writer
    /// anyway.
    pub(crate) fn import_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT pg_advisory_xact_lock(hashtext('miseban import'))"),
        }
    }
}
