//! What one process runs: the same parts as `miseban serve`, `producer serve` and `worker`, over the
//! ports of this process.

use crate::clients::{amazon_config, base_config, chatwork};
use crate::gate::Gate;
use crate::installation::{Installation, accounts, credentials, rates, rules, shop_quota, work};
use crate::ports::{GatedCache, GatedLimiter, GatedNetwork, GatedQueue, GatedStore};
use crate::true_time::SkewedClock;
use adapters::base::BaseShop;
use adapters::limiter::LocalLimiter;
use adapters::platform_shops::PlatformShops;
use adapters::spapi::SpApi;
use app::backends::LimiterShutdown;
use app::config::Work;
use app::health::Health;
use app::presence::Presence;
use app::sources::Sources;
use app::wiring::{self, App};
use chrono::TimeDelta;
use producer::notices::{NotificationPolicy, NotificationTask, Notifications, ProcessWatch};
use producer::{LeaderLease, Leadership, Scheduler, resume};
use shared::domain::event_filter::EventFilter;
use shared::domain::platform::Platform;
use shared::domain::quota::WindowQuota;
use shared::jobs::QueueName;
use shared::ports::clock::Clock;
use shared::ports::context::Context;
use shared::ports::limiter::LimiterError;
use shared::ports::notifier::Notifier;
use shared::ports::shop::Shop;
use shared::ports::store::{AccountRow, ProcessRole, StoreError};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use ui::message::Lang;
use worker::runtime::{Concurrency, Runtime, Stop};

/// Total time-outs, as `app/src/clients.rs` and `adapters/src/notify` set them.
const AMAZON_TIMEOUT: Duration = Duration::from_secs(30);
const BASE_TIMEOUT: Duration = Duration::from_secs(8);
const CHANNEL_TIMEOUT: Duration = Duration::from_secs(15);
/// From a start that failed, since the database is away, to the next: a supervisor starts programs again.
const START_AGAIN: Duration = Duration::from_secs(2);

/// The ports of one process, and what they are built over.
pub struct Program {
    /// The ports.
    pub ctx: Context,
    work: Work,
    channel: Arc<dyn Notifier>,
    limiter: Arc<LocalLimiter>,
    quota: WindowQuota,
    accounts: Vec<AccountRow>,
    installation: Arc<Installation>,
}

impl Program {
    /// The ports of the process behind `gate`.
    pub async fn new(
        installation: &Arc<Installation>,
        gate: &Gate,
        clock: &SkewedClock,
    ) -> Result<Self, LimiterError> {
        let scenario = &gate.simulation().scenario;
        let settings = gate.simulation().settings();
        let store = Arc::new(GatedStore {
            gate: gate.clone(),
            store: installation.store.clone(),
        });
        let clock: Arc<dyn Clock> = Arc::new(clock.clone());
        let own = limiter_of(installation, &clock, &store).await?;
        let limiter = Arc::new(GatedLimiter {
            gate: gate.clone(),
            limiter: Arc::clone(&own),
        });
        let network = Arc::new(GatedNetwork { gate: gate.clone() });
        let client = &installation.http;
        let http = |within| client.clone().answered_by(network.clone(), within);
        let url = gate.simulation().simulator.url();
        let quota = shop_quota(scenario);
        let base = |accounts| {
            let config = base_config(http(BASE_TIMEOUT), &url, accounts, quota);
            let (clock, limiter) = (clock.clone(), limiter.clone());
            let base = BaseShop::new(config, clock, limiter, store.clone(), store.clone());
            Arc::new(base)
        };
        let shops = credentials(scenario);
        let ids: Vec<_> = shops.iter().map(|one| one.account.clone()).collect();
        let shop: Arc<dyn Shop> = base(shops);
        let amazon = amazon_config(http(AMAZON_TIMEOUT), &url);
        let ctx = Context {
            marketplace: Arc::new(SpApi::new(amazon, clock.clone(), limiter.clone())),
            shop: Arc::new(PlatformShops::new(base(Vec::new())).with(&shop, ids)),
            cache: Arc::new(GatedCache {
                gate: gate.clone(),
                cache: installation.store.cache(),
            }),
            queue: Arc::new(GatedQueue { gate: gate.clone() }),
            rules: Arc::new(rules(&settings)),
            clock,
            store,
            limiter,
        };
        Ok(Self {
            ctx,
            channel: chatwork(http(CHANNEL_TIMEOUT), url.clone()),
            work: work(scenario),
            limiter: own,
            quota,
            accounts: accounts(scenario, &settings),
            installation: Arc::clone(installation),
        })
    }

    fn notifications(&self) -> Notifications {
        let policy = NotificationPolicy {
            events: EventFilter::default(),
            lang: Lang::En,
            quotas: BTreeMap::from([(Platform::default(), self.quota)]),
            gather: TimeDelta::minutes(1),
            warning_days: vec![7, 2],
            shops: None,
        };
        let (store, clock) = (self.ctx.store.clone(), self.ctx.clock.clone());
        let channels = vec![Arc::clone(&self.channel)];
        let notifications = Notifications::new(store, clock, channels, policy);
        notifications.with_limiter(self.ctx.limiter.clone())
    }

