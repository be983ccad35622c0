//! A process whose callers never rest: this program, started again with its orders as arguments.

use crate::vendor::Connection;
use crate::{CALLERS, limiter, offers, permit};
use adapters::limiter::RedisLimiter;
use adapters::redis::{RedisLink, RedisSettings, connect};
use shared::domain::lane::Priority;
use shared::domain::rate::Feedback;
use shared::ports::limiter::Limiter as _;
use std::net::SocketAddr;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// The first argument of a process that is to work.
const WORD: &str = "works-for-the-bench";

/// A process that works until it is killed, at the latest when this value is dropped.
pub struct Caller(Child);

impl Caller {
    pub fn start(redis: &str, vendor: SocketAddr, period: Duration) -> Self {
        let orders = [
            WORD,
            redis,
            &vendor.to_string(),
            &period.as_micros().to_string(),
        ];
        let program = std::env::current_exe().unwrap();
        Self(Command::new(program).args(orders).spawn().unwrap())
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Works for ever, if this process was started to do so.
pub async fn work_if_told() {
    let told: Vec<String> = std::env::args().skip(1).collect();
    let [word, redis, vendor, period] = told.as_slice() else {
        return;
    };
    if word != WORD {
        return;
    }
    let (vendor, period) = (vendor.parse().unwrap(), period.parse().unwrap());
    let limiter = limiter(&link(redis).await, Duration::from_micros(period));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        callers.spawn(call(Arc::clone(&limiter), vendor));
    }
    callers.join_all().await;
}

/// A connection to a Redis of the bench.
pub async fn link(url: &str) -> RedisLink {
    let settings = RedisSettings {
        response_timeout: Duration::from_secs(2),
        ..RedisSettings::new(url)
    };
    connect(&settings).await.unwrap()
}

async fn call(limiter: Arc<RedisLimiter>, vendor: SocketAddr) {
    let mut vendor = Connection::to(vendor).await;
    while let Some(permit) = permit(&limiter, Priority::Normal).await {
        let (refused, period) = vendor.request().await;
        // As Amazon answers: the rate stands in a header of what is not refused.
        let feedback = Feedback {
            refused,
            rate_header: (!refused).then(|| 1.0 / period.as_secs_f64()),
            ..Feedback::default()
        };
        limiter
            .feedback(&offers(), permit.granted_at, feedback)
            .await;
    }
}
