//! The way to a server on this machine: bytes go through until somebody cuts it.

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;

/// Listens on a port of its own and passes on what comes, for as long as the test's runtime lives.
pub struct Street {
    port: u16,
    cut: broadcast::Sender<()>,
}

impl Street {
    /// A street to `server` on this machine, which need not be there yet.
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let (cut, _) = broadcast::channel(1);
        tokio::spawn(let_through(listener, server, cut.clone()));
        Self { port, cut }
    }

    /// Where it begins.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends all connections, in the middle of whatever goes over them.
    pub fn cut(&self) {
        // Where nobody is on the way, nobody hears of it.
        let _ = self.cut.send(());
    }
}

async fn let_through(listener: TcpListener, server: u16, cut: broadcast::Sender<()>) {
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
