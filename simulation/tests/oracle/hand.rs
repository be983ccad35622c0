//! The oracle is written by a hand of its own: it names no crate of the product.

use std::fs;
use std::path::Path;

/// The crates of the product.
const PRODUCT: &[&str] = &[
    "shared",
    "adapters",
    "app",
    "ui",
    "producer",
    "worker",
    "standalone",
];
/// What of its own crate it may name: what it is shown, and what it answers.
const SEEN: &[&str] = &[
    "breach",
    "drawn_rules",
    "event",
    "oracle",
    "rows",
    "scenario",
    "watcher",
    "world_view",
];

/// Whether `code` names `word` as the beginning of a path.
fn names(code: &str, word: &str) -> bool {
    code.match_indices(&format!("{word}::")).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        before.is_none_or(|before| !(before.is_alphanumeric() || before == '_' || before == ':'))
    })
}

#[test]
fn the_oracle_names_no_crate_of_the_product() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/oracle");
    let mut files = 0;
    for entry in fs::read_dir(folder).expect("the oracle") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        files += 1;
        let text = fs::read_to_string(&path).expect("a source");
        for line in text.lines() {
            let code = line.split("//").next().unwrap_or_default();
            let file = path.display();
            for word in PRODUCT {
                assert!(!names(code, word), "{file} names {word}: {line}");
            }
            for (at, _) in code.match_indices("crate::") {
                let module = &code[at + "crate::".len()..];
                let seen = SEEN.iter().any(|seen| module.starts_with(seen));
                assert!(seen, "{file} names more than it is shown: {line}");
            }
        }
    }
    assert!(files > 10, "the oracle has moved");
}

#[test]
fn a_path_of_the_product_is_found() {
    assert!(names("use shared::domain::offer;", "shared"));
    assert!(names("    let price = worker::steps::fetch();", "worker"));
    assert!(!names("use self::shared_queue::Queue;", "shared"));
}
