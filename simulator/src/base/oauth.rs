//! The authorization of BASE: a code for the browser, tokens for the code, new tokens for old.

use serde::Serialize;

use super::error;
use crate::faults::{FaultKind, Struck};
use crate::http::{Incoming, Reply, find, parse_form};
use crate::operation::Operation;
use crate::state::{Pair, World};

#[derive(Serialize)]
struct TokenAnswer<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u32,
    refresh_token: &'a str,
}

/// What may be asked for.
const SCOPES: &[&str] = &[
    "read_users",
    "read_users_mail",
    "read_items",
    "read_orders",
    "read_savings",
    "write_items",
    "write_orders",
];

/// Answers `GET /1/oauth/authorize`: the shop keeper says yes at once, and no under a fault `forbidden`.
pub fn authorize(world: &mut World, incoming: &Incoming) -> Reply {
    let (Some(client), Some(back)) = (incoming.query("client_id"), incoming.query("redirect_uri"))
    else {
        return error::reply("invalid_request", "必須パラメータが不足しています。");
    };
    if incoming.query("response_type") != Some("code") {
        return error::reply("invalid_request", "response_typeが不正です。");
    }
    let Some(shop) = world.shops.iter().position(|shop| shop.client_id == client) else {
        return error::reply("unauthorized_client", "登録されていないclient_idです。");
    };
    let scopes = incoming.query("scope").unwrap_or("read_users");
    if !scopes.split(' ').all(|scope| SCOPES.contains(&scope)) {
        return error::reply("invalid_scope", "scopeが不正です。");
    }
    let id = world.shops[shop].id.clone();
    let struck = world.faults.strike(Operation::BaseAuthorize, incoming, &id);
    let code = world.chance.hex();
    let mut pairs = if struck.has(FaultKind::Forbidden) {
        vec![("error", "access_denied")]
    } else {
        let now = world.clock.elapsed_nanos();
        world
            .base_tokens
            .keep_code(code.clone(), shop, back.to_owned(), now);
        vec![("code", code.as_str())]
    };
    pairs.extend(incoming.query("state").map(|state| ("state", state)));
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    let mark = if back.contains('?') { '&' } else { '?' };
    Reply::text(302, "text/html", "").with_header("Location", format!("{back}{mark}{query}"))
}

/// Answers `POST /1/oauth/token`.
pub fn token(world: &mut World, incoming: &Incoming) -> Reply {
    let mut fields = parse_form(&incoming.body);
    fields.extend(basic_auth(incoming));
    let client = find(&fields, "client_id").unwrap_or_default();
    let shop = world.shops.iter().position(|shop| shop.client_id == client);
    let who = shop
        .map(|shop| world.shops[shop].id.clone())
        .unwrap_or_default();
    let struck: Struck = world.faults.strike(Operation::BaseToken, incoming, &who);
    let mut reply = match error::instead(&struck) {
        Some(reply) => reply,
        None => exchange(world, incoming, &fields, shop),
    };
    reply.note.who = Some(who);
    struck.deliver(reply)
}

fn exchange(
    world: &mut World,
    incoming: &Incoming,
    fields: &[(String, String)],
    shop: Option<usize>,
) -> Reply {
    let field = |name: &str| find(fields, name).filter(|value| !value.is_empty());
    if !incoming.is_post() {
        return error::reply("access_denied", "POSTメソッドでアクセスしてください。");
    }
    let (Some(_), Some(secret)) = (field("client_id"), field("client_secret")) else {
        return error::reply("invalid_request", "client_idとclient_secretは必須です。");
    };
    let Some(shop) = shop.filter(|shop| world.shops[*shop].client_secret == secret) else {
        return error::reply("unauthorized_client", "登録されていないclient_idです。");
    };
    let now = world.clock.elapsed_nanos();
    match field("grant_type") {
        Some("refresh_token") => {
            let old = field("refresh_token").unwrap_or_default();
            if !world.base_tokens.use_refresh(old, shop, now) {
                return error::reply("invalid_request", "リフレッシュトークンが無効です。");
            }
        }
        Some("authorization_code") => {
            let code = field("code").unwrap_or_default();
            let back = field("redirect_uri").unwrap_or_default();
            if !world.base_tokens.use_code(code, shop, back, now) {
                return error::reply("invalid_request", "認可コードが無効です。");
            }
        }
        _ => return error::reply("invalid_request", "grant_typeが不正です。"),
    }
    let pair = Pair {
        access: world.chance.hex(),
        refresh: world.chance.hex(),
    };
    let lives = world.config.base_access_seconds;
    world.base_tokens.keep(&pair, shop, now, lives);
    let answer = TokenAnswer {
        access_token: &pair.access,
        token_type: "bearer",
        expires_in: lives,
        refresh_token: &pair.refresh,
    };
    Reply::json(200, &answer)
}

/// Client id and secret of HTTP Basic, which BASE takes as well.
fn basic_auth(incoming: &Incoming) -> Vec<(String, String)> {
    let code = incoming
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
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for digit in text.trim().trim_end_matches('=').chars() {
        let value = u32::try_from(DIGITS.find(digit)?).ok()?;
        bits = bits << 6 & 0xFFFF | value;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).ok()?);
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
