//! Reads JSON that is damaged in places, so that one item of a vendor spoils no other.
//!
//! Raw control characters, halves of surrogate pairs and bytes that are not UTF-8 have been seen inside the
//! texts of single items (python-amazon-sp-api issue 178). They are replaced. What is still no JSON is cut
//! into the entries of its list, and a damaged entry is replaced by a stub.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Deserializer, Value};

/// A list of items in a vendor's answer.
pub(crate) struct ItemList {
    /// The name of the list in the answer.
    pub(crate) name: &'static str,
    /// Tells an entry of the list from the objects inside of entries.
    pub(crate) is_entry: fn(&Value) -> bool,
    /// The JSON that stands for the text of a damaged entry.
    pub(crate) stub: fn(&str) -> String,
}

/// Reads `bytes`, cleaned if they are not JSON as they are.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(bytes).or_else(|error| {
        let cleaned = serde_json::from_str(&clean(bytes));
        cleaned.map_err(|_| error)
    })
}

/// The text of `bytes`, cleaned, with a stub for each damaged entry of `list`. A text whose list has no end
/// was cut off, and stays as it is. One that was cut off behind an object with a list, which ends as the answer
/// would, looks like a damaged last entry: the entries behind it are missing.
pub(crate) fn legible(bytes: &[u8], list: &ItemList) -> String {
    let text = clean(bytes);
    if serde_json::from_str::<IgnoredAny>(&text).is_ok() {
        return text;
    }
    list.mend(&text).unwrap_or(text)
}

/// Without what JSON allows nowhere: control characters become spaces, bytes that are not UTF-8 and halves
/// of surrogate pairs become U+FFFD, and the backslash of an unknown escape is left out.
fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut clean = String::with_capacity(rest.len());
    while let Some(place) = rest.find(|c: char| c == '\\' || c < ' ') {
        let (before, from) = rest.split_at(place);
        clean.push_str(before);
        let (found, behind) = from.split_at(1);
        rest = if found == "\\" {
            copy_escape(behind, &mut clean)
        } else {
            clean.push(' ');
            behind
        };
    }
    clean.push_str(rest);
    clean
}

/// Copies the escape whose backslash is in front of `text`, and returns what is behind it.
fn copy_escape<'a>(text: &'a str, clean: &mut String) -> &'a str {
    let is_half = |unit: u16| (0xD800..0xE000).contains(&unit);
    let length = match utf16_unit(text) {
        Some(0xD800..0xDC00) => {
            let low = text[5..].strip_prefix('\\').and_then(utf16_unit);
            match low {
                Some(0xDC00..0xE000) => 11,
                _ => 0,
            }
        }
        Some(unit) if !is_half(unit) => 5,
        Some(_) => 0,
        None if text.starts_with(['"', '\\', '/', 'b', 'f', 'n', 'r', 't']) => 1,
        None => return text,
    };
    if length == 0 {
        clean.push(char::REPLACEMENT_CHARACTER);
        return &text[5..];
    }
    let (escape, behind) = text.split_at(length);
    clean.push('\\');
    clean.push_str(escape);
    behind
}

/// The unit of an escape such as `ud83d`.
fn utf16_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix('u')?.get(..4)?;
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

