//! The binary as a person meets it: exit codes, streams, languages.

use std::process::{Command, Output, Stdio};

fn miseban(args: &[&str], env: &[(&str, &str)]) -> Output {
    let folder = tempfile::TempDir::new().unwrap();
    Command::new(env!("CARGO_BIN_EXE_miseban"))
        .args(args)
        .env_clear()
        .envs(env.iter().copied())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn help_and_version_are_done_and_go_to_stdout() {
    for args in [
        &["--help"][..],
        &["--version"],
        &["run", "--help"],
        &["import", "listings", "--help"],
    ] {
        let output = miseban(args, &[]);

        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn wrong_use_ends_with_2_and_nothing_on_stdout() {
    for (args, env) in [
        (&["sell"][..], &[][..]),
        (&[], &[]),
        (&["run", "hourly"], &[]),
        (&["status"], &[("PRICE_MIN", "x")]),
        (&["status", "--config", "missing.toml"], &[]),
        (&["status"], &[("RUST_LOG", "=!")]),
        (&["import", "listings", "missing.csv"], &[]),
    ] {
        let output = miseban(args, env);

        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", said(&output));
        assert!(output.stdout.is_empty());
        assert!(!said(&output).is_empty());
    }
}

#[test]
fn a_database_that_is_not_there_is_a_failure_and_is_not_made() {
    for command in ["status", "report", "validate"] {
        let output = miseban(&[command, "--json"], &[]);

        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        assert!(said(&output).contains("miseban import listings"));
    }
}

#[test]
fn messages_are_japanese_unless_english_is_asked_for() {
    let japanese = miseban(&["report"], &[]);
    let by_setting = miseban(&["report"], &[("MISEBAN_LANG", "en")]);
    let by_flag = miseban(&["report", "--lang", "en"], &[("MISEBAN_LANG", "ja")]);

    assert!(said(&japanese).contains("まだありません"));
    assert!(said(&by_setting).contains("there is no database"));
    assert!(said(&by_flag).contains("there is no database"));
}

#[test]
fn help_is_japanese_unless_english_is_asked_for() {
    let help = |args: &[&str]| String::from_utf8(miseban(args, &[]).stdout).unwrap();

    assert!(help(&["run", "--help"]).contains("このショップだけ"));
    assert!(help(&["run", "--help", "--lang", "en"]).contains("Only this shop"));
    assert!(help(&["--lang=en", "run", "--help"]).contains("Only this shop"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_early_ends_the_command_quietly() {
    let folder = tempfile::TempDir::new().unwrap();
    let migrate = |out: Stdio| {
        Command::new(env!("CARGO_BIN_EXE_miseban"))
            .arg("migrate")
            .env_clear()
            .current_dir(folder.path())
            .stdout(out)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let mut child = migrate(Stdio::piped());
    drop(child.stdout.take());

    let output = child.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(output.stderr.is_empty());
}
