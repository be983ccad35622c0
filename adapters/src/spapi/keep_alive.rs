//! Keeps a connection open while a permit is awaited. A handshake after the permit would delay the
//! request, so that the next one follows it too closely, and Amazon counts by arrival.

use crate::http::HttpClient;
use crate::lock::lock;
use std::convert::Infallible;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// A connection that was idle for this long is probed: gateways close idle connections after a minute
/// or more.
const IDLE: Duration = Duration::from_secs(20);
const CHECK_EVERY: Duration = Duration::from_secs(1);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The connection to one host, and when it was last used.
pub(super) struct KeepAlive {
    http: HttpClient,
    probe: Option<String>,
    used: Mutex<Option<Instant>>,
}

impl KeepAlive {
    /// Does nothing for a host without TLS: one round trip opens a connection to it.
    pub(super) fn new(http: HttpClient, base_url: &str) -> Self {
        let encrypted = base_url.starts_with("https://");
        Self::with_probe(http, encrypted.then(|| format!("{base_url}/")))
    }

    fn with_probe(http: HttpClient, probe: Option<String>) -> Self {
        Self {
            http,
            probe,
            used: Mutex::default(),
        }
    }

    /// The host has answered just now.
    pub(super) fn used(&self) {
        *lock(&self.used) = Some(Instant::now());
    }

    /// Keeps a connection open while it is polled; any number of callers share one.
    pub(super) async fn run(&self) -> Infallible {
        let Some(probe) = &self.probe else {
            return std::future::pending().await;
        };
        loop {
            if self.is_due() {
                // In a task of its own, since dropping a request half-way would close its connection.
                tokio::spawn(send_probe(self.http.clone(), probe.clone()));
            }
            tokio::time::sleep(CHECK_EVERY).await;
        }
    }

    /// Whether the connection has been idle. The caller that gets `true` has to send the probe.
    fn is_due(&self) -> bool {
        let mut used = lock(&self.used);
        let idle = used.is_none_or(|used| used.elapsed() >= IDLE);
        if idle {
            *used = Some(Instant::now());
        }
        idle
    }
}

/// Sends a request to a path that belongs to no operation and so to no quota. Any answer means that the
/// connection is open.
async fn send_probe(http: HttpClient, probe: String) {
    let request = http.head(probe).timeout(ANSWER_WITHIN);
    if let Err(error) = http.send(request).await {
        tracing::debug!(%error, "could not open a connection to Amazon in advance");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HttpSettings, client};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    /// A host that answers every request with 403, and reports the number of its connection.
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
    async fn a_request_after_the_wait_uses_the_open_connection() {
        let (url, mut requests) = host().await;
        let http = client(&HttpSettings::default()).unwrap();
        send_probe(http.clone(), format!("{url}/")).await;
        http.get(&url).send().await.unwrap();

        assert_eq!(requests.recv().await, Some(1));
        assert_eq!(requests.recv().await, Some(1));
    }

    #[tokio::test]
    async fn of_many_callers_one_sends_a_probe_and_only_after_idle_time() {
        tokio::time::pause();
        let http = client(&HttpSettings::default()).unwrap();
        let keep_alive = KeepAlive::with_probe(http, Some("http://127.0.0.1:1/".to_owned()));

        let probes = (0..16).filter(|_| keep_alive.is_due()).count();
        assert_eq!(probes, 1);
        tokio::time::advance(IDLE / 2).await;
        keep_alive.used();
        tokio::time::advance(IDLE / 2).await;
        assert!(!keep_alive.is_due());
        tokio::time::advance(IDLE / 2).await;
        assert!(keep_alive.is_due());
    }

    #[test]
    fn a_host_without_encryption_is_not_probed() {
        let http = client(&HttpSettings::default()).unwrap();

        assert!(
            KeepAlive::new(http.clone(), "http://127.0.0.1:1")
                .probe
                .is_none()
        );
        assert!(
            KeepAlive::new(http, "https://sellingpartnerapi-fe.amazon.com")
                .probe
                .is_some()
        );
    }
}
