//! Words that stopped a reader, in the texts that people read: those of `japanese-words.txt`, and an English plural
//! behind a number that may be one.

use crate::check_result::CheckResult;
use crate::source::SourceTree;
use crate::texts;

const LIST: &str = include_str!("../japanese-words.txt");

/// Files beside the programs that are written in Japanese.
const WRITTEN: [&str; 2] = ["README.ja.md", "/japanese.toml"];

/// What messages count.
const COUNTED: [&str; 28] = [
    "accounts", "ASINs", "batches", "calls", "changes", "days", "entries", "errors", "fields",
    "hours", "images", "items", "jobs", "lines", "listings", "messages", "minutes", "notices",
    "offers", "prices", "products", "requests", "rows", "runs", "seconds", "shops", "times",
    "updates",
];

/// A word that must not be used.
struct AvoidedWord {
    word: &'static str,
    instead: &'static str,
    /// Longer words with it in them that are right.
    except: Vec<&'static str>,
    /// Where it may stay.
    allowed: Vec<&'static str>,
}

pub fn check(tree: &SourceTree) -> CheckResult {
    let words = read();
    let mut result = CheckResult::default();
    for place_and_text in texts::list(tree) {
        // `file:line: kind: text`
        let mut parts = place_and_text.splitn(3, ": ");
        if let (Some(place), Some(kind), Some(text)) = (parts.next(), parts.next(), parts.next()) {
            search(&words, place, text, &mut result.breaches);
            let plural = plural(text).filter(|_| kind == "text");
            let told = plural.map(|several| format!("{place}: 1 {several}: use layout::amount"));
            result.breaches.extend(told);
        }
    }
    let written = |path: &str| WRITTEN.iter().any(|name| path.ends_with(name));
    for file in tree.texts.iter().filter(|file| written(&file.path)) {
        for (number, line) in file.text.lines().enumerate() {
            let place = format!("{}:{}", file.path, number + 1);
            search(&words, &place, line, &mut result.breaches);
        }
    }
    result.figure("avoided", words.len().to_string());
    result.figure("used", format!("{} (limit 0)", result.breaches.len()));
    result
}

fn read() -> Vec<AvoidedWord> {
    let lines = || {
        let lines = LIST.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
    };
    let allowed = |word: &str| {
        let lines = lines().filter_map(|columns| match columns[..] {
            ["allow", name, path, _] if name == "*" || name == word => Some(path),
            _ => None,
        });
        lines.collect()
    };
    let words = lines().filter_map(|columns| match columns[..] {
        [word, instead, except] => Some(AvoidedWord {
            word,
            instead,
            except: except.split_whitespace().collect(),
            allowed: allowed(word),
        }),
        _ => None,
    });
    words.collect()
}

/// A plural behind a value; one of a constant, whose name is in capitals, is right.
fn plural(text: &str) -> Option<&str> {
    let mut parts = text.split('{').skip(1);
    parts.find_map(|part| {
        let (name, rest) = part.split_once("} ")?;
        let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next()?;
        let may_be_one = name.starts_with(|c: char| c.is_ascii_lowercase());
        (may_be_one && COUNTED.contains(&word)).then_some(word)
    })
}

fn search(words: &[AvoidedWord], place: &str, text: &str, breaches: &mut Vec<String>) {
    if text.is_ascii() {
        return;
    }
    for avoided in words {
        // A space stays, so that what is left of both sides forms no word.
        let without = |rest: String, right: &&str| rest.replace(right, " ");
        let rest = avoided.except.iter().fold(text.to_owned(), without);
        let is_allowed = avoided.allowed.iter().any(|path| place.starts_with(path));
        if rest.contains(avoided.word) && !is_allowed {
            let AvoidedWord { word, instead, .. } = avoided;
            breaches.push(format!("{place}: {word} is to be {instead}"));
        }
    }
}
