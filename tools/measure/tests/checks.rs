//! Each check but the circle finder, on small workspaces.

mod workspace;

use measure::{Check, texts};

fn breaches(check: Check, files: &[(&str, &str)]) -> Vec<String> {
    check.run(&workspace::of(files)).breaches
}

#[test]
fn lines_of_tests_do_not_count() {
    let code = "fn f() {}\n".repeat(300);
    let tests = format!(
        "#[cfg(test)]\nmod tests {{\n{}}}\n",
        "    fn t() {}\n".repeat(50)
    );
    let lines_of = |text: String| breaches(Check::Files, &[("lib.rs", &text)]);

    let with_tests = lines_of(format!("{code}{tests}"));
    let too_long = lines_of(format!("{code}fn g() {{}}\n{tests}"));

    let file = "shared/src/lib.rs:1: the file has 301 lines, limit 300".to_owned();
    assert!(
        !with_tests.iter().any(|breach| breach.contains("the file")),
        "{with_tests:?}"
    );
    assert!(too_long.contains(&file), "{too_long:?}");
}

#[test]
fn a_function_is_as_long_as_from_its_signature_to_its_brace() {
    let text = |lines| format!("/// Doc.\nfn f() {{\n{}}}\n", "    g();\n".repeat(lines));
    let longest = |lines| breaches(Check::Functions, &[("lib.rs", &text(lines))]);

    let place = "shared/src/lib.rs:2: fn f has 61 lines, limit 60".to_owned();
    assert!(!longest(58).contains(&place));
    assert!(longest(59).contains(&place));
}

#[test]
fn a_trait_has_seven_methods_at_most() {
    let text = |count| format!("trait T {{ type A; {} }}", "fn f();".repeat(count));

    assert!(breaches(Check::Traits, &[("lib.rs", &text(7))]).is_empty());
    assert_eq!(
        breaches(Check::Traits, &[("lib.rs", &text(8))]),
        ["shared/src/lib.rs:1: trait T has 8 methods, limit 7"]
    );
}

#[test]
fn public_items_fields_variants_and_methods_need_docs() {
    let text = "//! Head.\n\
        /// D.\npub struct S { pub a: u8, b: u8 }\n\
        /// D.\npub enum E { V }\n\
        /// D.\npub trait T { fn m(); }\n\
        impl S { pub fn new() {}\n pub(crate) fn hidden() {} }\n\
        impl T for S { fn m() {} }\n\
        pub(crate) struct P;\npub fn f() {}\n";

    let found = breaches(Check::Docs, &[("lib.rs", text)]);

    let names: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(names, ["a", "E::V", "T::m", "new", "f"]);
}

#[test]
fn a_module_without_a_head_comment_is_named() {
    let found = breaches(
        Check::Docs,
        &[("lib.rs", "//! Head.\nmod a;"), ("a.rs", "fn f() {}")],
    );

    assert_eq!(found, ["shared/src/a.rs:1: the file has no head comment"]);
}

#[test]
fn types_of_one_name_are_doubles_but_associated_and_test_types_are_not() {
    let found = breaches(
        Check::Doubles,
        &[
            (
                "lib.rs",
                "mod a;\nstruct One;\ntrait Two { type Three; }\ntype Three = u8;",
            ),
            (
                "a.rs",
                "words! { pub enum One { A } }\n#[cfg(test)]\nmod t { struct Two; }",
            ),
        ],
    );

    assert_eq!(
        found,
        ["shared/src/lib.rs:2: One is defined 2 times: also shared/src/a.rs:1"]
    );
}

#[test]
fn an_ordinary_word_is_retired_as_a_name_only() {
    let text = "// They were told so.\nfn f() { info!(\"told\"); told; }\nfn told() {}\n";

    assert_eq!(
        breaches(Check::Names, &[("lib.rs", text)]),
        ["shared/src/lib.rs:3: told is now message"]
    );
}

#[test]
fn a_japanese_text_with_a_word_that_stops_a_reader_is_a_breach() {
    let text = "// 予行\nfn f() { text!(\"店番が{n}件を保留\", \"dry run\"); text!(\"ショップ\", \"店\"); }\n\
        #[cfg(test)]\nmod tests { const T: &str = \"予行\"; }\n";

    let found = breaches(
        Check::Wording,
        &[("lib.rs", text), ("japanese.toml", "a = \"予行\"\n")],
    );

    assert_eq!(
        found,
        [
            "shared/src/lib.rs:2: 保留 is to be 要確認、確認待ち",
            "shared/src/lib.rs:2: 店 is to be ショップ",
            "shared/src/japanese.toml:1: 予行 is to be お試し実行",
        ]
    );
}

#[test]
fn a_plural_behind_a_number_that_may_be_one_is_found() {
    let text = "//! Head.\n\
        fn f() {\n\
        text!(\"{count}件\", \"{count} updates wait\");\n\
        text!(\"{SHOPS}件\", \"{SHOPS} shops, {name} is closed\");\n\
        info!(\"sent {count} updates\"); }\n";

    let found = breaches(Check::Wording, &[("lib.rs", text)]);

    assert_eq!(
        found,
        ["shared/src/lib.rs:3: 1 updates: use layout::amount"]
    );
}

#[test]
fn every_text_is_listed_with_its_kind() {
    let tree = workspace::of(&[(
        "lib.rs",
        r#"//! Head.
fn f() { text!("何", "what"); info!(id = 1, "said {id}"); lang.pick("はい", "yes"); }
#[error("no {0}")]
struct E;
/// Not listed.
fn g() { push("two words"); key("one_word"); }
/// The program.
#[derive(Debug, Parser)]
struct Cli {
    /// A flag.
    flag: bool,
}
"#,
    )]);

    let listed = texts::list(&tree);
    let listed: Vec<&str> = listed
        .iter()
        .filter_map(|line| line.strip_prefix("shared/src/lib.rs:"))
        .collect();

    assert_eq!(
        listed,
        [
            "2: text: 何",
            "2: text: what",
            "2: log: said {id}",
            "2: text: はい",
            "2: text: yes",
            "3: error: no {0}",
            "6: string: two words",
            "7: help: The program.",
            "10: help: A flag.",
        ]
    );
}
