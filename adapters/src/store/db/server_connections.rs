//! The connections to a server, or to several of which one accepts writes.
//!
//! The driver's pool knows one server. So a server is looked for before a connection is opened, and
//! each connection is asked whether it still accepts writes, instead of whether it is still there.
//!
//! A server admits few connections, and all processes share them: a process gives back what it does
//! not need, and does without a further one if the server admits none.

use super::failure::{failed, not_connected};
use super::pooled::PooledConnection;
use super::pooling::Pooling;
use super::server_url::ServerUrl;
use super::spare::Spare;
use crate::lock::lock;
use shared::ports::store::StoreError;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Row as _};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long one of several servers may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// A search that ended just now, with or without a server, is not repeated.
const FOUND_FOR: Duration = Duration::from_secs(1);

/// A server that has a connection left opens it within this time; a call that took a free one instead
/// earlier would stop the opening, and the next call would begin it anew.
const OPENS_WITHIN: Duration = Duration::from_secs(1);

/// After that, a connection that has become free is looked for so often.
const FREE_EVERY: Duration = Duration::from_millis(20);

/// For so long a server that had no connection left is not asked for another one: what is given back
/// is for processes that have none.
const SCARCE_FOR: Duration = Duration::from_secs(10);

const WRITES: &str = "SELECT CASE WHEN pg_is_in_recovery()
    OR current_setting('transaction_read_only') = 'on' THEN 0 ELSE 1 END";

/// The connections of this process to a server.
pub(crate) struct ServerConnections {
    pub(crate) pool: AnyPool,
    pub(crate) pooling: Pooling,
    servers: Vec<AnyConnectOptions>,
    found: tokio::sync::Mutex<Option<ServerSearch>>,
    spare: Arc<Spare>,
    /// When the server had no connection left.
    scarce: Mutex<Option<Instant>>,
}

/// The last search for a server that accepts writes.
struct ServerSearch {
    ended: Instant,
    /// Why no server was found.
    failure: Option<String>,
}

impl ServerConnections {
    /// Connections that are opened when they are needed, to `first` until another one of the servers
    /// is found.
    pub(crate) fn new(
        url: ServerUrl,
        first: AnyConnectOptions,
        pooling: Pooling,
        options: AnyPoolOptions,
    ) -> Self {
        let options = options.max_connections(url.connections);
        let pool: AnyPool = options.connect_lazy_with(first);
        let spare = Arc::new(Spare::of(&pool));
        Self {
            pool,
            pooling,
            servers: url.servers,
            found: tokio::sync::Mutex::new(None),
            spare,
            scarce: Mutex::new(None),
        }
    }

    /// A connection that accepts writes, if there are several servers; else one that answers.
    pub(crate) async fn acquire(&self) -> Result<PooledConnection, StoreError> {
        let several = self.servers.len() > 1;
        for _ in 0..=self.pool.options().get_max_connections() {
            if several && self.opens_another() {
                self.find().await?;
            }
            let mut connection = self.free_or_new().await?;
            if !several || writes(&mut connection).await.is_ok_and(|writes| writes) {
                return Ok(PooledConnection::to_server(
                    connection,
                    self.pooling,
                    &self.spare,
                ));
            }
            connection.close_on_drop();
            *self.found.lock().await = None;
        }
        Err(StoreError::Unavailable(
            "no server accepts writes".to_owned(),
        ))
    }

    /// Leads new connections to the server that accepts writes.
    async fn find(&self) -> Result<(), StoreError> {
        let mut found = self.found.lock().await;
        let is_over = |last: &ServerSearch| last.ended.elapsed() > FOUND_FOR;
        if found.as_ref().is_none_or(is_over) {
            let failure = match find(&self.servers).await {
                Ok(server) => {
                    self.pool.set_connect_options(server);
                    None
                }
                Err(StoreError::Unavailable(why)) => Some(why),
                Err(other) => return Err(other),
            };
            *found = Some(ServerSearch {
                ended: Instant::now(),
                failure,
            });
        }
        let failure = found.as_ref().and_then(|last| last.failure.clone());
        failure.map_or(Ok(()), |why| Err(StoreError::Unavailable(why)))
    }

