//! Accepts the connections of a page that anyone may open: not too many at once, and none that
//! stays idle, so that the file descriptors of the process are kept for its work.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep};

/// Connections at a time; the oldest is closed for a new one, so that idle ones never keep out the
/// probe of a supervisor.
const MOST: usize = 32;

/// A connection on which nothing was sent for this long is closed: it is idle, its request comes
/// too slowly, or its answer is not read. Event streams send something every 15 s.
const IDLE: Duration = Duration::from_secs(30);

/// Listens for the connections of a page.
pub struct PageListener {
    listener: TcpListener,
    /// In the order of their acceptance; a connection is closed by its sender.
    open: VecDeque<oneshot::Sender<()>>,
}

impl From<TcpListener> for PageListener {
    fn from(listener: TcpListener) -> Self {
        let open = VecDeque::new();
        Self { listener, open }
    }
}

impl Listener for PageListener {
    type Io = PageStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (PageStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        self.open.retain(|connection| !connection.is_closed());
        while self.open.len() >= MOST {
            // A connection that has ended needs no closing.
            let _ = self.open.pop_front().map(|oldest| oldest.send(()));
        }
        let (kept, displaced) = oneshot::channel();
        self.open.push_back(kept);
        let stream = PageStream {
            stream,
            displaced: Some(displaced),
            idle: Box::pin(sleep(IDLE)),
        };
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, PageListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, PageListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// One connection, which fails once it is idle or displaced.
pub struct PageStream {
    stream: TcpStream,
    /// Ends without a word when the listener is closed: a response that is being sent is finished.
    displaced: Option<oneshot::Receiver<()>>,
    idle: Pin<Box<Sleep>>,
}

impl PageStream {
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let idle = self.idle.as_mut().poll(cx).is_ready();
        let told = self.displaced.as_mut().map(|told| Pin::new(told).poll(cx));
        let displaced = matches!(told, Some(Poll::Ready(Ok(()))));
        if told.is_some_and(|told| told.is_ready()) {
            self.displaced = None;
        }
        if idle || displaced {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }

    fn sent(&mut self) {
        self.idle.as_mut().reset(Instant::now() + IDLE);
    }
}

impl AsyncRead for PageStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for PageStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let count = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.sent();
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let count = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, parts))?;
        self.sent();
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    async fn page() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let routes = Router::new().route("/", get(async || "answered"));
        tokio::spawn(async move { axum::serve(PageListener::from(listener), routes).await });
        address
    }

    async fn connect(to: SocketAddr) -> TcpStream {
        TcpStream::connect(to).await.expect("a connection")
    }

    /// All that is read until the other side closes.
    async fn rest(mut of: TcpStream) -> String {
        let mut text = Vec::new();
        // A reset ends it as well.
        let _ = of.read_to_end(&mut text).await;
        String::from_utf8(text).expect("text")
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_is_idle_or_sends_its_request_too_slowly_is_closed() {
        let address = page().await;
        let (idle, mut slow) = (connect(address).await, connect(address).await);

        for byte in b"GET / HTTP/1.1\r\nhost: a\r\nx: " {
            if slow.write_all(&[*byte]).await.is_err() {
                break;
            }
            sleep(Duration::from_secs(2)).await;
        }

        assert_eq!(rest(idle).await, "");
        assert!(!rest(slow).await.contains("200 OK"));
    }

    #[tokio::test]
    async fn idle_connections_never_keep_out_a_new_one() {
        let address = page().await;
        let mut idle = Vec::new();
        for _ in 0..3 * MOST {
            idle.push(connect(address).await);
        }

        let mut asking = connect(address).await;
        let request = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        asking.write_all(request).await.expect("sent");
        let answer = rest(asking).await;

        assert!(answer.ends_with("answered"), "{answer}");
        // The oldest were closed, long before they were idle for too long.
        for closed in idle.drain(..2 * MOST) {
            assert_eq!(rest(closed).await, "");
        }
    }
}
