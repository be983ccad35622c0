//! The error responses of BASE: HTTP status 400 for every error, a code, and a text in Japanese.

use serde_json::json;

use crate::faults::{CallFaults, FaultKind};
use crate::http::HttpResponse;
use crate::quota::ShopLimit;

pub fn response(error: &str, error_description: &str) -> HttpResponse {
    with_status(400, error, error_description)
}

fn with_status(status: u16, error: &str, error_description: &str) -> HttpResponse {
    let body = json!({"error": error, "error_description": error_description});
    HttpResponse::json(status, &body)
}

pub fn bad_token() -> HttpResponse {
    response("invalid_request", text_of("invalid_request"))
}

pub fn bad_item() -> HttpResponse {
    response("bad_item_id", text_of("bad_item_id"))
}

pub fn no_item_id() -> HttpResponse {
    response("no_item_id", "item_idは必須です。")
}

pub fn validation() -> HttpResponse {
    response("validation_error", text_of("validation_error"))
}

pub fn limit(limit: ShopLimit) -> HttpResponse {
    let error = match limit {
        ShopLimit::Hour => "hour_api_limit",
        ShopLimit::Day => "day_api_limit",
    };
    response(error, text_of(error))
}

pub fn missing_scope() -> HttpResponse {
    response("invalid_scope", text_of("invalid_scope"))
}

/// The text of an error code. Those of the hourly and the daily limit are BASE's own, as are those of a
/// restricted shop and of a suspended client.
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
        "invalid_scope" => "必要な権限がありません。",
        // Reported for every call of a shop that BASE has restricted.
        "access_denied" => "利用が制限されているユーザーです。",
        "unauthorized_client" => "停止中のクライアントです。",
        _ => "エラーが発生しました。",
    }
}

/// The response with which a fault replaces the call, if one of them does.
pub fn fault_response(faults: &CallFaults) -> Option<HttpResponse> {
    if faults.has(FaultKind::Throttle) {
        return Some(limit(ShopLimit::Hour));
    }
    if faults.has(FaultKind::Forbidden) {
        return Some(bad_token());
    }
    if let Some(fault) = faults.find(FaultKind::BaseError) {
        let error = fault.error.as_deref().unwrap_or("db_error");
        let status = fault.status.unwrap_or(400);
        let description = fault.description.as_deref();
        return Some(with_status(
            status,
            error,
            description.unwrap_or_else(|| text_of(error)),
        ));
    }
    if let Some(fault) = faults.find(FaultKind::Status) {
        let status = fault.status.unwrap_or(503);
        return Some(with_status(status, "server_error", "サーバーエラー"));
    }
    faults.html_response()
}

/// The response with which a fault replaces the one to a call that was executed, if one of them does.
pub fn late_response(faults: &CallFaults) -> Option<HttpResponse> {
    if let Some(fault) = faults.find(FaultKind::LateStatus) {
        let status = fault.status.unwrap_or(500);
        return Some(with_status(status, "server_error", "サーバーエラー"));
    }
    faults.late_html_response()
}
