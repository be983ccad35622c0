//! Tables and numbers for a terminal, where a Japanese character is two cells wide.

use crate::message::{Lang, Text, text};
use chrono::{DateTime, TimeDelta, Utc};
use std::borrow::Cow;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// On which side a cell is aligned in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// The rows as lines, indented by two, with two spaces between columns. A column without an
/// alignment is aligned left. Control characters become `?`.
pub fn table(rows: &[Vec<String>], aligns: &[Align]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| clean(cell)).collect())
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|at| {
            rows.iter()
                .filter_map(|row| row.get(at))
                .map(|cell| cell.width())
                .max()
        })
        .map(Option::unwrap_or_default)
        .collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            let fill = " ".repeat(widths[at] - cell.width());
            let align = aligns.get(at).copied().unwrap_or(Align::Left);
            let _ = match align {
                Align::Left => write!(line, "  {cell}{fill}"),
                Align::Right => write!(line, "  {fill}{cell}"),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// `text` with `?` in place of control characters, which a terminal would interpret.
pub fn clean(text: &str) -> String {
    let harmless = |c: char| if c.is_control() { '?' } else { c };
    text.chars().map(harmless).collect()
}

/// The same for a text of several lines: line ends and tabs stay.
pub fn clean_lines(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.contains(harmful) {
        text.replace(harmful, "?").into()
    } else {
        text.into()
    }
}

/// 12829 as `12,829`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things, in English with the words for one or for several: `12,829` and `12,829 items`.
pub fn amount(number: u64, one: &str, several: &str) -> Text {
    let (shown, words) = (grouped(number), if number == 1 { one } else { several });
    text!("{shown}", "{shown} {words}")
}

/// A number of things, with its counter in Japanese: `12,829件`.
pub fn counted(number: u64, lang: Lang) -> String {
    format!("{}{}", grouped(number), lang.pick("件", ""))
}

/// A number of times that something was done: `642回`.
pub fn times(number: u64, lang: Lang) -> String {
    format!("{}{}", grouped(number), lang.pick("回", ""))
}

/// 1234 as `+1,234`, -1234 as `-1,234`.
pub fn signed(number: i64) -> String {
    let sign = if number < 0 { '-' } else { '+' };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

/// An instant in Japan time.
pub fn when(at: DateTime<Utc>) -> String {
    (at + TimeDelta::hours(9))
        .format("%Y-%m-%d %H:%M:%S JST")
        .to_string()
}

/// A duration in its two largest units.
pub fn span(seconds: f64, lang: Lang) -> String {
    if seconds < 60.0 {
        let unit = lang.pick("秒", " s");
        return format!("{:.1}{unit}", seconds.max(0.0));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at least 60, and a cast saturates"
    )]
    let whole = seconds as u64;
    let (hours, minutes, rest) = (whole / 3600, whole % 3600 / 60, whole % 60);
    match (lang, hours) {
        (Lang::Ja, 0) => format!("{minutes}分{rest}秒"),
        (Lang::Ja, _) => format!("{hours}時間{minutes}分"),
        (Lang::En, 0) => format!("{minutes} min {rest} s"),
        (Lang::En, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_although_japanese_is_twice_as_wide() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();

        let text = table(
            &[row(["在庫なし", "5"]), row(["ASIN", "12,829"])],
            &[Align::Left, Align::Right],
        );

        assert_eq!(text, "  在庫なし       5\n  ASIN      12,829\n");
    }

    #[test]
    fn control_characters_of_a_text_do_not_reach_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\u{9b}c\n🎉"), "a?[2Jb?c?🎉");
        assert_eq!(clean_lines("a\u{1b}[2J\tb\u{9b}\r\n🎉"), "a?[2J\tb??\n🎉");
    }

    #[test]
    fn one_thing_is_not_told_in_the_plural() {
        let refused = |number| {
            let requests = amount(number, "request was", "requests were");
            text!("{requests}回", "{requests} refused", requests = requests)
        };

        assert_eq!(refused(0).en, "0 requests were refused");
        assert_eq!(refused(1).en, "1 request was refused");
        assert_eq!(refused(12_829).en, "12,829 requests were refused");
        assert_eq!(refused(12_829).ja, "12,829回");
    }

    #[test]
    fn durations_are_shown_in_two_units() {
        assert_eq!(span(9.84, Lang::Ja), "9.8秒");
        assert_eq!(span(2712.0, Lang::Ja), "45分12秒");
        assert_eq!(span(7384.0, Lang::En), "2 h 3 min");
    }
}
