//! The vendor: a bucket of one token behind a path of 55 ms with 3 ms of jitter, as
//! `docs/limiter.md` assumes. It listens on a port for other processes. A request is one byte; the
//! response is one byte, whether it was refused, and eight bytes, the period in microseconds.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const ONE_WAY: Duration = Duration::from_millis(55);
/// Twenty equally likely delays on the way in microseconds, log-normal about 3 ms.
const JITTER: [u64; 20] = [
    930, 1_260, 1_500, 1_720, 1_900, 2_090, 2_290, 2_480, 2_680, 2_890, 3_110, 3_360, 3_640, 3_930,
    4_300, 4_730, 5_240, 5_980, 7_120, 9_730,
];

/// Accepts what arrives a period after the last that was accepted.
pub struct Vendor {
    address: SocketAddr,
    period: Mutex<Duration>,
    dice: AtomicU64,
    book: Mutex<Book>,
}

/// The requests since the book was opened.
#[derive(Default)]
pub struct Book {
    last: Option<Instant>,
    pub accepted: u32,
    pub refused: u32,
    /// The longest time between two accepted requests.
    pub longest: Duration,
}

impl Vendor {
    /// Starts to listen.
    pub async fn open(period: Duration) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let vendor = Arc::new(Self {
            address: listener.local_addr().unwrap(),
            period: Mutex::new(period),
            dice: AtomicU64::new(7),
            book: Mutex::default(),
        });
        let here = Arc::clone(&vendor);
        tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let here = Arc::clone(&here);
                // A killed caller closes its connection.
                tokio::spawn(async move { here.serve(caller).await.ok() });
            }
        });
        vendor
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn period(&self) -> Duration {
        *self.period.lock().unwrap()
    }

    /// Grants another rate from now on.
    pub fn grant(&self, period: Duration) {
        *self.period.lock().unwrap() = period;
    }

    /// The requests so far; the next book starts empty.
    pub fn close_book(&self) -> Book {
        std::mem::take(&mut *self.book.lock().unwrap())
    }

    async fn serve(&self, mut caller: TcpStream) -> std::io::Result<()> {
        caller.set_nodelay(true)?;
        loop {
            caller.read_u8().await?;
            self.way().await;
            let period = self.period();
            let refused = self.book.lock().unwrap().arrive(period);
            self.way().await;
            let mut answer = vec![u8::from(refused)];
            answer.extend(u64::try_from(period.as_micros()).unwrap().to_be_bytes());
            caller.write_all(&answer).await?;
        }
    }

    async fn way(&self) {
        let step = |dice: u64| Some(dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        let dice = self
            .dice
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        let face = usize::try_from((dice.unwrap() >> 33) % 20).unwrap();
        tokio::time::sleep(ONE_WAY + Duration::from_micros(JITTER[face])).await;
    }
}

impl Book {
    fn arrive(&mut self, period: Duration) -> bool {
        let now = Instant::now();
        let since = self.last.map(|last| now - last);
        if since.is_some_and(|since| since < period) {
            self.refused += 1;
            return true;
        }
        self.longest = self.longest.max(since.unwrap_or_default());
        self.last = Some(now);
        self.accepted += 1;
        false
    }
}

/// A connection to the vendor, opened before it is needed.
pub struct Connection(TcpStream);

impl Connection {
    pub async fn to(vendor: SocketAddr) -> Self {
        let stream = TcpStream::connect(vendor).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// Whether the request was refused, and the current period.
    pub async fn request(&mut self) -> (bool, Duration) {
        self.0.write_u8(1).await.unwrap();
        let refused = self.0.read_u8().await.unwrap() == 1;
        let period = Duration::from_micros(self.0.read_u64().await.unwrap());
        (refused, period)
    }
}
