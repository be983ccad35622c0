//! SQL statements in files, and their parameters. Rows are passed as one JSON text, so that a
//! statement is the same for one row and for a thousand.

use super::dialect::Dialect;
use super::parameter::{Parameter, Value};
use sqlx::Any;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use std::sync::OnceLock;

/// Conditions that several statements share, by their placeholder in braces. They call the stored
/// row `known`.
const PARTS: [(&str, &str); 2] = [
    (
        "{newer_info}",
        include_str!("../sql/listings/newer_info.sql"),
    ),
    (
        "{newer_product}",
        include_str!("../sql/listings/newer_product.sql"),
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

/// Anything that a connection can run: a statement, with or without parameters, or a query of
/// the driver. Only the connection knows the dialect.
pub(crate) trait Runnable {
    /// The driver's query.
    fn query(self, dialect: Dialect) -> Query<'static, Any, AnyArguments>;
}

impl Runnable for Prepared {
    fn query(self, dialect: Dialect) -> Query<'static, Any, AnyArguments> {
        let query = sqlx::query(self.statement.text(dialect));
        self.values
            .into_iter()
            .fold(query, |query, value| match value {
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
            })
    }
}

impl Runnable for &'static Statement {
    fn query(self, dialect: Dialect) -> Query<'static, Any, AnyArguments> {
        sqlx::query(self.text(dialect))
    }
}

impl Runnable for Query<'static, Any, AnyArguments> {
    fn query(self, _: Dialect) -> Self {
        self
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
