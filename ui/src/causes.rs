//! Causes in the words of the system, of drivers and of servers, which speak English only: the usual ones are
//! in a table in Japanese, any other stays as it is.

use crate::message::Text;
use std::fmt::Display;

/// A line for each phrase.
const PHRASES: &str = include_str!("causes.txt");

/// `cause` in both languages, for the brackets behind what failed.
pub fn cause(cause: &(impl Display + ?Sized)) -> Text {
    let en = cause.to_string();
    Text {
        ja: in_japanese(&en),
        en,
    }
}

fn in_japanese(cause: &str) -> String {
    let lines = PHRASES.lines().filter(|line| !line.starts_with('#'));
    let phrases = lines.filter_map(|line| line.split_once(" |"));
    let translated = phrases.fold(cause.to_owned(), |text, (english, japanese)| {
        replaced(
            text,
            english,
            japanese.strip_prefix(' ').unwrap_or_default(),
        )
    });
    translated.trim().to_owned()
}

/// `text` with `japanese` in the place of `english`, in both of which `{}` stands for the same words.
fn replaced(text: String, english: &str, japanese: &str) -> String {
    let Some((before, after)) = english.split_once("{}") else {
        return text.replace(english, japanese);
    };
    let found = text.split_once(before).and_then(|(left, rest)| {
        let (words, right) = rest.split_once(after)?;
        Some(format!("{left}{}{right}", japanese.replace("{}", words)))
    });
    found.unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Error;

    #[test]
    fn a_usual_cause_is_told_in_japanese_and_keeps_its_names() {
        for (english, japanese) in [
            (
                "127.0.0.1:5432/miseban: Connection refused (os error 111)",
                "127.0.0.1:5432/miseban: 接続を断られました",
            ),
            (
                "no answer within 10 seconds",
                "10秒待っても応答がありません",
            ),
            (
                "file is not a database: the file is not a SQLite database; set DATABASE_URL to another path",
                "SQLiteのファイルではありません。DATABASE_URL を確かめてください",
            ),
            (
                "Redis at db:6379 is not ready yet: it reads its data",
                "db:6379 のRedisはまだ使えません: データの読み込み中です",
            ),
            (
                "B02WJY2L73 in shop-1: the shop is not available: http 400 db_error",
                "B02WJY2L73 (ショップ shop-1): BASEを使えません: http 400 db_error",
            ),
            ("BASE says 店", "BASE says 店"),
        ] {
            assert_eq!(cause(english).ja, japanese);
            assert_eq!(cause(english).en, english);
        }
    }

    /// The texts of `#[error("...")]` in a source, with a word in the place of each value.
    fn errors(source: &str) -> Vec<String> {
        let attributes = source.split("#[error(").skip(1);
        let texts = attributes.filter_map(|rest| {
            let text = rest.trim_start().strip_prefix('"')?.split_once('"')?.0;
            let lines = text.split("\\\n").map(str::trim_start);
            Some(lines.collect::<String>())
        });
        // Values that are one of two words.
        let words = [
            ("refuses the X", "refuses the shop"),
            ("sealed with X", "sealed with another key"),
        ];
        let told = texts.map(|text| {
            let text = without_values(&text);
            words
                .iter()
                .fold(text, |text, (value, word)| text.replace(value, word))
        });
        told.collect()
    }

    fn without_values(text: &str) -> String {
        let mut parts = text.split('{');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            let rest = part.split_once('}').map_or(part, |(_, rest)| rest);
            format!("{text}X{rest}")
        })
    }

    /// Whether three words of English follow each other.
    fn is_english(text: &str) -> bool {
        let plain =
            |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let words: Vec<&str> = text.split(' ').collect();
        words
            .windows(3)
            .any(|three| three.iter().all(|word| plain(word)))
    }

    #[test]
    fn each_error_of_a_port_and_of_redis_is_told_in_japanese() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let ports = [
            "cache",
            "limiter",
            "marketplace",
            "notifier",
            "queue",
            "shop",
            "store/error",
        ];
        let ports = ports.map(|name| format!("{root}/shared/src/ports/{name}.rs"));
        let redis = format!("{root}/adapters/src/redis/fault.rs");
        for file in ports.iter().chain([&redis]) {
            let errors = errors(&std::fs::read_to_string(file).unwrap());
            assert!(!errors.is_empty(), "{file}");
            for error in errors {
                let told = cause(&error).ja;
                // The value stands behind it.
                assert!(
                    !is_english(&told) && told != error || error == "X",
                    "{file}: {error}: {told}"
                );
            }
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_system_says_of_a_file_or_a_port_is_told_in_japanese() {
        // Those that Linux gives for files and sockets (source: its manual, errno(3)).
        for code in [
            1, 2, 5, 6, 12, 13, 16, 17, 20, 21, 22, 24, 26, 27, 28, 30, 32, 36, 39, 40, 98, 99,
            101, 104, 110, 111, 113, 122,
        ] {
            let told = cause(&Error::from_raw_os_error(code));

            assert!(
                !told.ja.is_ascii() && !told.ja.contains("error"),
                "{told:?}"
            );
        }
    }
}
