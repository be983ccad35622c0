//! `queues` and `board` in Japanese.

use super::help::{Help, JSON};

pub(super) const HELPS: &[Help] = &[
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
];
