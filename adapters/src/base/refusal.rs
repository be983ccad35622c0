//! Decides what an error answer of BASE means, in one place for all calls.
//!
//! Source: BASE API documentation, error list of the item calls. Every error comes under HTTP 400 and is
//! identified by its `error` field; only `invalid_request` means both a bad token and an item that the
//! API may not edit, and there the description decides.

use super::decode::ApiFailure;
use shared::domain::quota::Window;
use shared::ports::shop::ShopError;

/// What a refused call means.
pub(super) enum CallRefusal {
    /// The access token is not accepted; another one may be.
    Token,
    /// The quota of the window is used up, by BASE's error code.
    Quota(Window, &'static str),
    /// Any other error.
    Call(ShopError),
}

pub(super) fn sort(failure: &ApiFailure) -> CallRefusal {
    let (status, code, description) = match failure {
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
    if status >= 500 || status == 429 || code == "db_error" {
        return CallRefusal::Call(ShopError::Unavailable(format!("http {status} {code}")));
    }
    let code_text = code.to_owned();
    CallRefusal::Call(match code {
        "invalid_request" if description.contains("アクセストークン") => {
            return CallRefusal::Token;
        }
        "invalid_request" if names_item_kind(description) => ShopError::NotEditable(code_text),
        "bad_item_id" | "no_item_id" | "no_item" => ShopError::UnknownItem(code_text),
        "validation_error" | "bad_params" | "bad_variation_id" | "invalid_request" => {
            ShopError::ItemRefused(code_text)
        }
        _ => ShopError::Refused(code_text),
    })
}

/// `デジタルコンテンツの商品は編集できません。`, `ClubTの商品は編集できません。`, and the same of
/// other kinds, whose wording is not documented.
fn names_item_kind(description: &str) -> bool {
    ["編集できません", "デジタルコンテンツ", "ClubT"]
        .iter()
        .any(|words| description.contains(words))
}
