//! SQL statements in files. Rows go in as one JSON text, so that a statement is the same for one
//! row and for a thousand.

use super::dialect::Dialect;
use std::sync::OnceLock;

/// What statements of several tables have in common, by its word in braces. The row that is there is
/// called `known` in them.
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

    /// The statement as `dialect` reads it. Always the same text, so that it is prepared once.
    pub(crate) fn text(&'static self, dialect: Dialect) -> &'static str {
        let place = match dialect {
            Dialect::Sqlite => &self.sqlite,
            Dialect::Postgres => &self.postgres,
        };
        place.get_or_init(|| dialect.statement(&whole(self.text)))
    }
}

/// The text with its parts in it.
fn whole(text: &str) -> String {
    let put_in = |text: String, (word, part): (&str, &str)| text.replace(word, part.trim_end());
    PARTS.into_iter().fold(text.to_owned(), put_in)
}

/// Declares the statement of a file in `store/sql/`.
macro_rules! statement {
    ($name:ident, $file:literal) => {
        static $name: $crate::store::db::statement::Statement =
            $crate::store::db::statement::Statement::new(include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/src/store/sql/",
                $file
            )));
    };
}
pub(crate) use statement;
