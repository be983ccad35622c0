//! What is wrong in a TOML file that holds secrets. The parser's own message quotes the line, the value or
//! the key, each of which may be a secret in the wrong place; nothing of it is passed on.

use ui::message::{Text, text};

/// A key that differs from a known one in more places may hold a secret.
const TYPING_ERRORS: usize = 2;

/// The line of the problem, from 1, and what is wrong there. `keys` are those that the file may have.
pub(crate) fn of(error: &toml::de::Error, content: &str, keys: &[&str]) -> (usize, Text) {
    let line = error.span().map_or(1, |span| line_of(content, span.start));
    let message = error.message();
    let quoted = message.split('`').nth(1).unwrap_or_default();
    let what = if message.starts_with("missing field") {
        text!("{quoted} がありません", "{quoted} is missing")
    } else if message.starts_with("unknown field") {
        unknown_key(quoted, keys)
    } else if message.starts_with("duplicate") {
        text!("同じ項目が2回あります", "a key is given twice")
    } else if message.starts_with("invalid") && message.contains("expected a boolean") {
        text!("true か false を書きます", "it must be true or false")
    } else if message.starts_with("invalid") && message.contains("expected a string") {
        text!("文字列は \"…\" で囲みます", "texts must be in \"…\"")
    } else if message.starts_with("invalid type") {
        text!("値の種類が違います", "the value is of another type")
    } else {
        text!(
            "TOMLの書き方ではありません。文字列は \"…\" で囲みます",
            "it is not TOML; texts must be in \"…\""
        )
    };
    (line, what)
}

/// Says that there is no such key. The key itself is shown only if it is a known one, mistyped.
pub(crate) fn unknown_key(key: &str, keys: &[&str]) -> Text {
    let distance = |known: &str| {
        let (key, known) = (key.to_ascii_lowercase(), known.to_ascii_lowercase());
        strsim::damerau_levenshtein(&key, &known)
    };
    let nearest = keys.iter().min_by_key(|known| distance(known));
    match nearest {
        Some(known) if distance(known) <= TYPING_ERRORS => text!(
            "{key} という項目はありません。{known} ではありませんか",
            "there is no key {key}; did you mean {known}?"
        ),
        _ => text!("知らない項目があります", "it has a key that is not known"),
    }
}

/// The line, from 1, that holds the byte at `offset`.
pub(crate) fn line_of(content: &str, offset: usize) -> usize {
    let before = content.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only refused")]
    struct Shop {
        id: String,
        active: bool,
        list: Vec<String>,
    }

    #[test]
    fn no_text_of_the_file_is_in_the_message_but_a_mistyped_key() {
        const RIGHT: &str = "id = \"a\"\nactive = true\nlist = []\n";
        for (right, wrong, line, expected) in [
            ("\"a\"", "7355608", 1, "texts must be in"),
            ("\"a\"", "735.5608", 1, "texts must be in"),
            ("\"a\"", "1979-05-27", 1, "texts must be in"),
            ("\"a\"", "7355608hidden", 1, "not TOML"),
            ("\"a\"", "hidden", 1, "not TOML"),
            ("\"a\"", "\"hidden", 1, "not TOML"),
            ("\"a\"", "\"a\\hidden\"", 1, "not TOML"),
            ("\"a\"", "99999999999999999999", 1, ""),
            ("true", "\"hidden, expected hidden\"", 2, "true or false"),
            ("true", "[\"hidden\"]", 2, "true or false"),
            ("true", "7355608", 2, "true or false"),
            ("[]", "\"hidden\"", 3, "another type"),
            ("[]", "{ hidden = 1 }", 3, "another type"),
            ("list", "hidden", 3, "not known"),
            ("list", "\"hidden\\nlist\"", 3, "not known"),
            (
                "list",
                "lisd",
                3,
                "there is no key lisd; did you mean list?",
            ),
            ("list = []", "list = []\nhidden = 1\nhidden = 2", 5, "twice"),
            ("list", "id", 3, "twice"),
            ("active = true\n", "", 1, "active is missing"),
        ] {
            let content = RIGHT.replace(right, wrong);
            let error = toml::from_str::<Shop>(&content).unwrap_err();

            let (at, Text { ja, en }) = of(&error, &content, &["id", "active", "list"]);

            assert_eq!(at, line, "{content}: {en}");
            assert!(en.contains(expected), "{content}: {en}");
            for secret in ["hidden", "7355608", "735.5608", "1979", "9999"] {
                assert!(
                    !ja.contains(secret) && !en.contains(secret),
                    "{content}: {en}"
                );
            }
        }
    }
}
