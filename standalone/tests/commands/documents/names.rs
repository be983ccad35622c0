//! Commands, settings and files that documents name; `named.rs` holds the messages to the same.

use super::{document, documents, root};
use crate::program;
use clap::CommandFactory as _;
use standalone::cli::MisebanCli;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Words in capitals that are no settings of the programs: those of the board, of examples, of Compose, of curl
/// and of Amazon.
const OTHER_NAMES: [&str; 13] = [
    "ADVISORY_DB",
    "BOARD_PORT",
    "CARGO_TARGET_DIR",
    "COMPOSE_ENV_FILES",
    "DONE_JOBS",
    "FUTURE_WITHOUT_DATE",
    "FUTURE_WITH_DATE",
    "HTTPS_PROXY",
    "MAIN_TOKEN",
    "MISEBAN_USER",
    "NO_PROXY",
    "POSTGRES_MAX_CONNECTIONS",
    "POSTGRES_PASSWORD",
];

/// Files that the reader writes, or patterns for names.
const READERS_FILES: [&str; 11] = [
    ".env",
    "NAME.rs",
    "accounts.toml",
    "compose.override.yml",
    "listings.csv",
    "migrations/NNNN_what.sql",
    "name/mod.rs",
    "shared/src/jobs/NAME.rs",
    "worker/src/jobs/NAME.rs",
    ".sql",
    "docker-compose.override.yml",
];

const PROGRAMS: [&str; 4] = ["miseban", "producer", "worker", "simulator"];

#[test]
fn every_command_that_a_document_names_is_accepted() {
    let mut named: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for document in documents() {
        for (line, span) in document.spans() {
            for words in variants(&span) {
                let place = format!("{}:{line}: {span}", document.path);
                named.entry(words).or_insert(place);
            }
        }
    }

    let refused = named.iter().filter_map(|(words, place)| {
        let help = Command::new(program(&words[0]))
            .args(&words[1..])
            .arg("--help")
            .env_clear()
            .env("MISEBAN_LANG", "en")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&help.stderr).into_owned();
        (!help.status.success()).then(|| format!("{place}: {said}"))
    });

    let refused: Vec<String> = refused.collect();
    assert!(refused.is_empty(), "\n{}", refused.join("\n"));
}

/// The command lines that a code span shows, none if it shows no command: the plain one, and one with each part in
/// brackets. Words for a value have one.
fn variants(span: &str) -> Vec<Vec<String>> {
    let span = span.replace("\\|", "|");
    let Some(first) = span.split_whitespace().next() else {
        return Vec::new();
    };
    let is_command = MisebanCli::command().find_subcommand(first).is_some();
    let plain = if PROGRAMS.contains(&first) {
        span
    } else if is_command && span.contains(' ') {
        format!("miseban {span}")
    } else {
        return Vec::new();
    };
    let mut fixed = String::new();
    let mut optional = Vec::new();
    let mut rest = plain.as_str();
    while let Some((before, after)) = rest.split_once('[') {
        fixed += before;
        let (inside, after) = after.split_once(']').unwrap_or((after, ""));
        optional.extend(inside.split('|').map(str::trim));
        rest = after;
    }
    fixed += rest;
    let line = |more: &str| {
        let words = fixed.split_whitespace().chain(more.split_whitespace());
        let words = words.take_while(|word| !word.contains(['<', '>']));
        words.map(example).collect::<Vec<String>>()
    };
    let more = optional.iter().map(|part| line(part));
    std::iter::once(line("")).chain(more).collect()
}

/// A value for a word that stands for one.
fn example(word: &str) -> String {
    let value = match word {
        "KIND" | "…" => "price-stock",
        "RUN" | "実行ID" => "01939c1e-7c00-7000-8000-000000000001",
        "ASIN" | "A" => "B00EXAMPLE",
        "ID" | "ショップのid" => "main",
        "N" | "SECONDS" => "5",
        "ADDRESS" => "127.0.0.1:1",
        "COMMAND" => "status",
        "QUEUE" => "sync",
        "WHAT" => "held",
        other => other,
    };
    value.to_owned()
}

