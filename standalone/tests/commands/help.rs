//! The help of the three programs, and their complaints about wrong usage, in both languages.

use clap::builder::StyledStr;
use clap::{Arg, Command as Clap, CommandFactory};
use std::ffi::OsString;
use std::process::Command;
use ui::message::Lang;

/// A program, its command line and its Japanese texts.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) command: Clap,
    japanese: &'static str,
    /// The command line, read in Japanese.
    read: fn(&[OsString], Lang, &str) -> Result<(), clap::Error>,
}

fn of<C: CommandFactory + clap::FromArgMatches>(japanese: &'static str) -> Program {
    let command = C::command();
    Program {
        name: command.get_name().to_owned(),
        command,
        japanese,
        read: |args, lang, texts| app::command_line::read::<C>(args, lang, texts).map(drop),
    }
}

pub(crate) fn programs() -> [Program; 3] {
    [
        of::<standalone::cli::MisebanCli>(standalone::cli::JAPANESE),
        of::<producer::cli::ProducerCli>(producer::cli::JAPANESE),
        of::<worker::cli::WorkerCli>(worker::cli::JAPANESE),
    ]
}

impl Program {
    /// The help of the command at `path`, as a person gets it.
    fn help(&self, path: &[&str]) -> String {
        let words = [&[self.name.as_str()], path, &["--help"]].concat();
        let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
        let shown = (self.read)(&words, Lang::Ja, self.japanese);
        shown.unwrap_err().to_string()
    }

    /// The program as a process.
    fn started(&self, words: &[&str], lang: &str) -> (Option<i32>, String) {
        let output = Command::new(crate::program(&self.name))
            .args(words)
            .env_clear()
            .env("MISEBAN_LANG", lang)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }
}

/// All commands below `command`, each with its path.
pub(crate) fn commands<'a>(command: &'a Clap, path: &[&'a str]) -> Vec<(Vec<&'a str>, &'a Clap)> {
    let nested = command.get_subcommands().flat_map(|nested| {
        let path = [path, &[nested.get_name()]].concat();
        commands(nested, &path)
    });
    [(path.to_vec(), command)]
        .into_iter()
        .chain(nested)
        .collect()
}

#[test]
fn every_command_and_option_has_a_japanese_help() {
    for program in programs() {
        for (path, command) in commands(&program.command, &[]) {
            let help = program.help(&path);

            let english = |text: Option<&StyledStr>| {
                let text = text.map(ToString::to_string)?;
                Some(text.lines().next()?.to_owned()).filter(|line| help.contains(line.as_str()))
            };
            let options = command.get_arguments().map(Arg::get_help);
            let found = options.chain([command.get_about()]).find_map(english);
            assert_eq!(found, None, "{} {path:?}", program.name);
            assert!(help.contains("使い方: "), "{help}");
        }
    }
}

#[test]
fn every_japanese_text_belongs_to_a_command_and_its_options() {
    for program in programs() {
        let texts: toml::Table = program.japanese.parse().unwrap();
        let mut all = program.command.clone();
        all.build();
        for (path, text) in texts["commands"].as_table().unwrap() {
            let mut command = &all;
            for name in path.split_whitespace() {
                command = command.find_subcommand(name).expect(path);
            }
            let options = text.get("options").and_then(toml::Value::as_table);
            for id in options.into_iter().flat_map(toml::Table::keys) {
                let mut known = command.get_arguments();
                assert!(known.any(|arg| arg.get_id() == id.as_str()), "{path}: {id}");
            }
        }
    }
}

#[test]
fn what_commands_and_options_do_is_said_in_one_style() {
    for program in programs() {
        let texts: toml::Table = program.japanese.parse().unwrap();
        let abouts = texts["commands"].as_table().unwrap().values();
        let abouts = abouts.flat_map(|text| {
            let options = text.get("options").and_then(toml::Value::as_table);
            let options = options.into_iter().flat_map(toml::Table::values);
            options.chain(text.get("about"))
        });
        for text in abouts.map(|text| text.as_str().unwrap()) {
            let sentences = text.split(['。', '\n']).map(str::trim);
            // A verb in the plain form ends in one of these; 〜ます is the style of all others.
            let plain = |sentence: &&str| {
                sentence.ends_with(['う', 'く', 'つ', 'ぬ', 'ぶ', 'む', 'る'])
                    || (sentence.ends_with('す')
                        && !sentence.ends_with("ます")
                        && !sentence.ends_with("です"))
            };
            assert_eq!(sentences.into_iter().find(plain), None, "{text}");
        }
    }
}

#[test]
fn wrong_usage_is_said_in_the_language_of_the_messages() {
    for program in programs() {
        let (exit, japanese) = program.started(&["--sell"], "ja");
        let (exit_en, english) = program.started(&["--sell"], "en");

        assert_eq!((exit, exit_en), (Some(2), Some(2)));
        assert!(japanese.starts_with(&program.name), "{japanese}");
        assert!(japanese.contains("--sell は使えません"), "{japanese}");
        assert!(english.contains("unexpected argument"), "{english}");
    }
    let [miseban, producer, worker] = programs();
    for (program, words, said) in [
        (&miseban, &["sell"][..], "sell というコマンドはありません"),
        (&miseban, &["run", "pricestock"], "使える値: "),
        (&miseban, &["explain"], "<ASIN> がありません"),
        (&miseban, &["account"], "もしかして: accounts"),
        (&producer, &["run", "register"], "register は使えません"),
        (
            &producer,
            &["run", "stale", "--max-items", "x"],
            "--max-items <MAX_ITEMS> に x は使えません",
        ),
        (&worker, &["--queues", "sell"], "sell は使えません"),
        (&worker, &["--lang", "fr"], "使える値: ja、en"),
        (
            &worker,
            &["--healthcheck", "--concurrency", "1"],
            "一緒に使えません",
        ),
    ] {
        let (exit, text) = program.started(words, "ja");

        assert_eq!(exit, Some(2), "{words:?}: {text}");
        assert!(text.contains(said), "{words:?}: {text}");
    }
}

#[test]
fn each_program_takes_its_language_from_flag_environment_and_settings() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings");
    std::fs::write(&settings, "MISEBAN_LANG = \"en\"\n").unwrap();
    let settings = settings.display().to_string();
    let [_, producer, worker] = programs();
    for (program, words) in [(producer, &["serve"][..]), (worker, &[])] {
        let told = |options: &[&str], lang: &str| {
            let (exit, text) = program.started(&[options, words].concat(), lang);
            assert_eq!(exit, Some(2), "{text}");
            text
        };

        assert!(told(&[], "ja").contains("REDIS_URL がありません"));
        assert!(told(&[], "en").contains("REDIS_URL is not set"));
        assert!(told(&["--lang", "en"], "ja").contains("REDIS_URL is not set"));
        let by_file = Command::new(crate::program(&program.name))
            .args([&["--config", settings.as_str()], words].concat())
            .env_clear()
            .output();
        let by_file = String::from_utf8(by_file.unwrap().stderr).unwrap();
        assert!(by_file.contains("REDIS_URL is not set"), "{by_file}");
    }
}
