//! A TCP proxy to a server on this machine that does to connections what networks, proxies and
//! fail-overs do: it cuts, refuses, delays and swallows them, and leads new ones elsewhere.

use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::Instant;

/// Each test binary uses other methods; this line uses all of them, for the compiler.
const _: () = {
    let _ = (TcpProxy::to, TcpProxy::port, TcpProxy::cut);
    let _ = (TcpProxy::lead_to, TcpProxy::refuse);
    let _ = (TcpProxy::swallow, TcpProxy::delay);
};

/// Listens on its own port and forwards connections until the runtime of the test ends.
pub struct TcpProxy {
    port: u16,
    road: watch::Sender<Road>,
    cut: broadcast::Sender<()>,
}

/// What happens to connections at present.
#[derive(Debug, Clone, Copy)]
struct Road {
    server: u16,
    refuses: bool,
    swallows: bool,
    delay: Duration,
}

impl TcpProxy {
    /// A proxy to the port `server`, which need not be open yet.
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let (cut, _) = broadcast::channel(1);
        let (road, seen) = watch::channel(Road {
            server,
            refuses: false,
            swallows: false,
            delay: Duration::ZERO,
        });
        tokio::spawn(accept(listener, seen, cut.clone()));
        Self { port, road, cut }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts all connections, also in the middle of a message.
    pub fn cut(&self) {
        // Fails without open connections, which is fine.
        let _ = self.cut.send(());
    }

    /// Leads new connections to the port `server`; open ones stay where they are.
    pub fn lead_to(&self, server: u16) {
        self.road.send_modify(|road| road.server = server);
    }

    /// Whether new connections are closed as soon as they are accepted; open ones stay.
    pub fn refuse(&self, refuses: bool) {
        self.road.send_modify(|road| road.refuses = refuses);
    }

    /// Whether bytes are acknowledged and forwarded to nobody, in both directions. A connection
    /// that lost bytes stays silent for good; new ones, too, as long as this is on.
    pub fn swallow(&self, swallows: bool) {
        self.road.send_modify(|road| road.swallows = swallows);
    }

    /// The time that bytes spend on the road, in each direction; a round trip takes twice as long.
    pub fn delay(&self, delay: Duration) {
        self.road.send_modify(|road| road.delay = delay);
    }
}

async fn accept(listener: TcpListener, road: watch::Receiver<Road>, cut: broadcast::Sender<()>) {
    loop {
        let Ok((here, _)) = listener.accept().await else {
            continue;
        };
        let now = *road.borrow();
        if now.refuses {
            continue;
        }
        let (road, mut cut) = (road.clone(), cut.subscribe());
        tokio::spawn(async move {
            let Ok(there) = TcpStream::connect(("127.0.0.1", now.server)).await else {
                return;
            };
            let _ = (here.set_nodelay(true), there.set_nodelay(true));
            let (questions, to_client) = here.into_split();
            let (answers, to_server) = there.into_split();
            tokio::select! {
                () = async { tokio::join!(
                    forward(questions, to_server, road.clone()),
                    forward(answers, to_client, road),
                ); } => {}
                _ = cut.recv() => {}
            }
        });
    }
}

/// Forwards one direction. Bytes wait for their delay in a channel, so that a slow road does not
/// become a narrow one.
async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, road: watch::Receiver<Road>) {
    let (sender, mut waiting) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let take = async move {
        let mut lost = false;
        let mut bytes = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut bytes).await {
            let now = *road.borrow();
            lost |= now.swallows;
            let due = Instant::now() + now.delay;
            if !lost && sender.send((due, bytes[..length].to_vec())).is_err() {
                break;
            }
        }
        if lost {
            // The peer's end is swallowed, too: the other side hears nothing any more.
            std::future::pending::<()>().await;
        }
    };
    let give = async move {
        while let Some((due, bytes)) = waiting.recv().await {
            tokio::time::sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(take, give);
}
