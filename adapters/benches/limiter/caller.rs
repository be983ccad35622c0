//! A process whose callers always ask: this program, started again with arguments.

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

/// The first argument of such a process.
const WORD: &str = "works-for-the-bench";

/// A process that runs until it is killed, at the latest on drop.
pub struct Caller(Child);

impl Caller {
    pub fn start(redis: &str, vendor: SocketAddr, period: Duration) -> Self {
        let arguments = [
            WORD,
            redis,
            &vendor.to_string(),
            &period.as_micros().to_string(),
        ];
        let program = std::env::current_exe().unwrap();
        Self(Command::new(program).args(arguments).spawn().unwrap())
    }

    /// Kills it, as a power failure would.
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

/// Runs the callers forever if this process was started for that.
pub async fn run_if_caller() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [word, redis, vendor, period] = arguments.as_slice() else {
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

/// A connection to the Redis of the benchmark.
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
        // As at Amazon, only a response that is not a refusal has the header.
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
