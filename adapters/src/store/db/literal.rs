//! Puts parameters into the text of a statement, for a `PostgreSQL` behind a pooler that keeps no
//! prepared statements.

use super::parameter::Value;

/// The statement with each `$N` replaced by its value. What stands in quotes and comments stays.
pub(crate) fn insert(statement: &str, values: &[Value]) -> String {
    let mut text = String::with_capacity(statement.len());
    let mut rest = statement;
    while let Some(place) = rest.find(['$', '\'', '-']) {
        let (before, from) = rest.split_at(place);
        text.push_str(before);
        let length = match from.as_bytes() {
            [b'\'', after @ ..] => after
                .iter()
                .position(|byte| *byte == b'\'')
                .map(|end| end + 2),
            [b'-', b'-', ..] => from.find('\n'),
            [b'$', digits @ ..] => digits
                .iter()
                .position(|byte| !byte.is_ascii_digit())
                .map_or(Some(from.len()), |end| Some(end + 1)),
            _ => Some(1),
        };
        let (part, after) = from.split_at(length.unwrap_or(from.len()));
        let number = part
            .strip_prefix('$')
            .and_then(|number| number.parse().ok());
        let value = number.and_then(|number: usize| values.get(number.checked_sub(1)?));
        match value {
            Some(value) => text.push_str(&literal(value)),
            None => text.push_str(part),
        }
        rest = after;
    }
    text + rest
}

/// A value as `PostgreSQL` reads it, with the type that its parameter has.
fn literal(value: &Value) -> String {
    match value {
        Value::Number(Some(number)) => format!("CAST('{number}' AS BIGINT)"),
        Value::Number(None) => "CAST(NULL AS BIGINT)".to_owned(),
        Value::Text(Some(text)) => format!("CAST({} AS TEXT)", quoted(text)),
        Value::Text(None) => "CAST(NULL AS TEXT)".to_owned(),
    }
}

/// As libpq's `PQescapeLiteral`: a text with a backslash says so, whatever
/// `standard_conforming_strings` is.
fn quoted(text: &str) -> String {
    let text = text.replace('\'', "''");
    if text.contains('\\') {
        format!("E'{}'", text.replace('\\', "\\\\"))
    } else {
        format!("'{text}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_places_of_their_numbers_and_of_nothing_else() {
        let values = [
            Value::Text(Some("it's".to_owned())),
            Value::Number(Some(-5)),
        ];

        let text = insert(
            "SELECT $1, $2 - $1, '$1 -- $2' -- not $1\nWHERE x = $12 AND y = $2",
            &values,
        );

        assert_eq!(
            text,
            "SELECT CAST('it''s' AS TEXT), CAST('-5' AS BIGINT) - CAST('it''s' AS TEXT), \
             '$1 -- $2' -- not $1\nWHERE x = $12 AND y = CAST('-5' AS BIGINT)"
        );
    }

    #[test]
    fn no_text_ends_its_quotes() {
        for (text, expected) in [
            (
                "'; DROP TABLE runs; --",
                "CAST('''; DROP TABLE runs; --' AS TEXT)",
            ),
            (r"\'; --", r"CAST(E'\\''; --' AS TEXT)"),
            ("$2\n--", "CAST('$2\n--' AS TEXT)"),
        ] {
            let values = [Value::Text(Some(text.to_owned())), Value::Number(None)];
            assert_eq!(insert("$1", &values), expected);
            assert_eq!(insert("$2", &values), "CAST(NULL AS BIGINT)");
        }
    }
}
