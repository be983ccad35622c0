//! Japanese words that stopped a reader, in the texts that people read: `japanese-words.txt` lists them.

use crate::check_result::CheckResult;
use crate::source::SourceTree;
use crate::texts;

const LIST: &str = include_str!("../japanese-words.txt");

/// Files beside the programs that are written in Japanese.
const WRITTEN: [&str; 2] = ["README.ja.md", "/japanese.toml"];

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
        if let (Some(place), Some(_), Some(text)) = (parts.next(), parts.next(), parts.next()) {
            search(&words, place, text, &mut result.breaches);
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
