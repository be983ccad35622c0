//! OAuth of BASE: gives the browser a code, exchanges a code or a refresh token for tokens.

use serde_json::json;

use super::error;
use crate::faults::FaultKind;
use crate::http::{HttpRequest, HttpResponse, find, parse_form};
use crate::operation::Operation;
use crate::state::{BaseGrant, BaseTokenPair, SimulatedShop, World};

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
        return error::response(
            "unauthorized_client",
            "クライアントが見つかりませんでした。",
        );
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
        let grant = BaseGrant {
            shop,
            scopes: scopes.to_owned(),
        };
        world
            .base_tokens
            .add_code(code.clone(), grant, back.to_owned(), now);
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
    let now = world.clock.elapsed_nanos();
    let client = find(&fields, "client_id").unwrap_or_default();
    let refresh = find(&fields, "refresh_token").unwrap_or_default();
    let of_client = || world.shops.iter().position(|shop| shop.client_id == client);
    let shop = match world.base_tokens.of_refresh(refresh, now) {
        Some(grant) => Some(grant.shop),
        None => of_client(),
    };
    let account = shop.map_or_else(String::new, |shop| world.shops[shop].id.clone());
    let operation = Operation::BaseToken;
    let faults = world.faults.for_call(operation, request, &account);
    let response = match error::fault_response(&faults) {
        Some(response) => response,
        None => match exchange(world, request, &fields) {
            Ok(pair) => error::late_response(&faults).unwrap_or(pair),
            Err((error, text)) => error::response(error, text),
        },
    };
    faults.apply(response).for_caller(&account)
}

/// The texts are BASE's own (source: BASE API documentation, `oauth/token`): eight of them come under
/// `invalid_request`.
fn exchange(
    world: &mut World,
    request: &HttpRequest,
    fields: &[(String, String)],
) -> Result<HttpResponse, (&'static str, &'static str)> {
    let field = |name: &str| find(fields, name).filter(|value| !value.is_empty());
    let invalid = |text| ("invalid_request", text);
    if !request.is_post() {
        return Err(("access_denied", "POSTで送信してください。"));
    }
    let (Some(client), Some(secret)) = (field("client_id"), field("client_secret")) else {
        return Err(invalid("client_idもしくはclient_secretがありません。"));
    };
    let same = |shop: &SimulatedShop| shop.client_id == client && shop.client_secret == secret;
    let Some(of_client) = world.shops.iter().position(same) else {
        return Err((
            "unauthorized_client",
            "クライアントが見つかりませんでした。",
        ));
    };
    let now = world.clock.elapsed_nanos();
    let back = field("redirect_uri");
    let grant = match field("grant_type") {
        Some("refresh_token") => {
            let parameters = field("refresh_token").filter(|_| {
                // Whether the address is the registered one is not known here.
                back.is_some() || !world.config.base_requires_redirect_uri
            });
            let old = parameters.ok_or_else(|| invalid("不正なパラメーターです。"))?;
            // An application may serve many shops: the token names the shop.
            let grant = world.base_tokens.of_refresh(old, now);
            let grant = grant
                .filter(|grant| same(&world.shops[grant.shop]))
                .cloned();
            let grant = grant.ok_or_else(|| invalid("不正なリフレッシュトークンです。"))?;
            world.base_tokens.use_refresh(old);
            grant
        }
        Some("authorization_code") => {
            let (Some(code), Some(back)) = (field("code"), back) else {
                return Err(invalid("不正なパラメーターです。"));
            };
            let grant = world.base_tokens.use_code(code, of_client, back, now);
            grant.ok_or_else(|| invalid("不正な認可コードです。"))?
        }
        _ => return Err(invalid("不正なgrant_typeです。")),
    };
    Ok(new_pair(world, grant, now))
}

fn new_pair(world: &mut World, grant: BaseGrant, now: u64) -> HttpResponse {
    let pair = BaseTokenPair {
        access: world.random.hex(),
        refresh: world.random.hex(),
    };
    let seconds = world.config.base_access_seconds;
    world.base_tokens.add_pair(&pair, grant, now, seconds);
    let body = json!({"access_token": pair.access, "token_type": "bearer",
        "expires_in": seconds, "refresh_token": pair.refresh});
    HttpResponse::json(200, &body)
}
