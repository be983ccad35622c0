//! Builds queue, cache and limiter: in memory for one process, in Redis when `REDIS_URL` is set.

use crate::config::{Rate, Redis, Settings};
use crate::installation;
use crate::run_mode::RunMode;
use adapters::cache::{DryCache, RedisCache};
use adapters::clock::SystemClock;
use adapters::limiter::{LocalLimiter, Rates, RedisLimiter};
use adapters::queue::{LocalQueue, RedisQueue};
use adapters::redis::{RedisFault, RedisLink, RedisSettings, connect};
use adapters::store::SqlStore;
use shared::domain::lane::Lane;
use shared::domain::quota::WindowUse;
use shared::domain::rate::{ConfiguredPeriod, Micros};
use shared::jobs::QueueName;
use shared::ports::cache::Cache;
use shared::ports::clock::Clock;
use shared::ports::limiter::{Limiter, LimiterError};
use shared::ports::queue::Queue;
use shared::ports::store::LaneMemory;
use std::sync::Arc;
use std::time::Duration;
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// Stops the limiter of this process.
#[derive(Clone)]
pub enum LimiterShutdown {
    /// A limiter in memory.
    Local(Arc<LocalLimiter>),
    /// A limiter in Redis.
    Shared(Arc<RedisLimiter>),
}

impl LimiterShutdown {
    /// For a process that calls [`Self::finish`] at its end: stores the calls of the shops in blocks.
    pub fn store_in_blocks(&self) {
        match self {
            Self::Local(limiter) => limiter.store_in_blocks(),
            Self::Shared(_) => {}
        }
    }

    /// Refuses a permit to every waiting job, so that the job is put back into its queue.
    pub fn refuse_waiting(&self) {
        match self {
            Self::Local(limiter) => limiter.refuse_waiting(),
            Self::Shared(limiter) => limiter.refuse_waiting(),
        }
    }

    /// Since how long callers have had no permit that they could use, although they wait for one.
    pub(crate) fn without_permit_for(&self) -> Option<Duration> {
        match self {
            Self::Local(_) => None,
            Self::Shared(limiter) => limiter.without_permit_for(),
        }
    }

    /// Stores the exact use of the lanes, or releases this process's tickets in Redis.
    pub async fn finish(&self) {
        match self {
            Self::Local(limiter) => limiter.store_exact_use().await,
            Self::Shared(limiter) => limiter.end().await,
        }
    }
}

/// Queue, cache and limiter.
pub(crate) struct Backends {
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) cache: Arc<dyn Cache>,
    pub(crate) limiter: Arc<dyn Limiter>,
    pub(crate) limiter_shutdown: LimiterShutdown,
    /// The connection to Redis, if the settings have one.
    pub(crate) redis: Option<RedisLink>,
}

impl Backends {
    /// Builds them in Redis if the settings have one, else in memory. A dry run has a queue of its
    /// own and only reads the cache, but shares the limiter, since it uses Amazon's real quota.
    /// `store` is the real database in a dry run, too.
    pub(crate) async fn build(
        settings: &Settings,
        mode: RunMode,
        clock: &Arc<dyn Clock>,
        store: &Arc<SqlStore>,
    ) -> Result<Self, CommandError> {
        let rates = rates(settings);
        let link = link_of(settings, Some(store)).await?;
        let cache = cache(settings, link.as_ref(), store);
        let cache: Arc<dyn Cache> = match mode {
            RunMode::Live => cache,
            RunMode::DryRun => Arc::new(DryCache(cache)),
        };
        let queue: Arc<dyn Queue> = match (&link, mode) {
            (Some(link), RunMode::Live) => checked_queue(link).await?,
            _ => Arc::new(LocalQueue::new()),
        };
        let (limiter, limiter_shutdown): (Arc<dyn Limiter>, _) = if let Some(link) = &link {
            let limiter = RedisLimiter::new(link, rates, Arc::clone(clock));
            let limiter = Arc::new(limiter.telling(store.clone()));
            (limiter.clone(), LimiterShutdown::Shared(limiter))
        } else {
            let limiter = local_limiter(rates, clock, store).await?;
            (limiter.clone(), LimiterShutdown::Local(limiter))
        };
        Ok(Self {
            queue,
            cache,
            limiter,
            limiter_shutdown,
            redis: link,
        })
    }
}

/// A connection to the Redis of the settings, if they have one, after a look whether its keys are
/// those of `store`. Without a store there is none.
///
/// # Errors
///
/// A Redis server that does not respond, cannot be used, or is used by another database.
pub async fn link_of(
    settings: &Settings,
    store: Option<&SqlStore>,
) -> Result<Option<RedisLink>, CommandError> {
    match &settings.redis {
        Some(redis) => link(redis, store).await.map(Some),
        None => Ok(None),
    }
}

