//! Who may look at the board: this computer, or whoever knows the password.

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

/// See the head of this file.
#[derive(Clone)]
pub enum BoardAccess {
    /// Whoever asks for this computer by one of its own names. A page of the web that lets its name
    /// lead here (DNS rebinding) asks for another one.
    ThisComputer,
    /// Whoever sends the password of which this is the digest.
    Password([u8; 32]),
}

impl BoardAccess {
    /// Opens to whoever sends `password`, under any user name.
    pub fn password_required(password: &SecretString) -> Self {
        Self::Password(digest(password.expose_secret().as_bytes()))
    }

    /// Stands before `routes`.
    pub fn before(self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self, pass))
    }

    fn opens_to(&self, headers: &HeaderMap) -> bool {
        match self {
            Self::ThisComputer => names_this_computer(headers),
            // Digests are of one length, whatever was sent.
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
                "the password is BOARD_PASSWORD, the user name any\n",
            )
                .into_response(),
        }
    }
}

async fn pass(State(access): State<BoardAccess>, request: Request, next: Next) -> Response {
    if access.opens_to(request.headers()) {
        next.run(request).await
    } else {
        access.refusal()
    }
}

fn digest(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// The password of `Authorization: Basic`, which holds the user name, a colon, and it.
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

fn names_this_computer(headers: &HeaderMap) -> bool {
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

    fn asking(header: header::HeaderName, value: &str) -> HeaderMap {
        let value = value.parse().expect("a header");
        HeaderMap::from_iter([(header, value)])
    }

    #[test]
    fn without_a_password_only_names_of_this_computer_are_answered() {
        let opens = |host| BoardAccess::ThisComputer.opens_to(&asking(header::HOST, host));

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
        assert!(!BoardAccess::ThisComputer.opens_to(&HeaderMap::new()));
    }

    #[test]
    fn the_password_opens_under_any_name_and_nothing_else_does() {
        let access = BoardAccess::password_required(&SecretString::from("a:pass:word"));
        let sent = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        let opens = |value: &str| access.opens_to(&asking(header::AUTHORIZATION, value));

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
        assert!(!access.opens_to(&asking(header::HOST, "127.0.0.1")));
    }
}
