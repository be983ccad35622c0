//! Builds queue, cache and limiter: in memory for one process, in Redis when `REDIS_URL` is set.

use crate::config::{Rate, Redis, Settings};
use crate::run_mode::RunMode;
use adapters::cache::RedisCache;
use adapters::limiter::{LocalLimiter, Rates, RedisLimiter};
use adapters::queue::{LocalQueue, RedisQueue};
use adapters::redis::{RedisFault, RedisLink, RedisSettings, connect};
use adapters::store::SqlStore;
use shared::domain::rate::{ConfiguredPeriod, Micros};
use shared::jobs::QueueName;
use shared::ports::cache::Cache;
use shared::ports::clock::Clock;
use shared::ports::limiter::Limiter;
use shared::ports::queue::Queue;
use std::sync::Arc;
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
    /// Refuses a permit to every waiting job, so that the job is put back into its queue.
    pub fn refuse_waiting(&self) {
        match self {
            Self::Local(limiter) => limiter.refuse_waiting(),
            Self::Shared(limiter) => limiter.refuse_waiting(),
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

/// The databases of one process.
pub(crate) struct Stores {
    /// The real database, which also keeps the use of the lanes in a dry run.
    pub(crate) real: Arc<SqlStore>,
    /// The database of the work: the real one, or a copy for a dry run.
    pub(crate) worked_on: Arc<SqlStore>,
}

impl Backends {
    /// Builds them in Redis if the settings have one, else in memory. A dry run has a queue and a
    /// cache of its own, but shares the limiter, since it uses Amazon's real quota.
    pub(crate) async fn build(
        settings: &Settings,
        mode: RunMode,
        clock: &Arc<dyn Clock>,
        stores: &Stores,
    ) -> Result<Self, CommandError> {
        let rates = rates(settings);
        let own_queue = || Arc::new(LocalQueue::new()) as Arc<dyn Queue>;
        let own_cache = || Arc::new(stores.worked_on.cache()) as Arc<dyn Cache>;
        let Some(redis) = &settings.redis else {
            let limiter = local_limiter(rates, clock, stores).await?;
            return Ok(Self {
                queue: own_queue(),
                cache: own_cache(),
                limiter: limiter.clone(),
                limiter_shutdown: LimiterShutdown::Local(limiter),
                redis: None,
            });
        };
        let link = link(redis).await?;
        let limiter = RedisLimiter::new(&link, rates, Arc::clone(clock));
        let limiter = Arc::new(limiter.telling(stores.real.clone()));
        let dry = mode == RunMode::DryRun;
        Ok(Self {
            cache: if dry {
                own_cache()
            } else {
                Arc::new(RedisCache::new(&link, &settings.rules.ttls))
            },
            queue: if dry {
                own_queue()
            } else {
                checked_queue(&link).await?
            },
            limiter: limiter.clone(),
            limiter_shutdown: LimiterShutdown::Shared(limiter),
            redis: Some(link),
        })
    }
}

/// The queue in Redis, without the other backends, for commands about the queue.
///
/// # Errors
///
/// A Redis server that does not respond or cannot be used.
pub async fn shared_queue(redis: &Redis) -> Result<RedisQueue, CommandError> {
    Ok(RedisQueue::new(link(redis).await?))
}

/// A connection to the Redis of the settings; `None` if there is none.
///
/// # Errors
///
/// A Redis server that does not respond or cannot be used.
pub async fn redis(settings: &Settings) -> Result<Option<RedisLink>, CommandError> {
    match &settings.redis {
        Some(redis) => link(redis).await.map(Some),
        None => Ok(None),
    }
}

fn rates(settings: &Settings) -> Rates {
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
    stores: &Stores,
) -> Result<Arc<LocalLimiter>, CommandError> {
    let limiter = LocalLimiter::new(rates, Arc::clone(clock), stores.real.clone()).await;
    limiter.map(Arc::new).map_err(|error| {
        CommandError::Failed(text!(
            "前回の問い合わせの記録を読めません({error})",
            "the stored use of the rate limits cannot be read ({error})"
        ))
    })
}

async fn link(redis: &Redis) -> Result<RedisLink, CommandError> {
    let mut settings = RedisSettings::new("");
    settings.url = redis.url.clone();
    settings.prefix.clone_from(&redis.prefix);
    connect(&settings)
        .await
        .map_err(|fault| redis_error(&fault))
}

/// The queue, after one request to each of its lists: a problem that prevents all work, such as a
/// missing permission, is reported at the start and not by each claim.
async fn checked_queue(link: &RedisLink) -> Result<Arc<dyn Queue>, CommandError> {
    let queue = RedisQueue::new(link.clone());
    for name in QueueName::ALL {
        if let Err(error) = queue.stats(name).await {
            // A Redis that does not respond at all is reported as such.
            link.ping().await.map_err(|fault| redis_error(&fault))?;
            return Err(CommandError::Usage(text!(
                "Redisのキューを使えません({error})",
                "the queue in Redis cannot be used ({error})"
            )));
        }
    }
    Ok(Arc::new(queue))
}

/// A transient fault is [`CommandError::Away`]; one that a person has to correct is
/// [`CommandError::Usage`].
fn redis_error(fault: &RedisFault) -> CommandError {
    let why = fault.message();
    let message: Text = text!("Redisを使えません({why})", "Redis cannot be used ({why})");
    if fault.is_transient() {
        CommandError::Away(message)
    } else {
        CommandError::Usage(message)
    }
}
