//! A TCP proxy to a server on this machine, whose connections tests can cut.

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;

/// Listens on its own port and forwards connections until the runtime of the test ends.
pub struct TcpProxy {
    port: u16,
    cut: broadcast::Sender<()>,
}

impl TcpProxy {
    /// A proxy to the port `server`, which need not be open yet.
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let (cut, _) = broadcast::channel(1);
        tokio::spawn(forward(listener, server, cut.clone()));
        Self { port, cut }
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
}

async fn forward(listener: TcpListener, server: u16, cut: broadcast::Sender<()>) {
    loop {
        let Ok((mut here, _)) = listener.accept().await else {
            continue;
        };
        let mut cut = cut.subscribe();
        tokio::spawn(async move {
            let Ok(mut there) = TcpStream::connect(("127.0.0.1", server)).await else {
                return;
            };
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut here, &mut there) => {}
                _ = cut.recv() => {}
            }
        });
    }
}
