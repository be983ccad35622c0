//! The error answers of BASE: HTTP 400 whatever it is, a code, and a text in Japanese.

use serde::Serialize;

use crate::faults::{FaultKind, Struck};
use crate::http::Reply;
use crate::quota::Refusal;

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: &'a str,
}

pub fn reply(error: &str, error_description: &str) -> Reply {
    with_status(400, error, error_description)
}

fn with_status(status: u16, error: &str, error_description: &str) -> Reply {
    Reply::json(
        status,
        &ErrorBody {
            error,
            error_description,
        },
    )
}

pub fn bad_token() -> Reply {
    reply("invalid_request", "アクセストークンが無効です。")
}

pub fn bad_item() -> Reply {
    reply("bad_item_id", "不正なitem_idです。")
}

pub fn no_item_id() -> Reply {
    reply("no_item_id", "item_idは必須です。")
}

pub fn validation() -> Reply {
    reply("validation_error", "入力値が不正です。")
}

pub fn limit(refusal: Refusal) -> Reply {
    let error = match refusal {
        Refusal::Hour => "hour_api_limit",
        Refusal::Day => "day_api_limit",
    };
    reply(error, text_of(error))
}

/// BASE's words; the texts of the hour and the day are literal.
fn text_of(error: &str) -> &'static str {
    match error {
        "hour_api_limit" => {
            "1時間のAPIの利用上限を超えました。時間が変わってからもう一度アクセスしてください。"
        }
        "day_api_limit" => {
            "1日のAPIの利用上限を超えました。日付が変わってからもう一度アクセスしてください。"
        }
        "db_error" => "データベースエラーが発生しました。",
        "bad_item_id" => "不正なitem_idです。",
        "no_item" => "商品が存在しません。",
        "validation_error" => "入力値が不正です。",
        "invalid_request" => "アクセストークンが無効です。",
        _ => "エラーが発生しました。",
    }
}

/// The answer that a fault puts in the place of the call, if there is one.
pub fn instead(struck: &Struck) -> Option<Reply> {
    if struck.has(FaultKind::Throttle) {
        return Some(limit(Refusal::Hour));
    }
    if struck.has(FaultKind::Forbidden) {
        return Some(bad_token());
    }
    if let Some(fault) = struck.find(FaultKind::BaseError) {
        let error = fault.error.as_deref().unwrap_or("db_error");
        return Some(with_status(
            fault.status.unwrap_or(400),
            error,
            text_of(error),
        ));
    }
    if let Some(fault) = struck.find(FaultKind::Status) {
        return Some(with_status(
            fault.status.unwrap_or(503),
            "server_error",
            "サーバーエラー",
        ));
    }
    struck.html()
}
