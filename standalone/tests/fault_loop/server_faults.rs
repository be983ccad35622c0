//! What goes wrong at Redis and `PostgreSQL`, and on the way to them.

use crate::installation::Installation;
use crate::servers::DiskState;
use crate::tcp_proxy::TcpProxy;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use std::time::Duration;

/// The faults of servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServerFault {
    RedisRestarted,
    RedisLost,
    RedisFlushed,
    RedisReadsOnly,
    PostgresRestarted,
    PostgresReadsOnly,
    /// Connections are cut.
    Cut(Server),
    /// Connections are cut, and new ones closed.
    Refused(Server),
    /// Bytes are acknowledged and go nowhere; connections that lost some stay silent.
    Swallowed(Server),
    /// Bytes take up to 300 ms each way.
    Delayed(Server),
}

/// The servers behind a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Server {
    Redis,
    Postgres,
}

impl Installation {
    /// Lets a fault of a server begin and end.
    pub async fn inject_at_server(
        &mut self,
        fault: ServerFault,
        span: Duration,
        die: &mut ChaCha8Rng,
    ) {
        let delay = Duration::from_millis(die.random_range(20..300));
        match fault {
            ServerFault::RedisRestarted => self.redis.restart(DiskState::Kept, span).await,
            ServerFault::RedisLost => self.redis.restart(DiskState::Lost, span).await,
            ServerFault::RedisFlushed => self.redis.flush(),
            ServerFault::RedisReadsOnly => self.redis.reads_only(span * 3).await,
            ServerFault::PostgresRestarted => self.postgres.restart(),
            ServerFault::PostgresReadsOnly => self.postgres.reads_only(span * 3).await,
            ServerFault::Cut(server) => self.proxy(server).cut(),
            ServerFault::Refused(server) => {
                let proxy = self.proxy(server);
                proxy.refuse(true);
                proxy.cut();
                tokio::time::sleep(span * 3).await;
                proxy.refuse(false);
            }
            ServerFault::Swallowed(server) => {
                let proxy = self.proxy(server);
                proxy.swallow(true);
                tokio::time::sleep(span * 2).await;
                proxy.swallow(false);
            }
            ServerFault::Delayed(server) => {
                println!("{delay:?} each way");
                let proxy = self.proxy(server);
                proxy.delay(delay);
                tokio::time::sleep(span * 5).await;
                proxy.delay(Duration::ZERO);
            }
        }
    }

    fn proxy(&self, server: Server) -> &TcpProxy {
        match server {
            Server::Redis => &self.redis.proxy,
            Server::Postgres => &self.postgres.proxy,
        }
    }
}