impl ItemList {
    /// The whole `text`, with a stub for each damaged entry; `None` without a complete list.
    fn mend(&self, text: &str) -> Option<String> {
        let start = self.start(text)?;
        let (head, mut rest) = text.split_at(start);
        let mut entries: Vec<String> = Vec::new();
        loop {
            rest = rest.trim_start();
            if ends_list(rest) {
                return Some(format!("{head}{}{rest}", entries.join(",")));
            }
            let end = if let Some(end) = self.whole_entry(rest) {
                entries.push(rest[..end].to_owned());
                end
            } else {
                let end = self.next_entry(rest)?;
                let damaged = &rest[..end];
                // Between two entries there may be too many commas, or none.
                if damaged.contains(char::is_alphanumeric) {
                    entries.push((self.stub)(damaged));
                }
                end
            };
            rest = rest[end..].trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
    }

    /// Behind the bracket that opens the list.
    fn start(&self, text: &str) -> Option<usize> {
        let name = format!("\"{}\"", self.name);
        let opened = |(place, _): (usize, &str)| {
            let behind = text[place + name.len()..].trim_start().strip_prefix(':')?;
            let behind = behind.trim_start().strip_prefix('[')?;
            Some(text.len() - behind.len())
        };
        text.match_indices(&name).find_map(opened)
    }

    /// The length of the entry that `text` begins with, if it is sound and the list goes on or ends behind it.
    fn whole_entry(&self, text: &str) -> Option<usize> {
        let (value, length) = value_at(text)?;
        let behind = text[length..].trim_start();
        let goes_on = behind.starts_with(',') || ends_list(behind);
        (goes_on && (self.is_entry)(&value)).then_some(length)
    }

    /// Where the entry ends that `text` begins with, which is damaged: at the next one, or with the list.
    fn next_entry(&self, text: &str) -> Option<usize> {
        let starts = |place: &usize| {
            let value = value_at(&text[*place..]);
            value.is_some_and(|(value, _)| (self.is_entry)(&value))
        };
        let mut places = text.match_indices('{').map(|(place, _)| place);
        let next = places.find(|place| *place > 0 && starts(place));
        let mut brackets = text.rmatch_indices(']').map(|(place, _)| place);
        next.or_else(|| brackets.find(|place| ends_list(&text[*place..])))
    }
}

fn value_at(text: &str) -> Option<(Value, usize)> {
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

/// Whether `text` is the end of a list and of its answer.
fn ends_list(text: &str) -> bool {
    let end = || serde_json::from_str::<IgnoredAny>(&format!("{{\"list\":[{text}"));
    text.starts_with(']') && end().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(text: &str) -> Option<String> {
        let list = ItemList {
            name: "items",
            is_entry: |value| value["id"].is_number(),
            stub: |_| "null".to_owned(),
        };
        list.mend(text)
    }

    #[test]
    fn what_json_does_not_allow_in_a_text_is_replaced() {
        for (damaged, read) in [
            (&b"\"a\x0bb\nc\""[..], "a b c"),
            (b"\"\\ud83d\"", "\u{fffd}"),
            (b"\"\\ude00x\\ud83d\\n\"", "\u{fffd}x\u{fffd}\n"),
            (b"\"\\ud83d\\ude00\"", "\u{1f600}"),
            (b"\"\\\\ud83d\"", "\\ud83d"),
            (b"\"\\x \\u12\"", "x u12"),
            (b"\"\xff\"", "\u{fffd}"),
            (b"\xef\xbb\xbf\"a\"", "a"),
        ] {
            assert_eq!(super::read::<String>(damaged).unwrap(), read);
        }
    }

    #[test]
    fn a_damaged_entry_is_replaced_by_its_stub() {
        for damaged in [
            "{\"id\":",
            "{\"id\":2,}",
            "}",
            "{\"id\":2}}",
            "{\"a\":\"}",
            "{\"id\":2}]",
        ] {
            let text = format!(r#"{{"items":[{{"id":1}},{damaged},{{"id":3}}],"next":"x"}}"#);

            let read: Value = serde_json::from_str(&numbered(&text).unwrap()).unwrap();

            let ids: Vec<i64> = read["items"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|item| item["id"].as_i64())
                .collect();
            assert!(ids == [1, 3] || ids == [1, 2, 3], "{text}: {read}");
            assert_eq!(read["next"], "x");
        }
    }

    #[test]
    fn a_list_that_was_cut_off_is_not_mended() {
        let whole = r#"{"items":[{"id":1},{"id":2,"tags":{}}]}"#;

        for end in 0..whole.len() {
            assert_eq!(numbered(&whole[..end]), None, "{end}");
        }
    }
}
