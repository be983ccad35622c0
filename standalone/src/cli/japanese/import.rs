//! `import` in Japanese.

use super::help::{Help, JSON};

pub(super) const HELPS: &[Help] = &[
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
];
