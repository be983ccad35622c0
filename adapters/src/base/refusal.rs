//! Sorts an answer of BASE without an item, once and for all callers.
//!
//! Source: BASE API documentation, error list of the item calls. Every error comes under HTTP 400,
//! and is told apart by its `error`; only `invalid_request` means both a bad token and an item that
//! the API may not edit, and there the text has to decide.

use super::decode::NoItem;
use crate::http::HttpError;
use shared::domain::quota::Window;
use shared::ports::shop::ShopError;

/// What a refused call means.
pub(super) enum Refusal {
    /// The access token is not accepted; another one may be.
    Token,
    /// The quota of the window is used up.
    Quota(Window),
    /// All else.
    Call(ShopError),
}

pub(super) fn sort(refused: &NoItem) -> Refusal {
    let (status, code, description) = match refused {
        NoItem::Unreadable(what) => {
            return Refusal::Call(ShopError::Unavailable(what.clone()));
        }
        NoItem::Told {
            status,
            code,
            description,
        } => (*status, code.as_str(), description.as_str()),
    };
    match code {
        "hour_api_limit" => return Refusal::Quota(Window::Hour),
        "day_api_limit" => return Refusal::Quota(Window::Day),
        _ => {}
    }
    // A front-end in distress may say anything; nothing may be taken for deleted by that.
    if status >= 500 || status == 429 || code == "db_error" {
        return Refusal::Call(ShopError::Unavailable(format!("http {status} {code}")));
    }
    let code_text = code.to_owned();
    Refusal::Call(match code {
        "invalid_request" if description.contains("アクセストークン") => {
            return Refusal::Token;
        }
        "invalid_request" if names_item_kind(description) => ShopError::NotEditable(code_text),
        "bad_item_id" | "no_item_id" | "no_item" => ShopError::UnknownItem(code_text),
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

/// An answer that did not come, or not whole.
pub(super) fn unread(error: &HttpError) -> ShopError {
    ShopError::Unavailable(error.to_string())
}
