//! The words of `row_words.rs` are those that the product writes: read in its statements and its code.

use simulation::row_words::COLUMNS;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// All files of the store and of the rules that end like this, with their text.
fn sources(ending: &str) -> Vec<(PathBuf, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![crates.join("adapters/src/store"), crates.join("shared/src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|is| is == ending) {
                let text = fs::read_to_string(&path).expect("a text");
                found.push((path, text));
            }
        }
    }
    found
}

/// What a statement that changes `table` writes into `column` as a literal.
fn written(statement: &str, table: &str, column: &str) -> BTreeSet<String> {
    let Some((_, rest)) = statement.split_once(&format!("UPDATE {table}\nSET")) else {
        return BTreeSet::new();
    };
    let set = rest.split("\nWHERE").next().unwrap_or_default();
    let mut values = Vec::new();
    let mut lines = set.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(value) = line.strip_prefix(&format!("{column} = ")) else {
            continue;
        };
        values.push(value.to_owned());
        if value == "CASE" {
            let cases = lines.by_ref().take_while(|line| !line.starts_with("END"));
            values.extend(
                cases
                    .filter(|line| line.starts_with("THEN") || line.starts_with("ELSE"))
                    .map(str::to_owned),
            );
        }
    }
    let quoted = values.iter().filter_map(|value| {
        let value = value
            .split_once(" THEN ")
            .map_or(value.as_str(), |(_, then)| then);
        value.split('\'').nth(1)
    });
    quoted.map(str::to_owned).collect()
}

#[test]
fn each_word_that_a_statement_writes_is_known() {
    let mut checked = 0;
    for (path, statement) in sources("sql") {
        for known in &COLUMNS {
            for word in written(&statement, known.table, known.column) {
                checked += 1;
                assert!(
                    known.words.contains(&word.as_str()),
                    "{} writes {word}",
                    path.display()
                );
            }
        }
    }
    assert!(checked > 20, "{checked} words were found");
}

#[test]
fn each_known_word_stands_in_the_product() {
    let code: String = sources("sql")
        .into_iter()
        .chain(sources("rs"))
        .map(|(_, text)| text)
        .collect();
    for known in &COLUMNS {
        for word in known.words {
            let stands =
                code.contains(&format!("'{word}'")) || code.contains(&format!("\"{word}\""));
            assert!(stands, "{}.{} {word}", known.table, known.column);
        }
    }
}
