//! OAuth of BASE: gives the browser a code, exchanges a code or a refresh token for tokens.

use serde_json::json;

use super::error;
use crate::faults::FaultKind;
use crate::http::{HttpRequest, HttpResponse, find, parse_form};
use crate::operation::Operation;
use crate::state::{BaseTokenPair, World};

/// The scopes that a client may request.
const SCOPES: &[&str] = &[
    "read_users",
    "read_users_mail",
    "read_items",
    "read_orders",
    "read_savings",
    "write_items",
    "write_orders",
];

/// Answers `GET /1/oauth/authorize`. The shop owner agrees at once, or refuses if there is a fault
/// `forbidden`.
pub fn authorize(world: &mut World, request: &HttpRequest) -> HttpResponse {
    let (Some(client), Some(back)) = (request.query("client_id"), request.query("redirect_uri"))
    else {
        return error::response("invalid_request", "必須パラメータが不足しています。");
    };
    if request.query("response_type") != Some("code") {
        return error::response("invalid_request", "response_typeが不正です。");
    }
    let Some(shop) = world.shops.iter().position(|shop| shop.client_id == client) else {
        return error::response("unauthorized_client", "登録されていないclient_idです。");
    };
    let scopes = request.query("scope").unwrap_or("read_users");
    if !scopes.split(' ').all(|scope| SCOPES.contains(&scope)) {
        return error::response("invalid_scope", "scopeが不正です。");
    }
    let id = world.shops[shop].id.clone();
    let operation = Operation::BaseAuthorize;
    let faults = world.faults.for_call(operation, request, &id);
    let code = world.random.hex();
    let mut pairs = if faults.has(FaultKind::Forbidden) {
        vec![("error", "access_denied")]
    } else {
        let now = world.clock.elapsed_nanos();
        world
            .base_tokens
            .add_code(code.clone(), shop, back.to_owned(), now);
        vec![("code", code.as_str())]
    };
    pairs.extend(request.query("state").map(|state| ("state", state)));
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    let mark = if back.contains('?') { '&' } else { '?' };
    HttpResponse::text(302, "text/html", "").with_header("Location", format!("{back}{mark}{query}"))
}

/// Answers `POST /1/oauth/token`.
pub fn token(world: &mut World, request: &HttpRequest) -> HttpResponse {
    let fields = parse_form(&request.body);
    let client = find(&fields, "client_id").unwrap_or_default();
    let shop = world.shops.iter().position(|shop| shop.client_id == client);
    let account = shop.map_or_else(String::new, |shop| world.shops[shop].id.clone());
    let operation = Operation::BaseToken;
    let faults = world.faults.for_call(operation, request, &account);
    let response = match error::fault_response(&faults) {
        Some(response) => response,
        None => exchange(world, request, &fields, shop),
    };
    faults.apply(response).for_caller(&account)
}

fn exchange(
    world: &mut World,
    request: &HttpRequest,
    fields: &[(String, String)],
    shop: Option<usize>,
) -> HttpResponse {
    let field = |name: &str| find(fields, name).filter(|value| !value.is_empty());
    if !request.is_post() {
        return error::response("access_denied", "POSTメソッドでアクセスしてください。");
    }
    let (Some(_), Some(secret)) = (field("client_id"), field("client_secret")) else {
        return error::response("invalid_request", "client_idとclient_secretは必須です。");
    };
    let Some(shop) = shop.filter(|shop| world.shops[*shop].client_secret == secret) else {
        return error::response("unauthorized_client", "登録されていないclient_idです。");
    };
    let now = world.clock.elapsed_nanos();
    match field("grant_type") {
        Some("refresh_token") => {
            let old = field("refresh_token").unwrap_or_default();
            if !world.base_tokens.use_refresh(old, shop, now) {
                return error::response("invalid_request", "リフレッシュトークンが無効です。");
            }
        }
        Some("authorization_code") => {
            let code = field("code").unwrap_or_default();
            let back = field("redirect_uri").unwrap_or_default();
            if !world.base_tokens.use_code(code, shop, back, now) {
                return error::response("invalid_request", "認可コードが無効です。");
            }
        }
        _ => return error::response("invalid_request", "grant_typeが不正です。"),
    }
    let pair = BaseTokenPair {
        access: world.random.hex(),
        refresh: world.random.hex(),
    };
    let seconds = world.config.base_access_seconds;
    world.base_tokens.add_pair(&pair, shop, now, seconds);
    let body = json!({"access_token": pair.access, "token_type": "bearer",
        "expires_in": seconds, "refresh_token": pair.refresh});
    HttpResponse::json(200, &body)
}
