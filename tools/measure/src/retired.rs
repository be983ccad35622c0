//! Names that the project gave up and that came back: `retired-names.txt` lists them.

use std::collections::HashMap;
use std::path::Path;

use crate::check_result::CheckResult;
use crate::source::SourceTree;
use crate::text_files::TextFile;

const LIST: &str = include_str!("../retired-names.txt");
const LIST_PATH: &str = "tools/measure/retired-names.txt";

/// A name that must not be used, and where.
struct RetiredName {
    new: &'static str,
    place: &'static str,
}

#[derive(Default)]
struct RetiredNames {
    names: HashMap<&'static str, Vec<RetiredName>>,
    /// Word or `*`, and the path below which it may stay.
    allowed: Vec<(&'static str, &'static str)>,
}

pub fn check(tree: &SourceTree) -> CheckResult {
    let list = RetiredNames::read();
    let mut result = CheckResult::default();
    for file in tree.texts.iter().filter(|file| file.path != LIST_PATH) {
        list.search(file, &mut result.breaches);
    }
    result.figure("retired", list.names.len().to_string());
    result.figure("used", format!("{} (limit 0)", result.breaches.len()));
    result
}

impl RetiredNames {
    fn read() -> Self {
        let mut list = Self::default();
        for line in LIST.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('|').map(str::trim).collect();
            match columns[..] {
                ["allow", word, path, _] => list.allowed.push((word, path)),
                [old, new, place] => list
                    .names
                    .entry(old)
                    .or_default()
                    .push(RetiredName { new, place }),
                _ => {}
            }
        }
        list
    }

    fn search(&self, file: &TextFile, breaches: &mut Vec<String>) {
        let is_rust = Path::new(&file.path)
            .extension()
            .is_some_and(|ending| ending == "rs");
        for (number, line) in file.text.lines().enumerate() {
            let mut before = "";
            for (at, word) in words(line) {
                for RetiredName { new, place } in self.names.get(word).into_iter().flatten() {
                    let used = match *place {
                        "text" => true,
                        "code" => is_rust && is_code(&line[..at]),
                        place => is_rust && is_code(&line[..at]) && defines(before, place),
                    };
                    if used && !self.allows(word, &file.path) {
                        let number = number + 1;
                        breaches.push(format!("{}:{number}: {word} is now {new}", file.path));
                    }
                }
                before = word;
            }
        }
    }

    fn allows(&self, word: &str, path: &str) -> bool {
        let below = |folder: &str| {
            path.strip_prefix(folder)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.allowed
            .iter()
            .any(|(name, folder)| (*name == "*" || *name == word) && below(folder))
    }
}

/// Whether `keyword` introduces a definition of the kind.
fn defines(keyword: &str, kind: &str) -> bool {
    let is_type = matches!(keyword, "struct" | "enum" | "trait" | "type" | "union");
    match kind {
        "type" => is_type,
        "definition" => is_type || matches!(keyword, "fn" | "mod" | "const" | "static"),
        kind => keyword == kind,
    }
}

/// Whether what comes behind `before` in a line of Rust is neither comment nor text.
fn is_code(before: &str) -> bool {
    !before.contains("//") && before.matches('"').count().is_multiple_of(2)
}

/// The words of `line`, each with its place.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let inside = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    line.split(move |sign| !inside(sign))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - line.as_ptr() as usize, word))
}
