//! The help of a program in Japanese. Its texts are in a file `japanese.toml` beside the command line that they
//! describe; `standalone/tests/commands/help.rs` checks that each file is complete.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command as Clap};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The template of clap, with the heading of the usage in Japanese.
const TEMPLATE: &str = "{about-with-newline}\n使い方: {usage}\n\n{all-args}{after-help}";

/// Texts by the id of an option or argument.
type ArgTexts = BTreeMap<String, String>;

/// All texts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    /// Of options that many commands have.
    options: ArgTexts,
    /// By command names from the root, separated by spaces; empty for the root.
    commands: BTreeMap<String, CommandText>,
}

/// The texts of one command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandText {
    /// The first line is shown in lists of commands, all of it in the command's own help.
    about: String,
    #[serde(default)]
    options: ArgTexts,
    /// Shown below the options.
    examples: Option<String>,
}

/// `command` with its help in Japanese, from `texts`.
pub(super) fn translate(command: Clap, texts: &str) -> Clap {
    let version = Arg::new("version").short('V').long("version");
    let version = version
        .action(ArgAction::Version)
        .help("バージョンを表示します");
    let texts = toml::from_str(texts).expect("a test parses it");
    let mut command = at(command.disable_version_flag(true).arg(version), "", &texts);
    // Adds the subcommands `help`.
    command.build();
    name_help(command)
}

fn name_help(mut command: Clap) -> Clap {
    if command.get_name() == "help" {
        command = command.about("このヘルプ、または指定したコマンドのヘルプを表示します");
    }
    for name in names(&command) {
        command = command.mut_subcommand(name, name_help);
    }
    command
}

fn names(command: &Clap) -> Vec<String> {
    let nested = command.get_subcommands();
    nested.map(|nested| nested.get_name().to_owned()).collect()
}

fn at(mut command: Clap, path: &str, texts: &Texts) -> Clap {
    if let Some(text) = texts.commands.get(path) {
        let first = text.about.lines().next().unwrap_or_default().to_owned();
        command = command.about(first).long_about(text.about.clone());
        if let Some(examples) = &text.examples {
            command = command.after_help(examples.clone());
        }
        command = command.mut_args(|arg| {
            let id = arg.get_id().as_str();
            let own = text.options.get(id);
            match own.or_else(|| texts.options.get(id)) {
                Some(text) => described(arg, text),
                None => arg,
            }
        });
    }
    let help = Arg::new("help").short('h').long("help");
    let help = help.action(ArgAction::Help).help("ヘルプを表示します");
    command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("コマンド")
        .disable_help_flag(true)
        .arg(help)
        .mut_args(|arg| {
            let headings = ["オプション", "引数"];
            let heading = headings[usize::from(arg.is_positional())];
            arg.help_heading(heading)
        });
    for name in names(&command) {
        let path = format!("{path} {name}");
        command = command.mut_subcommand(name, |nested| at(nested, path.trim_start(), texts));
    }
    command
}

/// `arg` with `text`, its possible values and its default.
fn described(arg: Arg, text: &str) -> Arg {
    if !arg.get_action().takes_values() {
        return arg.help(text.to_owned());
    }
    let values = arg.get_possible_values();
    let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let defaults = arg.get_default_values().iter();
    let defaults: Vec<_> = defaults.map(|value| value.to_string_lossy()).collect();
    let mut notes = vec![text.to_owned()];
    if !values.is_empty() {
        notes.push(format!("[値: {}]", values.join("、")));
    }
    if !defaults.is_empty() {
        notes.push(format!("[初期値: {}]", defaults.join("、")));
    }
    let arg = arg.hide_possible_values(true).hide_default_value(true);
    arg.help(notes.join(" "))
}
