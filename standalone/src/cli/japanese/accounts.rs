//! `accounts` in Japanese.

use super::help::{Help, JSON};

pub(super) const HELPS: &[Help] = &[
    Help {
        path: "accounts",
        about: "ショップを管理します: トークンの状態、接続の確認、BASEとの連携",
        args: &[],
        examples: "",
    },
    Help {
        path: "accounts ls",
        about: "ショップ一覧のすべてのショップのトークン、利用上限、商品数を表示します(問い合わせはしません)",
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
有効に保つために使います。serve やワーカーの実行中でも使えます。",
        args: &[("id", "ショップ")],
        examples: "例:
  miseban accounts refresh main",
    },
    Help {
        path: "accounts authorize",
        about: "ショップをBASEと連携します(ブラウザーを使います)

開くアドレスを表示します。ショップ一覧の redirect_uri が http://127.0.0.1:ポート/... なら、応答をこのPCの
そのポートで受け取ります。それ以外なら、ブラウザーが最後に表示したアドレスか、その中の code を貼り付けて
ください。トークンは、完了と表示する前に保存されます。実行中のプログラムは自動で新しいものを使います。",
        args: &[("id", "ショップ"), ("within", "ブラウザーからの応答を待つ秒数")],
        examples: "例:
  miseban accounts authorize main",
    },
];
