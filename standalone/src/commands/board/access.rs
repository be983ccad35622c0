//! Access to the board: from this computer only, or by password.

use super::password::{Attempt, BoardPassword};
use app::page_listener::Peer;
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Which requests are allowed.
#[derive(Clone)]
pub enum BoardAccess {
    /// Requests whose `Host` is a loopback name. A web page that resolves its own name to this
    /// computer (DNS rebinding) sends another `Host`.
    ThisComputer,
    /// Requests with the password.
    Password(Arc<BoardPassword>),
}

impl BoardAccess {
    /// Requires `password`, with any user name.
    pub fn password_required(password: &SecretString) -> Self {
        Self::Password(Arc::new(BoardPassword::new(password)))
    }

    /// Protects `routes`.
    pub fn before(self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self, check))
    }
}

async fn check(
    State(access): State<BoardAccess>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let password = match access {
        BoardAccess::ThisComputer if is_loopback_host(request.headers()) => {
            return next.run(request).await;
        }
        BoardAccess::ThisComputer => return not_this_computer(),
        BoardAccess::Password(password) => password,
    };
    match password.attempt(request.headers(), peer.ip()) {
        Attempt::Known => next.run(request).await,
        Attempt::Right(cookie) => {
            let mut response = next.run(request).await;
            response.headers_mut().append(header::SET_COOKIE, cookie);
            response
        }
        Attempt::Wrong => password_required(),
        Attempt::TooSoon(wait) => too_soon(wait),
    }
}

fn not_this_computer() -> Response {
    (
        StatusCode::MISDIRECTED_REQUEST,
        "ask for http://127.0.0.1 or http://localhost; for other names set BOARD_PASSWORD\n",
    )
        .into_response()
}

fn password_required() -> Response {
    (
        StatusCode::UNAUTHORIZED,
        [(
            header::WWW_AUTHENTICATE,
            "Basic realm=\"miseban\", charset=\"UTF-8\"",
        )],
        "enter BOARD_PASSWORD as password, with any user name\n",
    )
        .into_response()
}

fn too_soon(wait: Duration) -> Response {
    // Rounded up, so that the next attempt is not too soon again.
    let seconds = wait.as_secs() + 1;
    (
        StatusCode::TOO_MANY_REQUESTS,
        [(header::RETRY_AFTER, seconds.to_string())],
        format!("too many wrong passwords: try again in {seconds} s\n"),
    )
        .into_response()
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

    #[test]
    fn without_a_password_only_loopback_hosts_are_allowed() {
        let opens = |host: &str| {
            let host = host.parse().expect("a header");
            is_loopback_host(&HeaderMap::from_iter([(header::HOST, host)]))
        };

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
        assert!(!is_loopback_host(&HeaderMap::new()));
    }
}
