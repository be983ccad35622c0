//! Where the databases differ: all of it, in one place.
//!
//! The statements in `sql/` and the migrations are the same text for each of them, but for the
//! words in braces that are told here.

/// A database that the statements are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// One file, one writer.
    Sqlite,
    /// A server for many processes; each statement sees what was committed before it began.
    Postgres,
}

impl Dialect {
    /// The statement of a file as this database reads it. `{rows}` is `$1` read as a JSON array of
    /// objects, `{texts}` as one of strings; both are called `r`, and `r.value` is an element.
    /// `{lock}` keeps the rows that are read until the transaction ends, `{share}` lets others read
    /// them in the same way. `{joined}` is the column `r.text` of all rows as one text with spaces
    /// between, in any order.
    ///
    /// The binary form of JSON on both: an element is cut out once, and not written as text and
    /// read again for each of its columns (a record of twenty took 1.9 ms on `SQLite`, now 0.9).
    /// `PostgreSQL` takes an array for ten rows and a JSON text for a hundred: with the hundred it
    /// read whole tables of a few thousand rows, instead of twenty of them by key.
    pub(crate) fn statement(self, text: &str) -> String {
        let (rows, texts, lock, share, joined) = match self {
            Self::Sqlite => (
                "jsonb_each($1) AS r",
                "json_each($1) AS r",
                "",
                "",
                "group_concat(r.text, ' ')",
            ),
            Self::Postgres => (
                "unnest(ARRAY(SELECT jsonb_array_elements(CAST($1 AS jsonb)))) AS r(value)",
                "unnest(ARRAY(SELECT jsonb_array_elements_text(CAST($1 AS jsonb)))) AS r(value)",
                "FOR UPDATE",
                "FOR SHARE",
                "string_agg(r.text, ' ')",
            ),
        };
        text.replace("{rows}", rows)
            .replace("{texts}", texts)
            .replace("{lock}", lock)
            .replace("{share}", share)
            .replace("{joined}", joined)
    }

    /// A migration as this database reads it. Lines that begin with `{postgres}` are for that one only.
    /// Texts sort by their bytes, as times, ASINs and words must, whatever language the server's
    /// databases are made for.
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

    /// Counts the tables that hold which migrations were made: one or none.
    pub(crate) fn migrations_table(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
            Self::Postgres => {
                "SELECT COUNT(*) FROM pg_catalog.pg_class
                WHERE oid = to_regclass('_sqlx_migrations')"
            }
        }
    }

    /// Begins a transaction that writes. `SQLite` takes its write lock at once: a transaction that
    /// reads first could otherwise not be lifted to a writing one.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Begins a transaction that reads, and sees one moment.
    pub(crate) fn snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Lets the planner choose among all ways to read whole tables, until the transaction ends.
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

    /// Lets one import at a time through, until its transaction ends. `SQLite` has one writer
    /// anyway.
    pub(crate) fn import_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT pg_advisory_xact_lock(hashtext('miseban import'))"),
        }
    }
}