/// The cache in Redis if there is a connection to it, else in the database.
pub(crate) fn cache(
    settings: &Settings,
    redis: Option<&RedisLink>,
    store: &SqlStore,
) -> Arc<dyn Cache> {
    match redis {
        Some(link) => Arc::new(RedisCache::new(link, &settings.rules.ttls)),
        None => Arc::new(store.cache()),
    }
}

/// The calls of all processes in the current windows of the shops, by lane.
pub(crate) async fn shared_use(
    settings: &Settings,
    link: &RedisLink,
    shops: &[Lane],
) -> Result<Vec<(String, LaneMemory)>, LimiterError> {
    let limiter = RedisLimiter::new(link, rates(settings), Arc::new(SystemClock));
    let mut lanes = Vec::new();
    for lane in shops {
        let used = limiter.shared_use(lane).await?;
        lanes.extend(used.map(|used| (lane.to_string(), memory(&used))));
    }
    Ok(lanes)
}

fn memory(used: &WindowUse) -> LaneMemory {
    LaneMemory {
        hour_ms: used.short.timestamp_millis(),
        hour_used: used.short_used,
        day_ms: used.long.timestamp_millis(),
        day_used: used.long_used,
        closed_until_ms: used
            .closed_until
            .map_or(0, |until| until.timestamp_millis()),
        ..LaneMemory::default()
    }
}

/// The queue in Redis, without the other backends, for commands about the queue.
///
/// # Errors
///
/// As [`link_of`].
pub async fn shared_queue(
    redis: &Redis,
    store: Option<&SqlStore>,
) -> Result<RedisQueue, CommandError> {
    Ok(queue_over(&link(redis, store).await?))
}

/// The queue in the Redis of `link`.
pub fn queue_over(link: &RedisLink) -> RedisQueue {
    RedisQueue::new(link.clone())
}

pub(crate) fn rates(settings: &Settings) -> Rates {
    let micros = |rate: Rate| {
        let period = Micros::try_from(rate.period()?.as_micros()).unwrap_or(Micros::MAX);
        Some(match rate {
            Rate::Published(_) => ConfiguredPeriod::Published(period),
            Rate::PerSecond(_) | Rate::Unlimited => ConfiguredPeriod::Set(period),
        })
    };
    Rates {
        item_offers: micros(settings.amazon.item_offers_rate),
        catalog_items: micros(settings.amazon.catalog_items_rate),
    }
}

async fn local_limiter(
    rates: Rates,
    clock: &Arc<dyn Clock>,
    store: &Arc<SqlStore>,
) -> Result<Arc<LocalLimiter>, CommandError> {
    let limiter = LocalLimiter::new(rates, Arc::clone(clock), store.clone()).await;
    limiter.map(Arc::new).map_err(|error| {
        CommandError::Failed(text!(
            "前回の問い合わせの記録を読めません({error})",
            "the stored use of the rate limits cannot be read ({error})",
            error = cause(&error),
        ))
    })
}

async fn link(redis: &Redis, store: Option<&SqlStore>) -> Result<RedisLink, CommandError> {
    let mut settings = RedisSettings::new("");
    settings.url = redis.url.clone();
    settings.ca_file.clone_from(&redis.ca_file);
    settings.prefix.clone_from(&redis.prefix);
    let link = connect(&settings)
        .await
        .map_err(|fault| redis_error(&fault))?;
    if let Some(store) = store {
        let own = store.installation().await?;
        let stranger = installation::stranger(&link, &own).await;
        if let Some(refusal) = stranger.map_err(|fault| redis_error(&fault))? {
            return Err(refusal);
        }
    }
    Ok(link)
}

/// The queue, after one request to each of its lists: a problem that prevents all work, such as a
/// missing permission, is reported at the start and not by each claim.
async fn checked_queue(link: &RedisLink) -> Result<Arc<dyn Queue>, CommandError> {
    let queue = RedisQueue::new(link.clone());
    for name in QueueName::ALL {
        if let Err(error) = queue.stats(name).await {
            // A Redis that does not respond at all is reported as such.
            link.check().await.map_err(|fault| redis_error(&fault))?;
            return Err(CommandError::Usage(text!(
                "Redisのキューを使えません({error})",
                "the queue in Redis cannot be used ({error})",
                error = cause(&error),
            )));
        }
    }
    Ok(Arc::new(queue))
}

/// A transient fault is [`CommandError::Away`]; one that a person has to correct is
/// [`CommandError::Usage`].
fn redis_error(fault: &RedisFault) -> CommandError {
    let message: Text = text!(
        "Redisを使えません({why})",
        "Redis cannot be used ({why})",
        why = cause(&fault.message()),
    );
    if fault.is_transient() {
        CommandError::Away(message)
    } else {
        CommandError::Usage(message)
    }
}
