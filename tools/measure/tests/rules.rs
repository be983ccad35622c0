//! Checks the source of this workspace: what `scripts/measure` prints, as a test.

use std::path::Path;

use measure::{Check, SourceTree};

#[test]
fn the_source_keeps_its_measures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = SourceTree::read(&root).expect("the workspace is readable Rust");

    let breaches: Vec<String> = Check::ALL
        .iter()
        .flat_map(|check| check.run(&tree).breaches)
        .collect();

    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}
