//! A connection that stands before the slot opens. What a handshake takes after the permit, the next
//! request comes closer, and Amazon counts by arrival.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A connection that was silent for so long is used once: gateways close theirs after a minute or
/// more.
const SILENT: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_secs(1);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The connection to one host, as far as it is known to stand.
pub(super) struct Warmth {
    http: reqwest::Client,
    probe: Option<String>,
    used: Mutex<Option<Instant>>,
}

impl Warmth {
    /// Nothing is done for a host without encryption: its connections stand after one round trip.
    pub(super) fn of(http: reqwest::Client, base_url: &str) -> Self {
        let encrypted = base_url.starts_with("https://");
        Self::with_probe(http, encrypted.then(|| format!("{base_url}/")))
    }

    fn with_probe(http: reqwest::Client, probe: Option<String>) -> Self {
        Self {
            http,
            probe,
            used: Mutex::default(),
        }
    }

    /// The host has answered just now.
    pub(super) fn used(&self) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Keeps a connection standing for as long as it is polled; any number of callers share one.
    pub(super) async fn stay(&self) -> Infallible {
        let Some(probe) = &self.probe else {
            return std::future::pending().await;
        };
        loop {
            if self.take_turn() {
                // Apart, since dropping a request in the middle would close its connection.
                tokio::spawn(knock(self.http.clone(), probe.clone()));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Whether the connection has been silent; who hears so has to use it.
    fn take_turn(&self) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = used.is_none_or(|used| used.elapsed() >= SILENT);
        if silent {
            *used = Some(Instant::now());
        }
        silent
    }
}

/// Asks for nothing, on a path that belongs to no operation and so to no quota. Whatever the answer
/// says, the connection stands.
async fn knock(http: reqwest::Client, probe: String) {
    if let Err(error) = http.head(probe).timeout(ANSWER_WITHIN).send().await {
        let error = error.without_url();
        tracing::debug!(%error, "the connection to Amazon could not be opened ahead");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HttpSettings, client};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    /// A host that answers everything with 403; tells the number of the connection for each request.
    async fn host() -> (String, mpsc::UnboundedReceiver<u32>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (heard, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for number in 1.. {
                let (mut caller, _) = listener.accept().await.unwrap();
                let heard = heard.clone();
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    while caller
                        .read(&mut request)
                        .await
                        .is_ok_and(|length| length > 0)
                    {
                        heard.send(number).unwrap();
                        let refused = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
                        caller.write_all(refused).await.unwrap();
                    }
                });
            }
        });
        (url, requests)
    }

    #[tokio::test]
    async fn a_request_after_the_wait_finds_a_connection_that_stands() {
        let (url, mut requests) = host().await;
        let http = client(&HttpSettings::default()).unwrap();
        knock(http.clone(), format!("{url}/")).await;
        http.get(&url).send().await.unwrap();

        assert_eq!(requests.recv().await, Some(1));
        assert_eq!(requests.recv().await, Some(1));
    }

    #[tokio::test]
    async fn of_many_callers_one_knocks_and_only_after_a_silence() {
        tokio::time::pause();
        let http = client(&HttpSettings::default()).unwrap();
        let warmth = Warmth::with_probe(http, Some("http://127.0.0.1:1/".to_owned()));

        let turns = (0..16).filter(|_| warmth.take_turn()).count();
        assert_eq!(turns, 1);
        tokio::time::advance(SILENT / 2).await;
        warmth.used();
        tokio::time::advance(SILENT / 2).await;
        assert!(!warmth.take_turn());
        tokio::time::advance(SILENT / 2).await;
        assert!(warmth.take_turn());
    }

    #[test]
    fn a_host_without_encryption_is_left_alone() {
        let http = client(&HttpSettings::default()).unwrap();

        assert!(
            Warmth::of(http.clone(), "http://127.0.0.1:1")
                .probe
                .is_none()
        );
        assert!(
            Warmth::of(http, "https://sellingpartnerapi-fe.amazon.com")
                .probe
                .is_some()
        );
    }
}
