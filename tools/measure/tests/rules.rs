//! Holds the source of this workspace to its rules: what `scripts/measure` prints, as tests.

use std::path::Path;

use measure::{Check, SourceTree};

fn holds(check: Check) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = SourceTree::read(&root).expect("the workspace is readable Rust");

    let breaches = check.run(&tree).breaches;

    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
#[ignore = "the tree is above the limits"]
fn files_are_short() {
    holds(Check::Files);
}

#[test]
#[ignore = "the tree is above the limits"]
fn functions_are_short() {
    holds(Check::Functions);
}

#[test]
#[ignore = "the tree is above the limits"]
fn traits_are_narrow() {
    holds(Check::Traits);
}

#[test]
#[ignore = "the tree is above the limits"]
fn no_files_need_each_other() {
    holds(Check::Circles);
}

#[test]
#[ignore = "the tree is above the limits"]
fn public_items_are_documented() {
    holds(Check::Docs);
}

#[test]
#[ignore = "the tree is above the limits"]
fn a_type_name_means_one_thing() {
    holds(Check::Doubles);
}

#[test]
#[ignore = "the tree is above the limits"]
fn retired_names_stay_away() {
    holds(Check::Names);
}
