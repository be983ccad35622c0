//! Notifies people of what happened, apart from the work and without delaying it.
//!
//! Events are not sent where they happen: [`Notifications::record_events`] finds them in the rows
//! and writes each to the outbox once; [`Notifications::send_due`] combines what is due into one
//! message. Any number of processes may do both at the same time, since the rows decide each step.

mod delivery;
mod events;
mod missed_run;
mod policy;
mod task;
mod watch;

pub use delivery::WaitingNotices;
pub use policy::NotificationPolicy;
pub use task::NotificationTask;
pub use watch::ProcessWatch;

use app::config::Settings;
use app::outage::Outage;
use app::wiring;
use chrono::TimeDelta;
use shared::ports::clock::Clock;
use shared::ports::context::Context;
use shared::ports::limiter::Limiter;
use shared::ports::notifier::Notifier;
use shared::ports::store::{Store, StoreError};
use std::collections::BTreeSet;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use ui::command_error::CommandError;

/// Older events are not recorded, and older notices are not sent any more.
const MAX_AGE: TimeDelta = TimeDelta::hours(24);
/// How long settled rows are kept. A shop that still needs authorisation is then reported again.
const KEEP_SETTLED: TimeDelta = TimeDelta::days(30);

/// Records events and sends the notices that are due.
pub struct Notifications {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    channels: Vec<Arc<dyn Notifier>>,
    policy: NotificationPolicy,
    /// Counts the calls to the shops; `None` where only the rows are available.
    limiter: Option<Arc<dyn Limiter>>,
    /// Conditions that were recorded already, so that a lasting one is not written at each pass.
    recorded: Mutex<BTreeSet<String>>,
    outage: Outage,
    /// Passes so far.
    passes: AtomicUsize,
}

impl Notifications {
    /// Reports what is in the database of `ctx` to the channels of the settings.
    ///
    /// # Errors
    ///
    /// When the HTTP client of the channels cannot be built.
    pub fn from_settings(settings: &Settings, ctx: &Context) -> Result<Self, CommandError> {
        let channels = wiring::channels(settings)?;
        let policy = NotificationPolicy::from_settings(settings);
        let notifications = Self::new(ctx.store.clone(), ctx.clock.clone(), channels, policy);
        Ok(notifications.with_limiter(ctx.limiter.clone()))
    }

    /// Reports to `channels`.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        channels: Vec<Arc<dyn Notifier>>,
        policy: NotificationPolicy,
    ) -> Self {
        Self {
            store,
            clock,
            channels,
            policy,
            limiter: None,
            recorded: Mutex::default(),
            outage: Outage::default(),
            passes: AtomicUsize::new(0),
        }
    }

    /// Reads from `limiter` how much of their quota the shops have used.
    #[must_use]
    pub fn with_limiter(mut self, limiter: Arc<dyn Limiter>) -> Self {
        self.limiter = Some(limiter);
        self
    }

    /// Tells by `outage` that notices can be neither recorded nor sent.
    #[must_use]
    pub fn telling(mut self, outage: &Outage) -> Self {
        self.outage = outage.clone();
        self
    }

    /// One pass for a program that ends: it sends at once instead of gathering events.
    pub async fn deliver_now(mut self) {
        self.policy.gather = TimeDelta::zero();
        if !self.channels.is_empty() {
            self.pass(true).await;
        }
    }

    async fn pass(&self, tidy: bool) {
        match self.try_pass(tidy).await {
            Ok(()) => self.outage.up(),
            Err(error) => {
                let why = format_args!("could not record or send notices: {error}");
                self.outage.down(&why);
            }
        }
    }

    async fn try_pass(&self, tidy: bool) -> Result<(), StoreError> {
        if tidy {
            self.tidy().await?;
        }
        self.record_events().await?;
        self.send_due().await
    }

    /// Settles notices whose sender has died, expires old ones, and deletes what was settled long
    /// ago.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (expired, forgotten) = (now - MAX_AGE, now - KEEP_SETTLED);
        let unknown = self.store.tidy_notices(now, expired, forgotten).await?;
        if unknown > 0 {
            tracing::warn!(
                notices = unknown,
                "the delivery of {unknown} notices is unknown, since their sender was killed; they are not sent again"
            );
        }
        Ok(())
    }

    fn channel_names(&self) -> Vec<String> {
        let names = self.channels.iter().map(|channel| channel.name());
        names.map(ToOwned::to_owned).collect()
    }
}
