//! The binary: exit codes, streams, languages.

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

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn help_and_version_are_printed_on_stdout() {
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
fn wrong_usage_exits_with_2_and_prints_nothing_on_stdout() {
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

        assert_eq!(
            output.status.code(),
            Some(2),
            "{args:?}: {}",
            stderr(&output)
        );
        assert!(output.stdout.is_empty());
        assert!(!stderr(&output).is_empty());
    }
}

#[test]
fn no_control_character_of_an_argument_a_path_or_a_file_reaches_the_terminal() {
    let folder = tempfile::TempDir::new().unwrap();
    let settings = folder.path().join("odd\u{1b}[2J.toml");
    std::fs::write(&settings, "\"PRICE_MIM\\u001b\" = 1\n").unwrap();
    let settings = settings.to_str().unwrap();

    for args in [
        &["explain", "\u{1b}[2J"][..],
        &["\u{9b}2J"],
        &["status", "--config", settings],
        &["import", "listings", "\u{1b}]0;title\u{7}.csv"],
    ] {
        let output = miseban(args, &[("ACCOUNTS_FILE", "a\u{1b}[2J.toml")]);

        let shown = stderr(&output);
        let raw = |c: char| c.is_control() && c != '\n';
        assert!(!shown.is_empty() && !shown.contains(raw), "{shown:?}");
    }
}

#[test]
fn a_missing_database_is_a_failure_and_is_not_created() {
    for command in ["status", "report", "validate"] {
        let output = miseban(&[command, "--json"], &[]);

        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        assert!(stderr(&output).contains("miseban import listings"));
    }
}

#[test]
fn messages_are_japanese_unless_english_is_requested() {
    let japanese = miseban(&["report"], &[]);
    let by_setting = miseban(&["report"], &[("MISEBAN_LANG", "en")]);
    let by_flag = miseban(&["report", "--lang", "en"], &[("MISEBAN_LANG", "ja")]);

    assert!(stderr(&japanese).contains("まだありません"));
    assert!(stderr(&by_setting).contains("there is no database"));
    assert!(stderr(&by_flag).contains("there is no database"));
}

#[test]
fn help_is_japanese_unless_english_is_requested() {
    let help = |args: &[&str]| String::from_utf8(miseban(args, &[]).stdout).unwrap();

    assert!(help(&["run", "--help"]).contains("このショップだけ"));
    assert!(help(&["run", "--help", "--lang", "en"]).contains("Only this shop"));
    assert!(help(&["--lang=en", "run", "--help"]).contains("Only this shop"));
}

#[cfg(unix)]
#[test]
fn a_closed_stdout_ends_the_command_quietly() {
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

    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stderr.is_empty());
}
