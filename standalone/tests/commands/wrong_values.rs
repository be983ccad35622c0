//! What the programs say of a wrong value, for every argument of every command: all of it in the language of the
//! messages, the reason too.

use crate::help::{Program, commands, programs};
use clap::{Arg, Command as Clap};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Each is wrong for some argument; the others get a right value.
const WRONG: [&str; 7] = ["店", "", "0", "7x", "-1", "99999999999999999999", LISTINGS];
/// A file that is neither settings, nor a database, nor a folder.
const LISTINGS: &str = "listings.csv";
/// A command that still runs by then found nothing wrong.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// A right value of each argument that a command requires.
fn right(arg: &Arg) -> Vec<&'static str> {
    match arg.get_id().as_str() {
        "kind" => vec!["price-stock"],
        "file" => vec![LISTINGS],
        "account" | "id" => vec!["main"],
        "run" => vec!["01939c1e"],
        "asin" => vec!["B00EXAMPLE"],
        "what" | "queue" => vec!["sync"],
        "list" => vec!["failed"],
        other => panic!("no right value of {other}"),
    }
}

/// The words of the command with a wrong `value` of `wrong`.
fn words(path: &[&str], command: &Clap, wrong: &Arg, value: &str) -> Vec<String> {
    let mut words: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
    for arg in command.get_arguments() {
        let is_wrong = arg.get_id() == wrong.get_id();
        // Of a new registration.
        let required = arg.is_required_set()
            || (path == ["register"] && ["file", "account"].contains(&arg.get_id().as_str()));
        if !is_wrong && !required {
            continue;
        }
        let given = if is_wrong { vec![value] } else { right(arg) };
        match arg.get_long() {
            Some(long) => words.extend(given.iter().map(|value| format!("--{long}={value}"))),
            None => words.extend(given.iter().map(ToString::to_string)),
        }
    }
    words
}

/// Everything that the program prints until it ends, or is still running.
fn printed(program: &str, words: &[String], lang: &str, folder: &Path) -> String {
    let mut child = Command::new(crate::program(program))
        .args(words)
        .env_clear()
        .env("MISEBAN_LANG", lang)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > ENDS_WITHIN {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// Three words of English in a row that are not those of a command.
fn english(text: &str) -> Option<String> {
    let is_program = |word: &str| ["miseban", "worker", "producer"].contains(&word);
    let is_plain =
        |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut sentence: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        // The words of a command follow its program, up to the next word that is none.
        let in_command = sentence.first().is_some_and(|first| is_program(first));
        if is_program(word) || !is_plain(word) {
            sentence.clear();
        }
        if is_plain(word) {
            sentence.push(word);
        }
        if sentence.len() >= 3 && !in_command {
            return Some(sentence.join(" "));
        }
    }
    None
}

fn is_japanese(c: char) -> bool {
    ('\u{3000}'..'\u{a000}').contains(&c) || ('\u{ff00}'..'\u{fff0}').contains(&c)
}

fn check(program: &Program, words: &[String], value: &str, folder: &Path) {
    let told = printed(&program.name, words, "ja", folder).replace(value, "");
    assert!(told.contains(is_japanese), "{words:?}: {told}");
    assert_eq!(english(&told), None, "{words:?}: {told}");
    let told = printed(&program.name, words, "en", folder).replace(value, "");
    assert!(
        !told.contains(is_japanese) && !told.is_empty(),
        "{words:?}: {told}"
    );
}

#[test]
fn a_wrong_value_of_any_argument_is_told_in_one_language_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let write =
        |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
    write(
        "accounts.toml",
        "[[account]]\nid = \"main\"\nclient_id = \"c\"\nclient_secret = \"s\"\nredirect_uri = \"https://shop.example/back\"\n",
    );
    write(
        LISTINGS,
        "account_id,asin,item_id,sku,selling_price,visibility\nmain,B00EXAMPLE,1,A,500,public\n",
    );
    let import = ["import", "listings", LISTINGS].map(str::to_owned);
    printed("miseban", &import, "ja", folder.path());
    let mut checked = 0;
    for program in programs() {
        for (path, command) in commands(&program.command, &[]) {
            let values = command
                .get_arguments()
                .filter(|arg| arg.get_action().takes_values());
            for arg in values {
                // The demo runs in any folder.
                let is_demo = path == ["demo"] && arg.get_id() == "keep";
                let wrong = WRONG.into_iter();
                for value in wrong.filter(|value| !is_demo || ["", LISTINGS].contains(value)) {
                    let mut words = words(&path, command, arg, value);
                    if path.is_empty() && program.name != "worker" {
                        // What holds for all commands is tried with one of them.
                        words.push(
                            if program.name == "miseban" {
                                "status"
                            } else {
                                "serve"
                            }
                            .to_owned(),
                        );
                    }
                    check(&program, &words, value, folder.path());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 200, "{checked}");
}

/// The board asks Redis first: its test is beside its others.
#[test]
fn a_port_in_use_is_wrong_use_of_every_program_that_listens() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (ja, en) = ("ほかのプログラムが使っています", "Address already in use");
    let simulator = ["serve", "--listen", &address];
    for (program, words, [japanese, english]) in [
        ("miseban", &["serve"][..], [ja, en]),
        ("producer", &["serve"], [ja, en]),
        ("worker", &[], [ja, en]),
        // It speaks English only.
        ("simulator", &simulator, [en, en]),
    ] {
        for (lang, said) in [("ja", japanese), ("en", english)] {
            let output = Command::new(crate::program(program))
                .args(words)
                .env_clear()
                .env("MISEBAN_LANG", lang)
                .env("HEALTH_LISTEN", &address)
                .envs((program != "miseban").then_some(("REDIS_URL", "redis://127.0.0.1:1")))
                .envs(
                    (program != "miseban")
                        .then_some(("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")),
                )
                .current_dir(&folder)
                .output()
                .unwrap();

            let text = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{program}: {text}");
            assert!(
                text.contains(&address) && text.contains(said),
                "{program}: {text}"
            );
        }
    }
}

#[test]
fn words_of_a_command_are_no_english_sentence() {
    assert_eq!(english("miseban accounts authorize main を実行"), None);
    assert_eq!(
        english("x は使えません(invalid digit found in string)").as_deref(),
        Some("digit found in")
    );
    assert_eq!(english("0 is not in 1..=500").as_deref(), Some("is not in"));
}
