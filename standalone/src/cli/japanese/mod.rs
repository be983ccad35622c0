//! The help in Japanese; a test checks that it is complete. The files below hold the texts of
//! related commands.

mod accounts;
mod help;
mod import;
mod inspect;
mod queues;
mod runs;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command as Clap};
use help::Help;

/// The template of clap, with the heading of the usage in Japanese.
const TEMPLATE: &str = "{about-with-newline}\n使い方: {usage}\n\n{all-args}{after-help}";

/// All texts.
const HELPS: [&[Help]; 6] = [
    SINGLE,
    runs::HELPS,
    import::HELPS,
    inspect::HELPS,
    accounts::HELPS,
    queues::HELPS,
];

/// The program itself, and the commands without subcommands.
const SINGLE: &[Help] = &[
    Help {
        path: "",
        about: "BASEショップの価格と在庫を、Amazon.co.jpに合わせ続けます",
        args: &[
            ("config", "設定ファイル(TOML)。環境変数のほうが優先されます"),
            (
                "log_format",
                "標準エラーに出すログの形式。text は人が読む形、json は1行に1つのJSON",
            ),
            (
                "lang",
                "表示の言語。MISEBAN_LANG で常に同じ言語にできます(初期値 ja)",
            ),
        ],
        examples: "例:
  miseban demo                                試してみる(登録もサーバーも不要、1分以内)
  miseban import listings listings.csv        商品を取り込む
  miseban run price-stock --dry-run           実行した場合の結果を確認する
  miseban serve                               昼も夜も自動で更新する

終了コード: 0 完了、1 失敗、2 使い方か設定の間違い、130/143 シグナルで停止(済んだ分は残ります)",
    },
    Help {
        path: "demo",
        about: "模擬のショップで一連の動きを見せます(登録もサーバーも不要)",
        args: &[("keep", "デモのファイルをこのフォルダーに残します")],
        examples: "例:
  miseban demo --keep ./demo      データベースなどを残して、中を見る",
    },
    Help {
        path: "serve",
        about: "止めるまで、決まった間隔で実行し続けます",
        args: &[],
        examples: "例:
  miseban --config miseban.toml serve",
    },
    Help {
        path: "notify",
        about: "何をどこに通知するかを表示します。--test でテストのメッセージを送ります",
        args: &[("test", "それぞれの送り先に、テストのメッセージを送ります")],
        examples: "例:
  miseban notify             送り先と、通知する出来事
  miseban notify --test      それぞれの送り先に、テストのメッセージを送る",
    },
    Help {
        path: "migrate",
        about: "データベースを最新の形にします",
        args: &[],
        examples: "例:
  miseban migrate",
    },
    Help {
        path: "doctor",
        about: "設定、ショップ、データベース、接続を調べ、どうすればよいかを示します",
        args: &[],
        examples: "例:
  miseban --config miseban.toml doctor",
    },
];

/// `command` with its texts in Japanese.
pub fn translate(command: Clap) -> Clap {
    let version = Arg::new("version").short('V').long("version");
    let version = version
        .action(ArgAction::Version)
        .help("バージョンを表示します");
    let mut command = at(command.disable_version_flag(true).arg(version), "");
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

fn at(mut command: Clap, path: &str) -> Clap {
    let mut helps = HELPS.into_iter().flatten();
    if let Some(help) = helps.find(|help| help.path == path) {
        // Lists of commands show the first line only.
        let first = help.about.lines().next().unwrap_or_default();
        command = command.about(first).long_about(help.about);
        if !help.examples.is_empty() {
            command = command.after_help(help.examples);
        }
        for (arg, text) in help.args {
            command = command.mut_arg(arg, |arg| described(arg, text));
        }
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
        command = command.mut_subcommand(name, |nested| at(nested, path.trim_start()));
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn is_japanese(text: Option<&clap::builder::StyledStr>) -> bool {
        text.is_some_and(|text| !text.to_string().is_ascii())
    }

    #[test]
    fn every_command_and_argument_has_a_japanese_text() {
        let root = translate(super::super::MisebanCli::command());
        root.clone().debug_assert();

        let mut commands = vec![&root];
        while let Some(command) = commands.pop() {
            let name = command.get_name();
            assert!(is_japanese(command.get_about()), "{name}");
            for arg in command.get_arguments() {
                assert!(is_japanese(arg.get_help()), "{name} {}", arg.get_id());
            }
            commands.extend(command.get_subcommands());
        }
    }
}
