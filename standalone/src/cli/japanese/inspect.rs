//! The commands that only show something, in Japanese.

use super::help::{Help, JSON};

pub(super) const HELPS: &[Help] = &[
    Help {
        path: "report",
        about: "実行の報告を表示します(省略すると最新のもの)",
        args: &[("run", "実行のID。省略すると最新のもの"), JSON],
        examples: "例:
  miseban report
  miseban report 01939c1e-7c00-7000-8000-000000000001 --json",
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
        about: "最近のショップの変更(価格、在庫、公開・非公開)と、その理由を表示します",
        args: &[
            (
                "since",
                "いつから: 30m、24h、7d、または日付や時刻(例 2026-11-21)",
            ),
            ("asin", "この商品だけ"),
            ("account", "このショップだけ"),
            ("limit", "新しいものから最大この件数まで"),
            JSON,
            ("csv", "表計算ソフト用のCSVで出力します"),
        ],
        examples: "例:
  miseban changes                              この24時間
  miseban changes --since 7d --asin B00EXAMPLE
  miseban changes --since 2026-11-01 --account main --limit 100000 --csv > changes.csv",
    },
    Help {
        path: "explain",
        about: "1つのASINについて、Amazonの回答、選んだ出品とその理由、ショップの表示を説明します",
        args: &[("asin", "Amazonの商品ID(英数字10文字)"), JSON],
        examples: "例:
  miseban explain B00EXAMPLE",
    },
    Help {
        path: "validate",
        about: "キャッシュとデータベースを比べます",
        args: &[
            (
                "fill",
                "ないもの・古いものを問い合わせ直します(stale の実行を始めます)",
            ),
            JSON,
        ],
        examples: "例:
  miseban validate
  miseban validate --fill       ないもの・古いものをAmazonに問い合わせ直す",
    },
];
