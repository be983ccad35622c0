//! OAuth of BASE: gives the browser a code, exchanges a code or a refresh token for tokens.

use serde::Serialize;

use super::error;
use crate::faults::FaultKind;
use crate::http::{HttpRequest, HttpResponse, find, parse_form};
use crate::operation::Operation;
use crate::state::{BaseTokenPair, World};

#[derive(Serialize)]
struct BaseTokenJson<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u32,
    refresh_token: &'a str,
}

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
    let faults = world
        .faults
        .for_call(Operation::BaseAuthorize, request, &id);
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
    let mut fields = parse_form(&request.body);
    fields.extend(basic_auth(request));
    let client = find(&fields, "client_id").unwrap_or_default();
    let shop = world.shops.iter().position(|shop| shop.client_id == client);
    let account = shop
        .map(|shop| world.shops[shop].id.clone())
        .unwrap_or_default();
    let faults = world
        .faults
        .for_call(Operation::BaseToken, request, &account);
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
    let body = BaseTokenJson {
        access_token: &pair.access,
        token_type: "bearer",
        expires_in: seconds,
        refresh_token: &pair.refresh,
    };
    HttpResponse::json(200, &body)
}

/// Client id and secret from HTTP Basic, which BASE accepts as well.
fn basic_auth(request: &HttpRequest) -> Vec<(String, String)> {
    let code = request
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "));
    let text = code.and_then(from_base64).unwrap_or_default();
    match text.split_once(':') {
        Some((id, secret)) => vec![
            ("client_id".to_owned(), id.to_owned()),
            ("client_secret".to_owned(), secret.to_owned()),
        ],
        None => Vec::new(),
    }
}

fn from_base64(text: &str) -> Option<String> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut pending) = (Vec::new(), 0_u32, 0_u32);
    for digit in text.trim().trim_end_matches('=').chars() {
        let value = u32::try_from(DIGITS.find(digit)?).ok()?;
        bits = bits << 6 & 0xFFFF | value;
        pending += 6;
        if pending >= 8 {
            pending -= 8;
            bytes.push(u8::try_from(bits >> pending & 0xFF).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_decoded() {
        assert_eq!(from_base64("aWQ6c2VjcmV0").as_deref(), Some("id:secret"));
        assert_eq!(from_base64("aWQ6cw==").as_deref(), Some("id:s"));
        assert_eq!(from_base64("日本"), None);
    }
}
