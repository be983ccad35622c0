//! SQL statements in files, and the one place where the databases differ.
//!
//! Rows go in as one JSON text, so that a statement is the same for one row and for a thousand. In
//! a file `{rows}` stands for `$1` read as a JSON array of objects and `{texts}` for one of
//! strings; both are called `r`, and `r.value` is an element.

use std::sync::OnceLock;

/// A database that the statements are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// One file, one writer.
    Sqlite,
}

impl Dialect {
    fn rows(self) -> &'static str {
        match self {
            Self::Sqlite => "json_each($1) AS r",
        }
    }

    fn texts(self) -> &'static str {
        match self {
            Self::Sqlite => "json_each($1) AS r",
        }
    }

    /// Begins a transaction that writes. `SQLite` takes its write lock at once: a transaction that
    /// reads first could otherwise not be lifted to a writing one.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
        }
    }
}

/// One statement of a `.sql` file.
pub(crate) struct Statement {
    text: &'static str,
    sqlite: OnceLock<String>,
}

impl Statement {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text,
            sqlite: OnceLock::new(),
        }
    }

    /// The statement as `dialect` reads it. Always the same text, so that it is prepared once.
    pub(crate) fn text(&'static self, dialect: Dialect) -> &'static str {
        let place = match dialect {
            Dialect::Sqlite => &self.sqlite,
        };
        place.get_or_init(|| {
            self.text
                .replace("{rows}", dialect.rows())
                .replace("{texts}", dialect.texts())
        })
    }
}

/// Declares the statement of a file beside the caller.
macro_rules! statement {
    ($name:ident, $file:literal) => {
        static $name: $crate::store::statement::Statement =
            $crate::store::statement::Statement::new(include_str!($file));
    };
}
pub(crate) use statement;
