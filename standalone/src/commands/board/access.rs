//! Access to the board: from this computer only, or by password (HTTP basic authentication).

use axum::Router;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;
use subtle::ConstantTimeEq as _;

/// Which requests are allowed.
#[derive(Clone)]
pub enum BoardAccess {
    /// Requests whose `Host` is a loopback name. A web page that resolves its own name to this
    /// computer (DNS rebinding) sends another `Host`.
    ThisComputer,
    /// Requests with the password; holds its digest.
    Password([u8; 32]),
}

impl BoardAccess {
    /// Requires `password`, with any user name.
    pub fn password_required(password: &SecretString) -> Self {
        Self::Password(digest(password.expose_secret().as_bytes()))
    }

    /// Protects `routes`.
    pub fn before(self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self, check))
    }

    fn allows(&self, headers: &HeaderMap) -> bool {
        match self {
            Self::ThisComputer => is_loopback_host(headers),
            // Digests have equal length, so the comparison takes constant time.
            Self::Password(expected) => {
                password(headers).is_some_and(|sent| digest(&sent).ct_eq(expected).into())
            }
        }
    }

    fn refusal(&self) -> Response {
        match self {
            Self::ThisComputer => (
                StatusCode::MISDIRECTED_REQUEST,
                "ask for http://127.0.0.1 or http://localhost; for other names set BOARD_PASSWORD\n",
            )
                .into_response(),
            Self::Password(_) => (
                StatusCode::UNAUTHORIZED,
                [(header::WWW_AUTHENTICATE, "Basic realm=\"miseban\", charset=\"UTF-8\"")],
                "enter BOARD_PASSWORD as password, with any user name\n",
            )
                .into_response(),
        }
    }
}

async fn check(State(access): State<BoardAccess>, request: Request, next: Next) -> Response {
    if access.allows(request.headers()) {
        next.run(request).await
    } else {
        access.refusal()
    }
}

fn digest(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// The password of an `Authorization: Basic` header (`user:password` in base 64).
fn password(headers: &HeaderMap) -> Option<Vec<u8>> {
    let sent = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, code) = sent.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let both = BASE64_STANDARD.decode(code.trim()).ok()?;
    let colon = both.iter().position(|byte| *byte == b':')?;
    Some(both[colon + 1..].to_vec())
}

fn is_loopback_host(headers: &HeaderMap) -> bool {
    let asked = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let Some(Ok(authority)) = asked.map(str::parse::<Authority>) else {
        return false;
    };
    let host = authority.host().trim_matches(['[', ']']);
    let address: Option<IpAddr> = host.parse().ok();
    host.eq_ignore_ascii_case("localhost") || address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers_with(header: header::HeaderName, value: &str) -> HeaderMap {
        let value = value.parse().expect("a header");
        HeaderMap::from_iter([(header, value)])
    }

    #[test]
    fn without_a_password_only_loopback_hosts_are_allowed() {
        let opens = |host| BoardAccess::ThisComputer.allows(&headers_with(header::HOST, host));

        for own in ["127.0.0.1:8080", "localhost", "LOCALHOST:80", "[::1]:8080"] {
            assert!(opens(own), "{own}");
        }
        for other in [
            "example.com",
            "localhost.example.com:8080",
            "192.168.1.2",
            "",
            "a b",
        ] {
            assert!(!opens(other), "{other}");
        }
        assert!(!BoardAccess::ThisComputer.allows(&HeaderMap::new()));
    }

    #[test]
    fn the_password_is_accepted_with_any_user_name() {
        let access = BoardAccess::password_required(&SecretString::from("a:pass:word"));
        let sent = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        let opens = |value: &str| access.allows(&headers_with(header::AUTHORIZATION, value));

        for right in ["miseban:a:pass:word", ":a:pass:word"] {
            assert!(opens(&sent(right)), "{right}");
        }
        for wrong in [
            "a:pass:word",
            "miseban:",
            "miseban:a:pass:wor",
            "no colon",
            "",
        ] {
            assert!(!opens(&sent(wrong)), "{wrong}");
        }
        for odd in ["Basic", "Basic %%%", "Bearer a:pass:word"] {
            assert!(!opens(odd), "{odd}");
        }
        assert!(!access.allows(&headers_with(header::HOST, "127.0.0.1")));
    }
}
