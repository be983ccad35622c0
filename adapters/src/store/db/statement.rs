//! SQL statements in files, and their parameters. Rows are passed as one JSON text, so that a
//! statement is the same for one row and for a thousand.

use super::dialect::Dialect;
use super::literal;
use super::parameter::{Parameter, Value};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Execute as _};
use std::sync::OnceLock;

/// What several statements share, by its placeholder in braces; the first lines of its file say which
/// names it expects.
const PARTS: [(&str, &str); 5] = [
    ("{cancelled}", include_str!("../sql/listings/cancelled.sql")),
    (
        "{newer_info}",
        include_str!("../sql/listings/newer_info.sql"),
    ),
    (
        "{newer_product}",
        include_str!("../sql/listings/newer_product.sql"),
    ),
    (
        "{shown_and_wanted}",
        include_str!("../sql/lists/shown_and_wanted.sql"),
    ),
    (
        "{still_differs}",
        include_str!("../sql/lists/still_differs.sql"),
    ),
];

/// One statement of a `.sql` file.
pub(crate) struct Statement {
    text: &'static str,
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
}

impl Statement {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text,
            sqlite: OnceLock::new(),
            postgres: OnceLock::new(),
        }
    }

    /// The statement with its first parameter.
    pub(crate) fn bind(&'static self, value: impl Parameter) -> Prepared {
        Prepared {
            statement: self,
            values: vec![value.value()],
        }
    }

    /// The statement as `dialect` reads it. Always the same text, so that it is prepared once.
    fn text(&'static self, dialect: Dialect) -> &'static str {
        let text = match dialect {
            Dialect::Sqlite => &self.sqlite,
            Dialect::Postgres => &self.postgres,
        };
        text.get_or_init(|| dialect.statement(&with_parts(self.text)))
    }
}

fn with_parts(text: &str) -> String {
    let insert = |text: String, (word, part): (&str, &str)| text.replace(word, part.trim_end());
    PARTS.into_iter().fold(text.to_owned(), insert)
}

/// A statement with its parameters.
pub(crate) struct Prepared {
    statement: &'static Statement,
    values: Vec<Value>,
}

impl Prepared {
    /// Adds the next parameter.
    pub(crate) fn bind(mut self, value: impl Parameter) -> Self {
        self.values.push(value.value());
        self
    }
}

/// Anything that a connection can run: a statement, with or without parameters, texts, or a query
/// of the driver. Only the connection knows the dialect.
pub(crate) trait Runnable {
    /// As it is sent to a session that keeps prepared statements.
    fn prepared(self, dialect: Dialect) -> Sent;

    /// The text with the parameters in it, for a server that keeps no prepared statement. A query
    /// of the driver must have none.
    fn text(self, dialect: Dialect) -> String;
}

/// A statement as it is sent.
pub(crate) enum Sent {
    /// With parameters, prepared once for each connection.
    Prepared(Query<'static, Any, AnyArguments>),
    /// A text without parameters, perhaps of several statements.
    Text(sqlx::RawSql),
}

impl Runnable for Prepared {
    fn prepared(self, dialect: Dialect) -> Sent {
        let query = sqlx::query(self.statement.text(dialect));
        let bind = |query: Query<'static, Any, AnyArguments>, value| match value {
            Value::Number(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
        };
        Sent::Prepared(self.values.into_iter().fold(query, bind))
    }

    fn text(self, dialect: Dialect) -> String {
        literal::insert(self.statement.text(dialect), &self.values)
    }
}

impl Runnable for &'static Statement {
    fn prepared(self, dialect: Dialect) -> Sent {
        Sent::Prepared(sqlx::query(Statement::text(self, dialect)))
    }

    fn text(self, dialect: Dialect) -> String {
        Statement::text(self, dialect).to_owned()
    }
}

impl Runnable for &'static str {
    fn prepared(self, _: Dialect) -> Sent {
        Sent::Text(sqlx::raw_sql(self))
    }

    fn text(self, _: Dialect) -> String {
        self.to_owned()
    }
}

impl Runnable for Query<'static, Any, AnyArguments> {
    fn prepared(self, _: Dialect) -> Sent {
        Sent::Prepared(self)
    }

    fn text(self, _: Dialect) -> String {
        self.sql().as_str().to_owned()
    }
}

/// Declares the statement of a file in `store/sql/`.
macro_rules! statement {
    ($name:ident, $file:literal) => {
        static $name: $crate::store::db::Statement =
            $crate::store::db::Statement::new(include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/src/store/sql/",
                $file
            )));
    };
}
pub(crate) use statement;
