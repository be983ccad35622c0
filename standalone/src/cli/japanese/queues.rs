//! `queues` and `board` in Japanese.

use super::help::{Help, JSON};

pub(super) const HELPS: &[Help] = &[
    Help {
        path: "queues",
        about: "Redisのキューを管理します: メッセージの表示、失敗したものの再実行と破棄、一時停止",
        args: &[],
        examples: "",
    },
    Help {
        path: "queues ls",
        about: "すべてのキューの件数を表示します",
        args: &[JSON],
        examples: "例:
  miseban queues ls --json",
    },
    Help {
        path: "queues show",
        about: "キューの中のメッセージ、または1つのメッセージの詳細を表示します",
        args: &[
            ("what", "キュー(sync、update、info)、またはメッセージのID"),
            ("ready", "今すぐ始められるものだけ"),
            ("delayed", "予約時刻を待っているものだけ"),
            ("leased", "ワーカーが処理しているものだけ"),
            ("dead", "失敗したものだけ(新しい順)"),
            ("limit", "それぞれ最大この件数まで"),
            JSON,
        ],
        examples: "例:
  miseban queues show sync                     状態ごとの先頭
  miseban queues show sync --dead --limit 100  最近失敗した100件
  miseban queues show update:12829:3           1つのメッセージ(キューは問わない)",
    },
    Help {
        path: "queues retry",
        about: "失敗したものを、再実行待ちに戻します",
        args: &[
            (
                "words",
                "キュー、メッセージのID、またはその両方。--all ならキューか、なし",
            ),
            ("all", "失敗したものすべて"),
            JSON,
        ],
        examples: "例:
  miseban queues retry sync --all
  miseban queues retry update:12829:3",
    },
    Help {
        path: "queues drop",
        about: "失敗したものを破棄します",
        args: &[
            (
                "words",
                "キュー、メッセージのID、またはその両方。--all ならキューか、なし",
            ),
            ("all", "失敗したものすべて"),
            JSON,
        ],
        examples: "例:
  miseban queues drop sync --all
  miseban queues drop update:12829:3",
    },
    Help {
        path: "queues pause",
        about: "再開するまで、ワーカーがキューから取り出すのを止めます(処理中のものは最後まで行います)",
        args: &[("queue", "キュー"), JSON],
        examples: "例:
  miseban queues pause update      再開するまでショップを変更しない",
    },
    Help {
        path: "queues resume",
        about: "一時停止したキューを再開します",
        args: &[("queue", "キュー"), JSON],
        examples: "例:
  miseban queues resume update",
    },
    Help {
        path: "board",
        about: "Redisのキューをブラウザーで見せます(止めるまで)

見るだけです。失敗したものの再実行や破棄は miseban queues で行います。BOARD_PASSWORD がなければ
このPCからだけ使えます。あれば、ブラウザーがパスワードを尋ねます(ユーザー名は何でも構いません)。",
        args: &[("listen", "待ち受けるアドレスとポート")],
        examples: "例:
  miseban board                             http://127.0.0.1:8080
  miseban board --listen 0.0.0.0:8080       ほかのPCからも見る(BOARD_PASSWORD が必要)",
    },
];