    /// A connection of the pool; an idle one also while the server does not admit a new one.
    async fn free_or_new(&self) -> Result<PoolConnection<Any>, StoreError> {
        while self.is_scarce() && self.pool.size() > 0 {
            if let Some(free) = self.free().await {
                return Ok(free);
            }
            tokio::time::sleep(FREE_EVERY).await;
        }
        let mut new = std::pin::pin!(self.pool.acquire());
        let mut alone = OPENS_WITHIN;
        loop {
            match tokio::time::timeout(alone, &mut new).await {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(sqlx::Error::PoolTimedOut)) => return Err(self.why_not().await),
                Ok(Err(error)) => return Err(not_connected(error)),
                Err(_) => {
                    alone = FREE_EVERY;
                    if let Some(free) = self.free().await {
                        *lock(&self.scarce) = Some(Instant::now());
                        return Ok(free);
                    }
                }
            }
        }
    }

    fn is_scarce(&self) -> bool {
        lock(&self.scarce).is_some_and(|since| since.elapsed() < SCARCE_FOR)
    }

    /// An idle connection that still accepts writes; the pool may hand it out unasked.
    async fn free(&self) -> Option<PoolConnection<Any>> {
        let mut free = self.pool.try_acquire()?;
        if writes(&mut free).await.is_ok_and(|writes| writes) {
            return Some(free);
        }
        free.close_on_drop();
        None
    }

    /// Whether the next call of the pool opens a connection.
    fn opens_another(&self) -> bool {
        let most = self.pool.options().get_max_connections();
        self.pool.num_idle() == 0 && self.pool.size() < most
    }

    /// Why no connection could be opened: the pool retries until its time-out, and reports only that.
    async fn why_not(&self) -> StoreError {
        if self.opens_another()
            && let Err(why) = connect(&self.pool.connect_options()).await
        {
            return why;
        }
        failed(sqlx::Error::PoolTimedOut)
    }
}

/// The first of several servers that accepts writes; the only one unasked.
pub(crate) async fn find(servers: &[AnyConnectOptions]) -> Result<AnyConnectOptions, StoreError> {
    if let [only] = servers {
        return Ok(only.clone());
    }
    let mut refusals = Vec::new();
    for server in servers {
        match try_write(server).await {
            Ok(true) => return Ok(server.clone()),
            Ok(false) => refusals.push("it only reads".to_owned()),
            Err(StoreError::Unavailable(why) | StoreError::Unusable(why)) => refusals.push(why),
            Err(other) => return Err(other),
        }
    }
    let refusals = refusals.join("; ");
    Err(StoreError::Unavailable(format!(
        "no server accepts writes: {refusals}"
    )))
}

async fn try_write(server: &AnyConnectOptions) -> Result<bool, StoreError> {
    let mut connection = connect(server).await?;
    let writes = writes(&mut connection).await;
    let _ = connection.close().await;
    writes
}

async fn connect(server: &AnyConnectOptions) -> Result<AnyConnection, StoreError> {
    let connected = AnyConnection::connect_with(server);
    let connected = tokio::time::timeout(ANSWERS_WITHIN, connected).await;
    connected.map_or_else(|_| Err(no_answer()), |done| done.map_err(not_connected))
}

async fn writes(on: &mut AnyConnection) -> Result<bool, StoreError> {
    let row = sqlx::raw_sql(WRITES).fetch_one(on);
    let row = tokio::time::timeout(ANSWERS_WITHIN, row).await;
    let row = row.map_or_else(|_| Err(no_answer()), |done| done.map_err(failed))?;
    let writes: i32 = row.try_get(0).map_err(failed)?;
    Ok(writes == 1)
}

fn no_answer() -> StoreError {
    let seconds = ANSWERS_WITHIN.as_secs();
    StoreError::Unavailable(format!("no answer within {seconds} seconds"))
}
