//! Decides what an error of BASE means, in one place for all calls: whether it concerns the token, the
//! item, the shop, the application or BASE itself.
//!
//! Source: BASE API documentation, error lists of the item calls and of `oauth/token`. Every error comes
//! under HTTP 400 and is identified by its `error` field; only under `invalid_request` the description
//! decides. A person reads the description in any case.

use super::decode::ApiFailure;
use crate::http::excerpt;
use shared::domain::account::{AccountRefusal, RefusedParty};
use shared::domain::quota::Window;
use shared::ports::shop::ShopError;

/// What a refused call means.
pub(super) enum CallRefusal {
    /// The access token is not accepted; another one may be.
    Token,
    /// The quota of the window is used up, by BASE's error code.
    Quota(Window, &'static str),
    /// The token was authorised without the right to this call.
    Scope(String),
    /// Every call of the account gets this answer.
    Account(AccountRefusal),
    /// An error that is not known: of this call, or of every call.
    Unknown(AccountRefusal, ShopError),
    /// Any other error.
    Call(ShopError),
}

pub(super) fn sort(failure: &ApiFailure) -> CallRefusal {
    let (status, code, description) = match failure {
        ApiFailure::Impossible(what) => {
            return CallRefusal::Call(ShopError::Impossible(what.clone()));
        }
        ApiFailure::Unreadable(what) => {
            return CallRefusal::Call(ShopError::Unavailable(what.clone()));
        }
        ApiFailure::Error {
            status,
            code,
            description,
        } => (*status, code.as_str(), description.as_str()),
    };
    match code {
        "hour_api_limit" => return CallRefusal::Quota(Window::Short, "hour_api_limit"),
        "day_api_limit" => return CallRefusal::Quota(Window::Long, "day_api_limit"),
        _ => {}
    }
    // An overloaded front end may answer anything; no item may count as deleted because of it.
    if status >= 500 || status == 429 || matches!(code, "db_error" | "server_error") {
        return CallRefusal::Call(ShopError::Unavailable(format!("http {status} {code}")));
    }
    let why = text(code, description);
    let account = |party| AccountRefusal {
        party,
        why: why.clone(),
    };
    let code_text = code.to_owned();
    CallRefusal::Call(match code {
        "invalid_request" if description.contains("アクセストークン") => {
            return CallRefusal::Token;
        }
        "invalid_scope" => return CallRefusal::Scope(why),
        "access_denied" => return CallRefusal::Account(account(RefusedParty::Shop)),
        "unauthorized_client" | "invalid_client" => {
            return CallRefusal::Account(account(RefusedParty::Application));
        }
        "invalid_request" if names_item_kind(description) => ShopError::NotEditable(code_text),
        "bad_item_id" | "no_item_id" | "no_item" => ShopError::UnknownItem(code_text),
        "validation_error" | "bad_params" | "bad_variation_id" | "invalid_request" => {
            ShopError::ItemRefused(code_text)
        }
        _ => {
            let refusal = account(RefusedParty::Shop);
            return CallRefusal::Unknown(refusal, ShopError::Refused(code_text));
        }
    })
}

/// `デジタルコンテンツの商品は編集できません。`, `ClubTの商品は編集できません。`, and the same of
/// other kinds, whose wording is not documented.
fn names_item_kind(description: &str) -> bool {
    ["編集できません", "デジタルコンテンツ", "ClubT"]
        .iter()
        .any(|words| description.contains(words))
}

/// What a refused exchange of a token means.
pub(super) enum GrantRefusal {
    /// The refresh token or the code is not accepted: a person has to authorise the account again.
    Grant(String),
    /// The shop, the application or the settings are not accepted. The refresh token is still good.
    Account(AccountRefusal),
    /// May pass.
    Unavailable(String),
}

/// Eight texts come under `invalid_request`: only those about the token or the code, and an error without
/// a text, mean that the grant is lost. The others are about the request, such as
/// `不正なパラメーターです。` for one without `redirect_uri`.
pub(super) fn sort_grant(status: u16, code: &str, description: &str) -> GrantRefusal {
    let code = excerpt(code, 60);
    if status >= 500 || status == 429 || matches!(code.as_str(), "server_error" | "db_error") {
        return GrantRefusal::Unavailable(format!("http {status} {code}"));
    }
    let why = text(&code, description);
    let names_grant = description.is_empty()
        || ["トークン", "認可コード"]
            .iter()
            .any(|words| description.contains(words));
    match code.as_str() {
        "invalid_grant" | "invalid_scope" => GrantRefusal::Grant(why),
        "invalid_request" if names_grant => GrantRefusal::Grant(why),
        "access_denied" => GrantRefusal::Account(AccountRefusal {
            party: RefusedParty::Shop,
            why,
        }),
        _ => GrantRefusal::Account(AccountRefusal {
            party: RefusedParty::Application,
            why,
        }),
    }
}

/// The code and the description, which says what to do.
fn text(code: &str, description: &str) -> String {
    let description = excerpt(description, 200);
    if description.is_empty() {
        return code.to_owned();
    }
    format!("{code} {description}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(code: &str, description: &str) -> Option<RefusedParty> {
        match sort_grant(400, code, description) {
            GrantRefusal::Account(refusal) => {
                assert!(refusal.why.contains(description), "{refusal:?}");
                Some(refusal.party)
            }
            GrantRefusal::Grant(why) => {
                assert!(why.contains(description), "{why}");
                None
            }
            GrantRefusal::Unavailable(why) => panic!("{why}"),
        }
    }

    #[test]
    fn only_a_text_about_the_token_or_the_code_loses_the_grant() {
        for lost in [
            "不正なリフレッシュトークンです。",
            "リフレッシュトークンの有効期限が切れています。",
            "不正な認可コードです。",
            "認可コードの有効期限が切れています。",
            "",
        ] {
            assert_eq!(party("invalid_request", lost), None, "{lost}");
        }
        for kept in [
            "不正なgrant_typeです。",
            "不正なパラメーターです。",
            "client_idもしくはclient_secretがありません。",
        ] {
            let found = party("invalid_request", kept);
            assert_eq!(found, Some(RefusedParty::Application), "{kept}");
        }
    }

    #[test]
    fn a_client_is_the_application_and_a_user_is_the_shop() {
        for text in [
            "停止中のクライアントです。",
            "クライアントが見つかりませんでした。",
        ] {
            let found = party("unauthorized_client", text);
            assert_eq!(found, Some(RefusedParty::Application), "{text}");
        }
        let found = party("access_denied", "ユーザーが存在しません。");
        assert_eq!(found, Some(RefusedParty::Shop));
    }

    #[test]
    fn an_outage_of_the_endpoint_is_no_refusal() {
        for (status, code) in [(500, "invalid_request"), (400, "server_error"), (429, "x")] {
            let sorted = sort_grant(status, code, "");
            assert!(matches!(sorted, GrantRefusal::Unavailable(_)), "{code}");
        }
    }
}
