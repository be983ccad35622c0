//! What messages name: commands and their options, settings, files and headings. All of it exists.

use clap::{Command, CommandFactory as _};
use standalone::cli::MisebanCli;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the texts for people are.
const SOURCES: [&str; 9] = [
    "standalone/src",
    "app/src",
    "ui/src",
    "producer/src",
    "worker/src",
    "adapters/src",
    "shared/src",
    "tools/ecauto-import/src",
    "docker-compose.yml",
];
/// Variables that are no settings of Miseban.
const FOREIGN: [&str; 6] = [
    "MISEBAN_LANG",
    "RUST_LOG",
    "BOARD_PASSWORD",
    "COMPOSE_ENV_FILES",
    "NO_COLOR",
    "MISEBAN_USER",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

/// The texts of the sources: every line that is no comment, with the place where it is. Tests at the end of
/// a file are left out.
fn lines() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = SOURCES.iter().map(|path| root().join(path)).collect();
    let mut found = Vec::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            paths.extend(entries.map(|entry| entry.unwrap().path()));
            continue;
        }
        let kind = path.extension().and_then(|kind| kind.to_str());
        if !matches!(kind, Some("rs" | "toml" | "yml")) || path.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            let line = line.trim_start();
            let is_help =
                line.starts_with("///") && path.components().any(|part| part.as_os_str() == "cli");
            if is_help || !line.starts_with("//") {
                found.push((
                    format!("{}:{}", path.display(), number + 1),
                    line.to_owned(),
                ));
            }
        }
    }
    assert!(found.len() > 10_000, "{}", found.len());
    found
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_{}".contains(character)
}

/// The words of a command line that begins here: until something that cannot be a part of one.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.strip_prefix(' ') {
        let end = next.find(|c| !is_word(c)).unwrap_or(next.len());
        if end == 0 {
            break;
        }
        words.push(&next[..end]);
        rest = &next[end..];
    }
    words
}

/// A word that stands for another, as `ID` and `{run}` do.
fn is_placeholder(word: &str) -> bool {
    word.starts_with('{')
        || word.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// What is wrong with the command line `miseban WORDS`; `None` if it can be typed, or is no command line.
fn problem(words: &[&str]) -> Option<String> {
    // Words of a sentence about the program.
    const PROSE: [&str; 15] = [
        "is", "and", "or", "ends", "sends", "may", "while", "with", "has", "of", "needs", "was",
        "once", "at", "as",
    ];
    let mut command: Command = MisebanCli::command();
    command.build();
    let mut globals: Vec<Command> = vec![command.clone()];
    let mut is_value = false;
    for (place, word) in words.iter().enumerate() {
        if std::mem::take(&mut is_value) {
            continue;
        }
        if word.starts_with("--") && word.len() > 2 {
            let given = &word[2..];
            let known = globals.iter().find_map(|command| {
                let mut arguments = command.get_arguments();
                arguments.find(|argument| argument.get_long() == Some(given))
            });
            match known {
                Some(argument) => is_value = argument.get_action().takes_values(),
                None if ["help", "version"].contains(&given) => {}
                None => return Some(format!("{} has no {word}", command.get_name())),
            }
            continue;
        }
        if is_placeholder(word) {
            if word.starts_with('{') && place == 0 {
                return None;
            }
            continue;
        }
        if !command.has_subcommands() {
            continue;
        }
        match command.find_subcommand(word) {
            Some(found) => {
                let found = found.clone();
                globals.push(found.clone());
                command = found;
            }
            None if place == 0 && PROSE.contains(word) => return None,
            None if place == 0 => return Some(format!("there is no command {word}")),
            None => return Some(format!("{} has no command {word}", command.get_name())),
        }
    }
    None
}

/// The places at which `needle` begins in `line`, as what follows it.
fn after<'l>(line: &'l str, needle: &str) -> Vec<&'l str> {
    let places = line.match_indices(needle);
    places
        .map(|(at, found)| &line[at + found.len()..])
        .collect()
}

#[test]
fn every_command_that_a_message_names_exists_with_its_options() {
    let mut wrong = Vec::new();
    let mut named = BTreeSet::new();
    for (place, line) in lines() {
        if line.contains("b\"") {
            continue;
        }
        for rest in after(&line, "miseban") {
            let words = words(rest);
            named.extend(words.first().map(|word| (*word).to_owned()));
            if let Some(problem) = problem(&words) {
                wrong.push(format!("{place}: {problem}: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(named.len() > 15, "{named:?}");
}

#[test]
fn every_file_that_a_message_names_exists() {
    let mut wrong = Vec::new();
    for (place, line) in lines() {
        for rest in after(&line, "docs/") {
            let end = rest.find(|c| !is_word(c) && c != '.' && c != '/');
            let file = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
            if !root().join("docs").join(file).exists() {
                wrong.push(format!("{place}: docs/{file}"));
            }
        }
        for rest in after(&line, "README") {
            if !rest.starts_with(".md") && !rest.starts_with(".ja.md") {
                wrong.push(format!("{place}: README, but which? {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_heading_that_a_message_names_exists() {
    let headings = |file: &str| -> Vec<String> {
        let text = read(file);
        let headings = text.lines().filter(|line| line.starts_with('#'));
        headings
            .map(|line| line.trim_start_matches('#').trim().to_owned())
            .collect()
    };
    let (english, japanese) = (headings("README.md"), headings("README.ja.md"));
    let (mut wrong, mut named) = (Vec::new(), 0);
    for (place, line) in lines() {
        for rest in after(&line, "README.ja.md の「") {
            let heading = rest.split('」').next().unwrap_or_default();
            named += 1;
            if !japanese.iter().any(|known| known == heading) {
                wrong.push(format!("{place}: {heading}"));
            }
        }
        for (at, _) in line.match_indices("\\\" in README.md") {
            let heading = line[..at].rsplit("\\\"").next().unwrap_or_default();
            named += 1;
            if !english.iter().any(|known| known == heading) {
                wrong.push(format!("{place}: {heading}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(named >= 2, "no message names a heading");
}

/// The text without the `{names}` of what is put into it.
fn without_placeholders(text: &str) -> String {
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('}').map_or(part, |(_, rest)| rest)
    })
}

#[test]
fn every_setting_that_a_message_names_exists() {
    let known = read(".env.example");
    let mut wrong = Vec::new();
    for (place, line) in lines() {
        // A text for people has its two languages side by side, and is a literal of its own.
        let Some(literal) = line.strip_prefix('"') else {
            continue;
        };
        let literal = literal.split("\" ").next().unwrap_or_default();
        if literal.is_ascii() && !literal.contains(' ') {
            continue;
        }
        let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let text = without_placeholders(literal);
        for name in text.split(|c| !is_part(c)) {
            let is_name = name.contains('_') && name.starts_with(|c: char| c.is_ascii_uppercase());
            if is_name && name.len() > 5 && !known.contains(name) && !FOREIGN.contains(&name) {
                wrong.push(format!("{place}: {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_list_of_queues_names_all_of_them() {
    let mut wrong = Vec::new();
    for (place, line) in lines() {
        let lists = [
            "sync, update",
            "sync、update",
            "sync and update",
            "sync or update",
        ];
        if lists.iter().any(|list| line.contains(list)) && !line.contains("info") {
            wrong.push(format!("{place}: {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
