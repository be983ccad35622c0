//! `import` in Japanese.

use super::help::{Help, JSON};

pub(super) const HELPS: &[Help] = &[
    Help {
        path: "import",
        about: "ショップの出品を取り込みます",
        args: &[],
        examples: "",
    },
    Help {
        path: "import listings",
        about: "CSVファイル(UTF-8)から商品を取り込みます

1行目に列名を書きます(順番は自由):
account_id,asin,item_id,sku,selling_price,visibility(public か hidden)
間違った行は行番号付きで表示して飛ばし、正しい行だけをまとめて取り込みます。",
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
取り込み済みの商品はそのままです。",
        args: &[
            ("account", "このショップだけ"),
            ("dry_run", "ショップを読むだけで、取り込みません"),
            JSON,
        ],
        examples: "例:
  miseban import shop --dry-run            取り込める商品と、取り込めない商品を見る
  miseban import shop --account main",
    },
    Help {
        path: "import ecauto",
        about: "前のシステムのデータベース(SQLiteファイル)から出品を引き継ぎます

--apply を付けなければ、どうなるかを表示するだけです。取り込まない行は、理由ごとに件数を表示します。
ファイルは読むだけです。価格と在庫は引き継がず、最初の実行でAmazonに問い合わせます。",
        args: &[
            ("file", "前のシステムのSQLiteファイル(読むだけ)"),
            ("apply", "取り込みます。付けなければ表示するだけです"),
            JSON,
        ],
        examples: "例:
  miseban import ecauto products.db             取り込めるものと、問題のある行を見る
  miseban import ecauto products.db --apply     取り込む",
    },
];
