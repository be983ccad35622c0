//! The commands that start, release or cancel a run, in Japanese.

use super::help::{Help, JSON};

pub(super) const HELPS: &[Help] = &[
    Help {
        path: "run",
        about: "1回の実行: Amazonに問い合わせ、価格と在庫を決め、ショップに反映し、報告します",
        args: &[
            ("kind", "実行の種類"),
            ("account", "このショップだけ"),
            ("max_items", "ASINの数の上限"),
            (
                "dry_run",
                "お試し実行: Amazonに問い合わせますが、ショップは変更しません",
            ),
            ("resume", "終わっていない同じ種類の実行を、続きから行います"),
            JSON,
        ],
        examples: "例:
  miseban run price-stock --dry-run --max-items 100     何も変えず、結果だけを見る
  miseban run price-stock                               有効なショップのすべての商品
  miseban run stale --account main                      1つのショップの、情報が古い商品だけ
  miseban run price-stock --resume                      中断した実行の続き",
    },
    Help {
        path: "register",
        about: "新しいASINを登録します: Amazonに商品の情報を問い合わせ、出品待ちにします

ファイルには、ASINを1行に1つ書くか、列 asin のあるCSVを使います(- なら標準入力)。
すでにショップにあるASINと間違った行は、表示して飛ばします。残りは登録します。
BASEに商品は作りません。ショップに出品してから、miseban import listings で取り込んでください。",
        args: &[
            ("file", "ファイル。- なら標準入力"),
            ("account", "売る予定のショップ"),
            (
                "dry_run",
                "お試し実行: Amazonに問い合わせますが、何も登録しません",
            ),
            JSON,
        ],
        examples: "例:
  miseban register new.txt --account main --dry-run     Amazonで見つかるかだけを見る
  miseban register new.csv --account main",
    },
    Help {
        path: "reconcile",
        about: "ショップの商品をすべて読み、管理画面で変更されたものを元に戻します",
        args: &[
            ("account", "このショップだけ"),
            ("resume", "終わっていない突き合わせを、続きから行います"),
            JSON,
        ],
        examples: "例:
  miseban reconcile                    有効なショップのすべて(1回の呼び出しで100件)
  miseban reconcile --account main     1つのショップだけ",
    },
    Help {
        path: "release",
        about: "一度に非公開になる商品が多すぎて止めている更新を、送信します",
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
];
