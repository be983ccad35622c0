//! Receives BASE's redirect of the person's browser on this computer.
//!
//! Listens on loopback only, on the port of the `redirect_uri`, and accepts only a response with
//! the state of this authorisation.

use super::response::AuthorizationResponse;
use app::page_headers;
use app::page_listener::PageListener;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Response};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use ui::message::{Text, text};
use url::{Host, Url};

/// Time for the browser to read its page.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// Listens for the browser.
pub struct CallbackListener {
    responses: mpsc::Receiver<AuthorizationResponse>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

struct CallbackState {
    /// Compared as it is: as a route, a path such as `/:shop` or `/{shop}` would be a pattern.
    path: String,
    expected: String,
    responses: mpsc::Sender<AuthorizationResponse>,
}

impl CallbackListener {
    /// Listens at `redirect_uri` for a response with the state `expected`; `None` when that address
    /// is not on this computer.
    ///
    /// # Errors
    ///
    /// When the port cannot be bound.
    pub async fn open(redirect_uri: &Url, expected: &str) -> io::Result<Option<Self>> {
        let Some(address) = loopback(redirect_uri) else {
            return Ok(None);
        };
        let listener = TcpListener::bind(address).await?;
        let (send, responses) = mpsc::channel(1);
        let state = Arc::new(CallbackState {
            path: redirect_uri.path().to_owned(),
            expected: expected.to_owned(),
            responses: send,
        });
        let routes = Router::new().fallback(receive).with_state(state);
        let routes = page_headers::with_headers(routes, page_headers::nothing());
        let (stop, mut stopped) = watch::channel(false);
        let ended = async move {
            // A dropped sender counts as a stop.
            let _ = stopped.changed().await;
        };
        let server = tokio::spawn(async move {
            let listener = PageListener::from(listener);
            let serving = axum::serve(listener, routes).with_graceful_shutdown(ended);
            if let Err(error) = serving.await {
                tracing::warn!(%error, "the callback listener failed");
            }
        });
        Ok(Some(Self {
            responses,
            stop,
            server,
        }))
    }

    /// The first response with the right state.
    pub async fn response(&mut self) -> Option<AuthorizationResponse> {
        self.responses.recv().await
    }

    /// Lets the browser read its page, then closes the port.
    pub async fn close(self) {
        let _ = self.stop.send(true);
        if tokio::time::timeout(CLOSE_WITHIN, self.server)
            .await
            .is_err()
        {
            tracing::debug!("the browser keeps its connection open; closing without it");
        }
    }
}

/// The loopback address that `url` names; plain HTTP only, since there is no certificate.
fn loopback(url: &Url) -> Option<SocketAddr> {
    let port = url.port_or_known_default()?;
    let address = match url.host()? {
        _ if url.scheme() != "http" => return None,
        Host::Domain(name) if name.eq_ignore_ascii_case("localhost") => {
            IpAddr::from(Ipv4Addr::LOCALHOST)
        }
        Host::Domain(_) => return None,
        Host::Ipv4(address) => address.into(),
        Host::Ipv6(address) => address.into(),
    };
    address
        .is_loopback()
        .then(|| SocketAddr::new(address, port))
}

async fn receive(
    State(state): State<Arc<CallbackState>>,
    method: Method,
    uri: Uri,
    RawQuery(query): RawQuery,
) -> Response {
    if uri.path() != state.path {
        return StatusCode::NOT_FOUND.into_response();
    }
    if method != Method::GET {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let response = AuthorizationResponse::from_query(&query.unwrap_or_default(), &state.expected);
    let (status, message) = match &response {
        Ok(AuthorizationResponse::Code(_)) => (
            StatusCode::OK,
            text!(
                "BASEの応答を受け取りました。この画面を閉じて、店番の画面に戻ってください。",
                "Miseban received the response of BASE. Close this page and go back to Miseban."
            ),
        ),
        Ok(AuthorizationResponse::Denied(_)) => (
            StatusCode::OK,
            text!(
                "許可されませんでした。店番の画面に戻ってください。",
                "Access was denied. Go back to Miseban."
            ),
        ),
        Err(problem) => (StatusCode::BAD_REQUEST, problem.clone()),
    };
    if let Ok(response) = response {
        // The first response counts; a reloaded page changes nothing.
        let _ = state.responses.try_send(response);
    }
    page(status, &message)
}

fn page(status: StatusCode, message: &Text) -> Response {
    let Text { ja, en } = message;
    let page = format!(
        "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><title>店番 Miseban</title>\
         <body><p>{ja}</p><p lang=\"en\">{en}</p></body></html>"
    );
    (status, Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_listened_on() {
        let at = |url: &str| loopback(&Url::parse(url).unwrap()).map(|at| at.to_string());

        assert_eq!(at("http://127.0.0.1:8123/back").unwrap(), "127.0.0.1:8123");
        assert_eq!(at("http://localhost:8123/").unwrap(), "127.0.0.1:8123");
        assert_eq!(at("http://[::1]:8123/").unwrap(), "[::1]:8123");
        for elsewhere in [
            "https://127.0.0.1:8123/",
            "http://0.0.0.0:8123/",
            "http://192.168.0.2:8123/",
            "http://shop.example/back",
        ] {
            assert_eq!(at(elsewhere), None, "{elsewhere}");
        }
    }
}
