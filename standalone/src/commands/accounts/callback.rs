//! Catches the answer that BASE gives to a person's browser, on this computer.
//!
//! Listens on loopback only, on the port of the `redirect_uri`, and takes nothing but an answer that
//! bears the state of this very authorisation.

use super::authorize::Answer;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderName, StatusCode};
use axum::routing::get;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use ui::message::{Text, text};
use url::{Host, Url};

/// The browser has long read its page by then.
const LAST_PAGE: Duration = Duration::from_secs(2);

/// Listens for the browser.
pub struct Catcher {
    answers: mpsc::Receiver<Answer>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

struct Desk {
    expected: String,
    answers: mpsc::Sender<Answer>,
}

impl Catcher {
    /// Listens at `redirect_uri` for an answer with the state `expected`; `None` where that address is
    /// not this computer's.
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    pub async fn open(redirect_uri: &Url, expected: &str) -> io::Result<Option<Self>> {
        let Some(address) = loopback(redirect_uri) else {
            return Ok(None);
        };
        let listener = TcpListener::bind(address).await?;
        let (answers, caught) = mpsc::channel(1);
        let desk = Arc::new(Desk {
            expected: expected.to_owned(),
            answers,
        });
        let routes = Router::new()
            .route(redirect_uri.path(), get(take))
            .with_state(desk);
        let (stop, mut stopped) = watch::channel(false);
        let ended = async move {
            // Whoever opened this is gone: the same as a stop.
            let _ = stopped.changed().await;
        };
        let server = tokio::spawn(async move {
            let serving = axum::serve(listener, routes).with_graceful_shutdown(ended);
            if let Err(error) = serving.await {
                tracing::warn!(%error, "the browser's answer cannot be caught");
            }
        });
        Ok(Some(Self {
            answers: caught,
            stop,
            server,
        }))
    }

    /// The first answer that bears the state.
    pub async fn caught(&mut self) -> Option<Answer> {
        self.answers.recv().await
    }

    /// Lets the browser read its page, and closes the port.
    pub async fn close(self) {
        let _ = self.stop.send(true);
        if tokio::time::timeout(LAST_PAGE, self.server).await.is_err() {
            tracing::debug!("the browser holds its connection; it is left");
        }
    }
}

/// The address of this computer that `url` names; plain http only, since there is no certificate.
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

type Page = (StatusCode, [(HeaderName, &'static str); 3], String);

async fn take(State(desk): State<Arc<Desk>>, RawQuery(query): RawQuery) -> Page {
    let answer = Answer::of_query(&query.unwrap_or_default(), &desk.expected);
    let (status, told) = match &answer {
        Ok(Answer::Code(_)) => (
            StatusCode::OK,
            text!(
                "BASEの答えを受け取りました。この画面を閉じて、店番の画面に戻ってください。",
                "The answer of BASE has arrived. Close this page and go back to Miseban."
            ),
        ),
        Ok(Answer::Denied(_)) => (
            StatusCode::OK,
            text!(
                "認可されませんでした。店番の画面に戻ってください。",
                "It was not authorised. Go back to Miseban."
            ),
        ),
        Err(problem) => (StatusCode::BAD_REQUEST, problem.clone()),
    };
    if let Ok(answer) = answer {
        // The first answer counts; a page that is loaded again has nothing to add.
        let _ = desk.answers.try_send(answer);
    }
    page(status, &told)
}

fn page(status: StatusCode, told: &Text) -> Page {
    let Text { ja, en } = told;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    let page = format!(
        "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><title>店番 Miseban</title>\
         <body><p>{ja}</p><p lang=\"en\">{en}</p></body></html>"
    );
    (status, headers, page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_computer_is_listened_on() {
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
