//! The circle finder on small workspaces.

mod workspace;

use measure::Check;

fn circles(files: &[(&str, &str)]) -> Vec<String> {
    Check::Circles.run(&workspace::of(files)).breaches
}

#[test]
fn two_files_that_use_each_other_are_a_circle() {
    let breaches = circles(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B;\npub struct A(B);"),
        ("b.rs", "pub struct B;\nfn f() { crate::a::A::new() }"),
    ]);

    assert_eq!(breaches.len(), 1);
    let circle = &breaches[0];
    assert!(
        circle.starts_with("circle of 2 files: shared/src/a.rs, shared/src/b.rs"),
        "{circle}"
    );
    assert!(
        circle.contains("shared/src/a.rs:1: crate::b::B -> shared/src/b.rs"),
        "{circle}"
    );
    assert!(
        circle.contains("shared/src/b.rs:2: crate::a::A::new -> shared/src/a.rs"),
        "{circle}"
    );
}

#[test]
fn a_circle_of_three_is_found_once() {
    let breaches = circles(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use super::b::B;"),
        ("b.rs", "use super::c::C;"),
        ("c.rs", "use super::{a::A, d::D};"),
        ("d.rs", "pub struct D;"),
    ]);

    assert_eq!(breaches.len(), 1);
    assert!(
        breaches[0].starts_with("circle of 3 files"),
        "{}",
        breaches[0]
    );
}

#[test]
fn siblings_that_meet_through_a_facade_are_no_circle() {
    let breaches = circles(&[
        ("lib.rs", "pub mod store;"),
        (
            "store/mod.rs",
            "mod a; mod b; pub use a::A; pub use b::{B, open as begin};",
        ),
        (
            "store/a.rs",
            "use super::B;\npub struct A(B);\nfn f() { super::begin() }",
        ),
        ("store/b.rs", "pub struct B;\npub fn open() {}"),
    ]);

    assert_eq!(breaches, Vec::<String>::new());
}

#[test]
fn a_facade_that_uses_what_it_shows_needs_it() {
    let breaches = circles(&[
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b; pub use b::B;\npub struct A { b: B }"),
        ("a/b.rs", "use super::A;\npub struct B(A);"),
    ]);

    assert_eq!(breaches.len(), 1);
    assert!(
        breaches[0].contains("shared/src/a/mod.rs:2: B -> shared/src/a/b.rs"),
        "{}",
        breaches[0]
    );
}

#[test]
fn a_child_that_uses_its_parent_is_no_circle_by_itself() {
    let breaches = circles(&[
        ("lib.rs", "mod a;"),
        ("a.rs", "mod b;\npub struct A;\npub use b::B;"),
        ("a/b.rs", "use super::A;\npub struct B(A);"),
    ]);

    assert_eq!(breaches, Vec::<String>::new());
}

#[test]
fn a_parent_and_a_child_that_use_each_other_are_a_circle() {
    let breaches = circles(&[
        ("lib.rs", "mod a;"),
        ("a.rs", "mod b;\npub struct A;\nfn f() { b::g() }"),
        ("a/b.rs", "pub fn g() -> super::A {}"),
    ]);

    assert_eq!(breaches.len(), 1);
}

#[test]
fn paths_in_macros_draw_arrows_too() {
    let breaches = circles(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B;\npub const A: u8 = 1;"),
        (
            "b.rs",
            "pub struct B;\nfn f() { info!(x = crate::a::A, \"words\") }",
        ),
    ]);

    assert_eq!(breaches.len(), 1);
}

#[test]
fn tests_draw_no_arrows() {
    let breaches = circles(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B;\npub struct A(B);"),
        (
            "b.rs",
            "pub struct B;\n#[cfg(test)]\nmod tests { use crate::a::A; }",
        ),
    ]);

    assert_eq!(breaches, Vec::<String>::new());
}

#[test]
fn a_function_of_the_name_of_its_module_is_found_behind_it() {
    let breaches = circles(&[
        ("lib.rs", "mod open; mod user; pub use open::open;"),
        ("open.rs", "use crate::user::U;\npub fn open() {}"),
        ("user.rs", "pub struct U;\nfn f() { crate::open() }"),
    ]);

    assert_eq!(breaches.len(), 1);
}
