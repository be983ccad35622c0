//! The HTTP server: one port for all vendors.
//!
//! One lock protects the world. It is never held across an await. Whoever takes it sees the present
//! time, which does not move while it is held.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::http::{HttpRequest, parse_form};
use crate::kept_world::KeptWorld;
use crate::opening::{accounts_toml, listings_csv, opening_accounts, opening_listings};
use crate::operation::Operation;
use crate::pending_answer::PendingAnswer;
use crate::state_file::StateFileError;
use crate::transmit;

/// Larger bodies are refused. The largest request of any vendor has a few kilobytes.
const MAX_BODY_BYTES: usize = 4 << 20;
/// The base URL of a simulator without a listener, which no request over the network reaches.
const IN_PROCESS: &str = "http://simulator.invalid";
/// How long [`Simulator::stop`] waits for responses that are being sent.
const GRACE: Duration = Duration::from_millis(500);

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorStartError {
    /// The address is in use or does not exist.
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    /// The file that keeps the world cannot be used.
    #[error(transparent)]
    StateFile(#[from] StateFileError),
}

/// A running simulator. It ends by [`Simulator::stop`], or when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    url: String,
    config: Config,
    shared: Arc<Mutex<KeptWorld>>,
    stopping: watch::Sender<bool>,
    /// `None` without a listener.
    serving: Option<JoinHandle<()>>,
}

#[derive(Debug, Clone)]
struct ServerState {
    world: Arc<Mutex<KeptWorld>>,
    stopping: watch::Receiver<bool>,
}

impl Simulator {
    /// Creates the world of `config` and serves it on `config.listen`.
    pub async fn start(config: Config) -> Result<Self, SimulatorStartError> {
        let (listener, address) = listen(config.listen).await?;
        let world = KeptWorld::new(config.clone());
        Ok(Self::run(listener, address, config, world))
    }

    /// Creates the world of `config` without a listener: [`Simulator::receive`] answers its requests.
    pub fn in_process(config: Config) -> Self {
        Self {
            url: IN_PROCESS.to_owned(),
            shared: Arc::new(Mutex::new(KeptWorld::new(config.clone()))),
            config,
            stopping: watch::channel(false).0,
            serving: None,
        }
    }

    /// Lets the vendor of `request` act, as if it had arrived over a socket. The answer is the caller's to
    /// send.
    pub fn receive(&self, request: axum::http::Request<Bytes>) -> PendingAnswer {
        let (head, body) = request.into_parts();
        let request = received(head, body);
        let operation = Operation::of(&request.method, &request.path);
        PendingAnswer::new(operation, self.world().answer(&request))
    }

    /// Serves the world that the file at `state` keeps, or begins it. What was answered holds after the
    /// next start, also if the process is killed.
    pub async fn resume(config: Config, state: &Path) -> Result<Self, SimulatorStartError> {
        let (listener, address) = listen(config.listen).await?;
        let world = KeptWorld::open(state, &config)?;
        Ok(Self::run(listener, address, config, world))
    }

    fn run(listener: TcpListener, address: SocketAddr, config: Config, world: KeptWorld) -> Self {
        let shared = Arc::new(Mutex::new(world));
        let (stopping, stopped) = watch::channel(false);
        let served = ServerState {
            world: Arc::clone(&shared),
            stopping: stopped.clone(),
        };
        let router = Router::new().fallback(serve).with_state(served);
        let listener = listener.tap_io(|stream| {
            // Otherwise small responses wait for the client's acknowledgement.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "could not set TCP_NODELAY");
            }
        });
        let serving = tokio::spawn(async move {
            let graceful = axum::serve(listener, router)
                .with_graceful_shutdown(stop_signal(stopped.clone()))
                .into_future();
            let deadline = async {
                stop_signal(stopped).await;
                tokio::time::sleep(GRACE).await;
            };
            tokio::select! {
                _ = graceful => {}
                () = deadline => {}
            }
        });
        Self {
            url: format!("http://{address}"),
            config,
            shared,
            stopping,
            serving: Some(serving),
        }
    }

    /// Its base URL, without a slash at the end: `http://127.0.0.1:9000`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The listings that the world begins with, as `simulator listings` prints them.
    pub fn listings_csv(&self) -> String {
        listings_csv(&opening_listings(&self.config))
    }

    /// The accounts file, as `simulator accounts` prints it.
    pub fn accounts_toml(&self) -> String {
        accounts_toml(&opening_accounts(self.config.seed, self.config.accounts))
    }

    /// Stops listening, and waits at most half a second for responses that are being sent.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        if let Some(serving) = self.serving.take()
            && let Err(error) = serving.await
        {
            tracing::warn!(%error, "the server task failed");
        }
        self.world().close();
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, KeptWorld> {
        lock(&self.shared)
    }
}

/// Ends when the simulator is stopped or dropped.
async fn stop_signal(mut stopping: watch::Receiver<bool>) {
    // An error means that the simulator was dropped, which is the other reason to end.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), SimulatorStartError> {
    let failed = |source| SimulatorStartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Ignores poisoning: a request that panicked must not fail all later ones.
fn lock(world: &Mutex<KeptWorld>) -> MutexGuard<'_, KeptWorld> {
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    world.tick();
    world
}

async fn serve(State(served): State<ServerState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return transmit::empty(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let answer = lock(&served.world).answer(&received(head, body));
    tokio::select! {
        response = transmit::respond(answer) => response,
        () = stop_signal(served.stopping) => transmit::empty(StatusCode::SERVICE_UNAVAILABLE),
    }
}

fn received(head: Parts, body: Bytes) -> HttpRequest {
    HttpRequest {
        path: decoded(head.uri.path()),
        query: parse_form(head.uri.query().unwrap_or_default().as_bytes()),
        method: head.method,
        headers: head.headers,
        body,
    }
}

/// Decodes percent-encoding. A path that does not decode to UTF-8 is returned unchanged.
fn decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = path.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        plain.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(plain).unwrap_or_else(|_| path.to_owned())
}