    fn workers(&self, health: &Health) -> Runtime<Context> {
        let slots = |setting: u32| usize::try_from(setting).unwrap_or(1);
        let concurrency = Concurrency {
            sync: slots(self.work.sync_concurrency),
            update: slots(self.work.update_concurrency),
            info: slots(self.work.info_concurrency),
        };
        Runtime::new(self.ctx.clone(), concurrency).reporting_to(health)
    }

    fn scheduler(&self, health: &Health) -> Scheduler {
        Scheduler::new(self.ctx.clone(), self.work.clone(), health)
    }

    /// Takes over the accounts file, then works.
    async fn work_as(self, role: ProcessRole) -> Result<Infallible, StoreError> {
        self.ctx.store.sync_accounts(&self.accounts).await?;
        match role {
            ProcessRole::Producer => self.keep_schedule().await,
            ProcessRole::Worker => self.do_jobs().await,
            ProcessRole::Serve | ProcessRole::Run => self.serve().await,
        }
    }

    /// As `miseban serve`.
    async fn serve(self) -> Result<Infallible, StoreError> {
        let ctx = &self.ctx;
        let open = resume(ctx).await.map_err(|error| away(&error))?;
        let app = App {
            ctx: ctx.clone(),
            limiter_shutdown: LimiterShutdown::Local(Arc::clone(&self.limiter)),
            work: self.work.clone(),
            sources: Sources {
                store: Arc::new(self.installation.store.clone()),
                redis: None,
            },
        };
        let ready = wiring::open_for_work(&app).await;
        ready.map_err(|_| StoreError::Unavailable("the start failed".to_owned()))?;
        self.limiter.store_in_blocks();
        let health = Health::default();
        let notifications = self.notifications();
        notifications.tell_missed_run(&self.work.schedule).await;
        let _notifying = NotificationTask::start(notifications);
        let mut presence = Presence::new(ctx, ProcessRole::Serve, &QueueName::ALL);
        let scheduler = self.scheduler(&health).with_resumed(open);
        let (_never, stop) = watch::channel(Stop::NotYet);
        let mut workers = tokio::spawn(self.workers(&health).run(stop));
        tokio::select! {
            never = scheduler.run(&Leadership::Always, |_| Ok::<(), Infallible>(())) => match never {},
            never = presence.keep(&health) => match never {},
            _ = &mut workers => Err(StoreError::Unavailable("the workers ended".to_owned())),
        }
    }

    /// As `producer serve`.
    async fn keep_schedule(self) -> Result<Infallible, StoreError> {
        let health = Health::default();
        let notifications = self.notifications();
        notifications.tell_missed_run(&self.work.schedule).await;
        let _notifying = NotificationTask::start(notifications);
        let queues = QueueName::ALL.to_vec();
        let watch = ProcessWatch::of_workers(self.notifications(), queues, None);
        let leadership = Leadership::Lease(LeaderLease::new(self.ctx.clone()));
        let mut presence = Presence::new(&self.ctx, ProcessRole::Producer, &[]);
        tokio::select! {
            never = self.scheduler(&health).run(&leadership, |_| Ok::<(), Infallible>(())) => match never {},
            never = presence.keep(&health) => match never {},
            never = watch.keep() => match never {},
        }
    }

    /// As `worker`.
    async fn do_jobs(self) -> Result<Infallible, StoreError> {
        let health = Health::default();
        let mut presence = Presence::new(&self.ctx, ProcessRole::Worker, &QueueName::ALL);
        let watch = ProcessWatch::of_producers(self.notifications());
        let (_never, stop) = watch::channel(Stop::NotYet);
        let mut workers = tokio::spawn(self.workers(&health).run(stop));
        tokio::select! {
            never = presence.keep(&health) => match never {},
            never = watch.keep() => match never {},
            _ = &mut workers => Err(StoreError::Unavailable("the workers ended".to_owned())),
        }
    }
}

/// The limiter that all processes share, or one that continues from the rows.
async fn limiter_of(
    installation: &Installation,
    clock: &Arc<dyn Clock>,
    store: &Arc<GatedStore>,
) -> Result<Arc<LocalLimiter>, LimiterError> {
    if let Some(shared) = &installation.limiter {
        return Ok(Arc::clone(shared));
    }
    let own = LocalLimiter::new(rates(), Arc::clone(clock), store.clone()).await?;
    Ok(Arc::new(own))
}

/// Runs a process until it is dropped. A program that cannot start is started again.
pub async fn run(
    role: ProcessRole,
    installation: Arc<Installation>,
    gate: Gate,
    clock: SkewedClock,
) -> Infallible {
    loop {
        let program = Program::new(&installation, &gate, &clock).await;
        let program = program.map_err(|error| away(&error));
        let ended = match program {
            Ok(program) => program.work_as(role).await,
            Err(error) => Err(error),
        };
        match ended {
            Ok(never) => match never {},
            Err(error) => tracing::info!(%error, "a program could not start"),
        }
        tokio::time::sleep(START_AGAIN).await;
    }
}

fn away(error: &dyn std::error::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
