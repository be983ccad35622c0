//! The help texts in Japanese. A test holds them complete; the words of the syntax (`Usage`, `Options`)
//! are clap's own. The commands of a family stand together in a file below.

mod accounts;
mod help;
mod import;
mod inspect;
mod queues;
mod runs;

use clap::Command as Clap;
use help::Help;

/// All texts, in no order.
const HELPS: [&[Help]; 6] = [
    ALONE,
    runs::HELPS,
    import::HELPS,
    inspect::HELPS,
    accounts::HELPS,
    queues::HELPS,
];

/// The program itself, and the commands without a family.
const ALONE: &[Help] = &[
    Help {
        path: "",
        about: "BASEショップの価格と在庫を、Amazon.co.jpに合わせ続けます",
        args: &[
            ("config", "設定ファイル(TOML)。環境変数のほうが優先されます"),
            ("log_format", "標準エラーに出すログの形式"),
            (
                "lang",
                "表示の言語。MISEBAN_LANG でいつも同じ言語にできます(初期値 ja)",
            ),
        ],
        examples: "例:
  miseban demo                                試してみる(登録もサーバーも不要、1分以内)
  miseban import listings listings.csv        商品を取り込む
  miseban run price-stock --dry-run           実行したらどうなるかを見る
  miseban serve                               昼も夜も任せる

終了コード: 0 完了、1 失敗、2 使い方か設定の間違い、130/143 途中で停止(済んだ分は残ります)",
    },
    Help {
        path: "demo",
        about: "模擬のショップで全体を見せます(登録もサーバーも不要)",
        args: &[("keep", "デモのファイルをこのフォルダーに残す")],
        examples: "例:
  miseban demo --keep ./demo      データベースなどを残して、中を見る",
    },
    Help {
        path: "serve",
        about: "店番をします: 止めるまで、決まった間隔で実行します",
        args: &[],
        examples: "例:
  miseban --config miseban.toml serve",
    },
    Help {
        path: "notify",
        about: "何をどこに知らせるかを示します。--test で、試しのメッセージを送ります",
        args: &[("test", "それぞれの送り先に、メッセージを1つ送る")],
        examples: "例:
  miseban notify             送り先と、知らせる出来事
  miseban notify --test      それぞれの送り先に、メッセージを1つ送る",
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
    at(command, "")
}

fn at(mut command: Clap, path: &str) -> Clap {
    let mut helps = HELPS.into_iter().flatten();
    if let Some(help) = helps.find(|help| help.path == path) {
        // The first line stands in lists of commands, the whole text above the command's own help.
        let first = help.about.lines().next().unwrap_or_default();
        command = command.about(first).long_about(help.about);
        if !help.examples.is_empty() {
            command = command.after_help(help.examples);
        }
        for (arg, text) in help.args {
            command = command.mut_arg(arg, |arg| arg.help(*text));
        }
    }
    let names: Vec<String> = command
        .get_subcommands()
        .map(|nested| nested.get_name().to_owned())
        .collect();
    for name in names {
        let path = format!("{path} {name}");
        command = command.mut_subcommand(name, |nested| at(nested, path.trim_start()));
    }
    command
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
