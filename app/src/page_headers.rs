//! The headers of all pages: what a browser may do with them.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::map_response;
use axum::response::Response;

/// The `Content-Security-Policy` of a page that loads nothing.
pub fn nothing() -> HeaderValue {
    HeaderValue::from_static(
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
}

/// Adds the headers to each response of `routes`, also to a refusal: a browser does not store it, shows
/// it in no other page, takes it for no other type, passes its address on to nobody, and loads for it
/// what `policy` allows.
pub fn with_headers(routes: Router, policy: HeaderValue) -> Router {
    let headers = HeaderMap::from_iter([
        (CONTENT_SECURITY_POLICY, policy),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]);
    routes.layer(map_response(move |mut response: Response| {
        let headers = headers.clone();
        async move {
            response.headers_mut().extend(headers);
            response
        }
    }))
}