#[test]
fn every_setting_that_a_document_names_exists() {
    let known = settings();
    let is_known = |name: &str| match name.split_once('*') {
        Some((before, after)) => {
            let fits = |known: &String| known.starts_with(before) && known.ends_with(after);
            known.iter().any(fits)
        }
        None => known.contains(name),
    };

    let mut wrong = Vec::new();
    for document in documents() {
        for (line, span) in document.spans() {
            let unknown = names(&span).filter(|name| !is_known(name));
            wrong.extend(unknown.map(|name| format!("{}:{line}: {name}", document.path)));
        }
    }

    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Names of settings, and other names that are used like them.
fn settings() -> BTreeSet<String> {
    let example = std::fs::read_to_string(root().join(".env.example")).unwrap();
    let names = example.lines().filter_map(|line| {
        let (name, _) = line.trim_start_matches("# ").split_once('=')?;
        Some(name.to_owned())
    });
    names.chain(OTHER_NAMES.map(ToOwned::to_owned)).collect()
}

/// Words such as `PRICE_MIN` and `GUARD_*`. `MISEBAN_TEST_…` and the like are read by tests.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let inside = |sign: char| sign.is_ascii_alphanumeric() || "_*".contains(sign);
    let words = text.split(move |sign| !inside(sign));
    words.filter(|word| {
        let capitals = word.bytes().all(|sign| {
            sign.is_ascii_uppercase() || sign.is_ascii_digit() || b"_*".contains(&sign)
        });
        let is_name = capitals
            && word.trim_matches('_').contains('_')
            && word.starts_with(|sign: char| sign.is_ascii_uppercase());
        let of_tests = [
            "MISEBAN_TEST_",
            "MISEBAN_FAULT_",
            "MISEBAN_KILLS",
            "MISEBAN_BENCH_",
            "MISEBAN_YEAR_",
        ];
        is_name && !of_tests.iter().any(|beginning| word.starts_with(beginning))
    })
}

#[test]
fn every_file_that_a_document_names_exists() {
    let tree = tree();
    let exists = |name: &str| {
        let (before, after) = name.split_once('*').unwrap_or((name, ""));
        READERS_FILES.contains(&name)
            || tree.iter().any(|path| {
                let from = path.match_indices(before).map(|(at, _)| at);
                let mut starts = from.filter(|at| *at == 0 || path[..*at].ends_with('/'));
                starts.any(|at| {
                    let rest = &path[at + before.len()..];
                    if name.contains('*') {
                        rest.ends_with(after)
                    } else {
                        rest.is_empty()
                    }
                })
            })
    };

    let mut wrong = Vec::new();
    for document in documents() {
        for (line, span) in document.spans() {
            let words = span.split(|sign: char| sign.is_whitespace() || sign == '=');
            let words = words.filter(|word| is_source(word));
            let missing = words.filter(|word| !exists(word));
            wrong.extend(missing.map(|word| format!("{}:{line}: {word}", document.path)));
        }
    }

    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Whether a word is the name of a file of the source.
fn is_source(word: &str) -> bool {
    let endings = ["rs", "sql", "lua", "md", "toml", "yml", "snap", "env"];
    let ending = Path::new(word)
        .extension()
        .and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| endings.contains(&ending)) && !word.contains("://")
}

/// The paths of all files, from the root.
fn tree() -> Vec<String> {
    let (root, mut found) = (root(), Vec::new());
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default();
            if path.is_dir() && name != "target" && name != ".git" {
                folders.push(path);
            } else if path.is_file() {
                found.push(path.strip_prefix(&root).unwrap().display().to_string());
            }
        }
    }
    found
}

#[test]
fn the_words_for_those_who_come_from_the_predecessor_are_said() {
    let document = document("README.ja.md");
    let sources = tree().into_iter().filter(|path| {
        let is_of_texts = path.starts_with("ui/src") || path.starts_with("standalone/src");
        is_of_texts && Path::new(path).extension().is_some_and(|kind| kind == "rs")
    });
    let said: String = sources
        .map(|path| std::fs::read_to_string(root().join(path)).unwrap())
        .collect();
    let rows = document
        .text
        .lines()
        .skip_while(|line| !line.starts_with("## 前のシステム"));
    let rows: Vec<&str> = rows
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .collect();
    let now = rows.iter().filter_map(|row| row.split('|').nth(2));
    let words = now.flat_map(|cell| cell.split('「').skip(1));
    let words = words.filter_map(|word| word.split('」').next());
    // What is said of the predecessor's second phase is beside its own word.
    let words: Vec<&str> = words.filter(|word| *word != "Phase 2").collect();

    let missing = words.iter().filter(|word| !said.contains(**word));

    assert!(words.len() >= 4, "{words:?}");
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&&str>::new());
}
