//! What a person can do about an error of a shop.

use shared::domain::account::{AccountId, NEVER_AUTHORISED};
use shared::ports::shop::ShopError;
use ui::causes::cause;
use ui::labels;
use ui::layout::{clean, when};
use ui::message::{Text, text};

/// The message for `error` of shop `id`, with what to do.
pub fn of(id: &AccountId, error: &ShopError) -> Text {
    match error {
        ShopError::Reauthorise { why, .. } if why == NEVER_AUTHORISED => text!(
            "ショップ {id} は{todo}",
            "account {id} is {todo}",
            todo = labels::never_authorised(id),
        ),
        ShopError::Reauthorise { why, .. } => text!(
            "ショップ {id} は再連携が必要です(理由: {why})。miseban accounts authorize {id} を実行してください",
            "account {id} must be authorised again ({why}): run miseban accounts authorize {id}",
            why = cause(&clean(why)),
        ),
        ShopError::Barred { refusal, .. } => text!(
            "BASEがショップ {id} を受け付けません(理由: {why})。{todo}",
            "BASE refuses account {id} ({why}): {todo}",
            todo = labels::refusal(refusal.party, id),
            why = cause(&clean(&refusal.why)),
        ),
        ShopError::Quota { .. } => text!(
            "ショップ {id} の利用上限に達しています({error})。枠が戻るまで待ってください",
            "account {id} has used up its quota ({error}): wait for the reset",
            error = cause(&error),
        ),
        ShopError::Proxy { until, why } => {
            let until = when(*until);
            text!(
                "ショップ {id} のプロキシが使えません({why})。ショップ一覧の proxy と、プロキシを確かめてください。{until} にもう一度試します",
                "the proxy of account {id} fails ({why}): check the proxy, and the setting proxy in the accounts file; Miseban tries again at {until}",
                why = cause(&why),
            )
        }
        ShopError::TokenRefused { until } => {
            let until = when(*until);
            text!(
                "BASEがショップ {id} の新しいトークンを受け付けません。{until} にもう一度試します。続くときは miseban accounts authorize {id} で再連携してください",
                "BASE rejects the new tokens of account {id}; Miseban tries again at {until}. If this continues: miseban accounts authorize {id}"
            )
        }
        ShopError::Renewing => text!(
            "ショップ {id} のトークンは、別のプログラムが更新しているところです。1分後にもう一度実行してください",
            "another program is refreshing the tokens of account {id}: try again in a minute"
        ),
        ShopError::NoTokens(why) => text!(
            "ショップ {id} のトークンを読み書きできません({why})。少し待ってから、もう一度実行してください",
            "the tokens of account {id} cannot be read or stored ({why}): wait a moment and try again",
            why = cause(&why),
        ),
        ShopError::Refused(code) => text!(
            "BASEがショップ {id} を受け付けません({code})。client_id、client_secret、redirect_uri と、アプリの権限を確かめてください",
            "BASE rejects account {id} ({code}): check client_id, client_secret, redirect_uri and the permissions of the application"
        ),
        other => text!(
            "ショップ {id} につながりません({other})。インターネット接続、BASE_API_BASE_URL、client_id、client_secret を確かめてください",
            "account {id} cannot be reached ({other}): check the internet connection, BASE_API_BASE_URL, client_id and client_secret",
            other = cause(&other),
        ),
    }
}
