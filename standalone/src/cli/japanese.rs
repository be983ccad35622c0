//! The help texts in Japanese. A test holds them complete; the words of the syntax (`Usage`, `Options`)
//! are clap's own.

use clap::Command as Clap;

struct Help {
    /// Names from the root on, separated by spaces; empty for the root.
    path: &'static str,
    about: &'static str,
    args: &'static [(&'static str, &'static str)],
    examples: &'static str,
}

const JSON: (&str, &str) = ("json", "JSONオブジェクト1つで出力する");

const HELPS: &[Help] = &[
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
        path: "run",
        about: "1回の実行: Amazonに問い合わせ、価格と在庫を決め、ショップに反映し、報告します",
        args: &[
            ("kind", "実行の種類"),
            ("account", "このショップだけ"),
            ("max_items", "ASINの数の上限"),
            ("dry_run", "Amazonに問い合わせるが、ショップは変えない"),
            ("resume", "終わっていない同じ種類の実行を、続きから行う"),
            JSON,
        ],
        examples: "例:
  miseban run price-stock --dry-run --max-items 100     何も変えず、どうなるかだけを見る
  miseban run price-stock                               有効なショップのすべての商品
  miseban run stale --account main                      1つのショップの、古くなったものだけ
  miseban run price-stock --resume                      中断した実行の続き",
    },
    Help {
        path: "register",
        about: "新しいASINを登録します: Amazonに商品のすべてを問い合わせ、出品待ちにします

ファイルには、ASINを1行に1つ書くか、列 asin のあるCSVを使います(- なら標準入力)。
すでにショップにあるものは名前を挙げて断り、間違った行は行番号を示します。残りは登録します。
BASEに商品は作りません。ショップに出品してから、miseban import listings で取り込んでください。",
        args: &[
            ("file", "ファイル。- なら標準入力"),
            ("account", "売る予定のショップ"),
            ("dry_run", "Amazonに問い合わせるが、何も書かない"),
            JSON,
        ],
        examples: "例:
  miseban register new.txt --account main --dry-run     Amazonで見つかるかだけを見る
  miseban register new.csv --account main",
    },
    Help {
        path: "serve",
        about: "店番をします: 止めるまで、決まった間隔で実行します",
        args: &[],
        examples: "例:
  miseban --config miseban.toml serve",
    },
    Help {
        path: "reconcile",
        about: "ショップの商品をすべて読み、手で変えられたものを元に戻します",
        args: &[
            ("account", "このショップだけ"),
            ("resume", "終わっていない突き合わせを、続きから行う"),
            JSON,
        ],
        examples: "例:
  miseban reconcile                    有効なショップのすべて(1回の呼び出しで100件)
  miseban reconcile --account main     1つのショップだけ",
    },
    Help {
        path: "import",
        about: "ショップで売っているものを取り込みます",
        args: &[],
        examples: "",
    },
    Help {
        path: "import listings",
        about: "CSVファイル(UTF-8)から商品を取り込みます

1行目に列名を書きます(順番は自由):
account_id,asin,item_id,sku,selling_price,visibility(public か hidden)
間違った行は行番号付きで表示され、正しい行だけがまとめて入ります。",
        args: &[("file", "ファイル。- なら標準入力"), JSON],
        examples: "例:
  miseban import listings listings.csv
  cat listings.csv | miseban import listings - --json",
    },
    Help {
        path: "import shop",
        about: "ショップにある商品を、SKUのASINで取り込みます

ショップの商品をすべて読みます(1回の呼び出しで100件)。SKUがASINであるか、ASIN(B0と英大文字・数字8文字、
またはISBN-10)を含む商品を取り込みます。取り込まないものは理由とともに表示します。
すでに知っている商品はそのままです。",
        args: &[
            ("account", "このショップだけ"),
            ("dry_run", "ショップを読むだけで、取り込まない"),
            ("json", "JSONオブジェクト1つで出力する"),
        ],
        examples: "例:
  miseban import shop --dry-run            何が取り込まれ、何が取り込まれないかを見る
  miseban import shop --account main",
    },
    Help {
        path: "import ecauto",
        about: "前のシステムのデータベース(SQLiteファイル)から出品を引き継ぎます

--apply を付けなければ、どうなるかを表示するだけです。取り込まない行と理由を、すべて数えて見せます。
ファイルは読むだけです。価格と在庫は引き継がず、最初の実行でAmazonに聞きます。",
        args: &[
            ("file", "前のシステムのSQLiteファイル(読むだけ)"),
            ("apply", "取り込む。付けなければ見せるだけ"),
            JSON,
        ],
        examples: "例:
  miseban import ecauto products.db             取り込めるものと、気をつけることを見る
  miseban import ecauto products.db --apply     取り込む",
    },
    Help {
        path: "report",
        about: "実行の報告を表示します(省略すると最新のもの)",
        args: &[("run", "実行のID。省略すると最新のもの"), JSON],
        examples: "例:
  miseban report
  miseban report 01939c1e-7c00-7000-8000-000000000001 --json",
    },
    Help {
        path: "release",
        about: "一度に非公開になる商品が多すぎて止めている更新を、送ります",
        args: &[("run", "実行のID(報告や status に出ます)")],
        examples: "例:
  miseban release 01939c1e-7c00-7000-8000-000000000001     確かめたら、本当に在庫切れだった",
    },
    Help {
        path: "cancel",
        about: "止めている更新を取りやめます。ショップはそのままで、次の実行で判断し直します",
        args: &[("run", "実行のID(報告や status に出ます)")],
        examples: "例:
  miseban cancel 01939c1e-7c00-7000-8000-000000000001      確かめたら、Amazonではまだ売っていた",
    },
    Help {
        path: "status",
        about: "終わっていない実行、これまでの実行、ショップ、利用上限を表示します",
        args: &[JSON],
        examples: "例:
  miseban status --json",
    },
    Help {
        path: "changes",
        about: "最近ショップで変わったこと(価格、在庫、公開・非公開)と、その理由を表示します",
        args: &[
            (
                "since",
                "いつから: 30m、24h、7d、または日付や時刻(例 2026-11-21)。初期値 24h",
            ),
            ("asin", "この商品だけ"),
            ("account", "このショップだけ"),
            ("limit", "新しいものから最大この件数まで(初期値 1000)"),
            JSON,
            ("csv", "表計算ソフト用の表で出力する"),
        ],
        examples: "例:
  miseban changes                              この24時間
  miseban changes --since 7d --asin B00EXAMPLE
  miseban changes --since 2026-11-01 --account main --limit 100000 --csv > changes.csv",
    },
    Help {
        path: "explain",
        about: "1つのASINのすべて: Amazonの答え、どの出品をなぜ選んだか、ショップの表示",
        args: &[("asin", "Amazonの商品ID(英数字10文字)"), JSON],
        examples: "例:
  miseban explain B00EXAMPLE",
    },
    Help {
        path: "accounts",
        about: "ショップの面倒を見ます: トークンの状態、つながるか、BASEでの認可",
        args: &[],
        examples: "",
    },
    Help {
        path: "accounts ls",
        about: "ショップ一覧のすべてのショップ: トークン、利用上限、商品数を表示します(問い合わせはしません)",
        args: &[JSON],
        examples: "例:
  miseban accounts ls --json",
    },
    Help {
        path: "accounts check",
        about: "有効なショップごとに1回だけBASEに問い合わせ、つながるかを確かめます",
        args: &[("id", "このショップだけ"), JSON],
        examples: "例:
  miseban accounts check
  miseban accounts check main --json",
    },
    Help {
        path: "accounts refresh",
        about: "ショップのトークンを今すぐ更新します

BASEのリフレッシュトークンの有効期間は30日で、使うたびに変わります。使っていないショップ(停止中でも)を
生かしておくときに使います。serve やワーカーの実行中でも使えます。",
        args: &[("id", "ショップ")],
        examples: "例:
  miseban accounts refresh main",
    },
    Help {
        path: "accounts authorize",
        about: "ショップをBASEで認可します(ブラウザーを使います)

開くアドレスを表示します。ショップ一覧の redirect_uri が http://127.0.0.1:ポート/... なら、答えをこのPCの
そのポートで受け取ります。それ以外なら、ブラウザーが最後に表示したアドレスか、その中の code を貼り付けて
ください。トークンは、できたと表示する前に保存されます。実行中のプログラムは自動で新しいものを使います。",
        args: &[("id", "ショップ"), ("within", "ブラウザーを待つ秒数")],
        examples: "例:
  miseban accounts authorize main",
    },
    Help {
        path: "validate",
        about: "キャッシュとデータベースを比べます",
        args: &[
            ("fill", "ないもの・古いものを取り直す(stale の実行を始める)"),
            JSON,
        ],
        examples: "例:
  miseban validate
  miseban validate --fill       ないもの・古いものをAmazonから取り直す",
    },
    Help {
        path: "queues",
        about: "Redisのキューの面倒を見ます: 何が待ち、何をあきらめたか、それをどうするか",
        args: &[],
        examples: "",
    },
    Help {
        path: "queues ls",
        about: "すべてのキューの数字を表示します",
        args: &[JSON],
        examples: "例:
  miseban queues ls --json",
    },
    Help {
        path: "queues show",
        about: "キューの中のメッセージ、または1つのメッセージのすべてを表示します",
        args: &[
            ("what", "キュー(sync、update、info)、またはメッセージのID"),
            ("ready", "今すぐ始められるものだけ"),
            ("delayed", "時刻を待っているものだけ"),
            ("leased", "ワーカーが処理しているものだけ"),
            ("dead", "あきらめたものだけ(新しい順)"),
            ("limit", "それぞれ最大この件数まで"),
            JSON,
        ],
        examples: "例:
  miseban queues show sync                     それぞれの先頭
  miseban queues show sync --dead --limit 100  最近あきらめた100件
  miseban queues show update:12829:3           1つのメッセージ(キューは問わない)",
    },
    Help {
        path: "queues retry",
        about: "あきらめたものを、もう一度並べます",
        args: &[
            (
                "words",
                "キュー、メッセージのID、またはその両方。--all ならキューか、なし",
            ),
            ("all", "あきらめたものすべて"),
            JSON,
        ],
        examples: "例:
  miseban queues retry sync --all
  miseban queues retry update:12829:3",
    },
    Help {
        path: "queues drop",
        about: "あきらめたものを捨てます",
        args: &[
            (
                "words",
                "キュー、メッセージのID、またはその両方。--all ならキューか、なし",
            ),
            ("all", "あきらめたものすべて"),
            JSON,
        ],
        examples: "例:
  miseban queues drop sync --all
  miseban queues drop update:12829:3",
    },
    Help {
        path: "queues pause",
        about: "再開するまで、キューから何も取らせません(処理中のものは終わらせます)",
        args: &[("queue", "キュー"), JSON],
        examples: "例:
  miseban queues pause update      もうショップには触れない",
    },
    Help {
        path: "queues resume",
        about: "一時停止を終えます",
        args: &[("queue", "キュー"), JSON],
        examples: "例:
  miseban queues resume update",
    },
    Help {
        path: "board",
        about: "Redisのキューをブラウザーで見せます(止めるまで)

見るだけです。あきらめたものの再試行や破棄は miseban queues で行います。BOARD_PASSWORD がなければ
このPCからだけ使えます。あれば、ブラウザーがパスワードを尋ねます(ユーザー名は何でも構いません)。",
        args: &[("listen", "待ち受けるアドレスとポート")],
        examples: "例:
  miseban board                             http://127.0.0.1:8080
  miseban board --listen 0.0.0.0:8080       ほかのPCからも見る(BOARD_PASSWORD が必要)",
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
    if let Some(help) = HELPS.iter().find(|help| help.path == path) {
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
        let root = translate(super::super::Cli::command());
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
