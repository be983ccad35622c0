//! Tells people what happened, beside the work and never in its way.
//!
//! Nothing is told where it happens: [`Herald::look`] finds it in the rows and writes it to the outbox, once
//! whoever looks; [`Herald::send`] makes one message of what is due. Any number of processes may do both at
//! the same time, since each step is decided by the rows.

mod look;
mod post;

use app::accounts::AccountsFile;
use app::config::Settings;
use app::wiring;
use chrono::TimeDelta;
use shared::domain::account::AccountId;
use shared::domain::notice::EventFilter;
use shared::ports::clock::Clock;
use shared::ports::context::Context;
use shared::ports::limiter::Limiter;
use shared::ports::notifier::Notifier;
use shared::ports::store::{Store, StoreError};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use ui::command_error::CommandError;
use ui::message::Lang;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Looks between two tidyings.
const LOOKS_A_TIDYING: u32 = 6;
/// A message that is on its way gets this long to end after a stop.
const DEADLINE: Duration = Duration::from_secs(5);
/// What is older is no news, and what nobody took by then is not sent any more.
const NEWS: TimeDelta = TimeDelta::hours(24);
/// Settled rows are kept so long. A shop that still has to be authorised again is then told once more.
const KEPT: TimeDelta = TimeDelta::days(30);

/// How people are told.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Of what.
    pub events: EventFilter,
    /// In which language.
    pub lang: Lang,
    /// Calls of one shop in a day, for the alarm before they are used up.
    pub calls_a_day: Option<u32>,
    /// From one message of a channel to the next, so that what happens meanwhile becomes one.
    pub gather: TimeDelta,
    /// Days before the end of a token at which people are warned.
    pub warning_days: Vec<u32>,
    /// The shops of the accounts file; `None` where that is not known.
    pub shops: Option<BTreeSet<AccountId>>,
}

impl Terms {
    /// The terms of the settings.
    pub fn of(settings: &Settings) -> Self {
        Self {
            events: settings.notify_events.clone(),
            lang: settings.lang,
            calls_a_day: settings.base.quota.per_day,
            gather: TimeDelta::minutes(1),
            warning_days: settings.token_warning_days.clone(),
            shops: AccountsFile::read(&settings.base.accounts_file)
                .ok()
                .map(|file| {
                    let ids = file.accounts().iter().map(|account| account.id.clone());
                    ids.collect()
                }),
        }
    }
}

/// Looks at what happened, and sends what is due.
pub struct Herald {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    channels: Vec<Arc<dyn Notifier>>,
    terms: Terms,
    /// Counts the calls to the shops; `None` where only the rows are at hand.
    limiter: Option<Arc<dyn Limiter>>,
    /// States that were written already, so that a state that lasts is not written at each look.
    standing: Mutex<BTreeSet<String>>,
}

impl Herald {
    /// Tells on the channels of the settings, of what is in the database of `ctx`.
    ///
    /// # Errors
    ///
    /// When the channels cannot be made ready on this machine.
    pub fn of(settings: &Settings, ctx: &Context) -> Result<Self, CommandError> {
        let channels = wiring::channels(settings)?;
        let (store, clock) = (ctx.store.clone(), ctx.clock.clone());
        let herald = Self::new(store, clock, channels, Terms::of(settings));
        Ok(herald.counted_by(ctx.limiter.clone()))
    }

    /// Tells on `channels`.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        channels: Vec<Arc<dyn Notifier>>,
        terms: Terms,
    ) -> Self {
        Self {
            store,
            clock,
            channels,
            terms,
            limiter: None,
            standing: Mutex::default(),
        }
    }

    /// Asks `limiter` how much of their quota the shops have used.
    #[must_use]
    pub fn counted_by(mut self, limiter: Arc<dyn Limiter>) -> Self {
        self.limiter = Some(limiter);
        self
    }

    /// Tidies, looks and sends, for a program that ends: nothing is gathered for later.
    pub async fn tell_now(mut self) {
        self.terms.gather = TimeDelta::zero();
        if !self.channels.is_empty() {
            self.pass(true).await;
        }
    }

    async fn pass(&self, tidy: bool) {
        if let Err(error) = self.try_pass(tidy).await {
            tracing::warn!(%error, "notices have to wait for the database");
        }
    }

    async fn try_pass(&self, tidy: bool) -> Result<(), StoreError> {
        if tidy {
            self.tidy().await?;
        }
        self.look().await?;
        self.send().await
    }

    /// Ends what nobody will settle, and forgets what is long over.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let left = self.store.tidy_notices(now, now - NEWS, now - KEPT).await?;
        if left > 0 {
            tracing::warn!(
                notices = left,
                "{left} notices may have been sent or not: their sender ended before it knew; they are not sent again"
            );
        }
        Ok(())
    }

    fn channel_names(&self) -> Vec<String> {
        let names = self.channels.iter().map(|channel| channel.name());
        names.map(ToOwned::to_owned).collect()
    }
}

/// A herald at work. It has no pulse: a channel that hangs is no reason to restart a program.
pub struct Heralding {
    stop: watch::Sender<bool>,
    work: Option<JoinHandle<()>>,
}

impl Heralding {
    /// Sets the herald to work; one without channels has none.
    pub fn begin(herald: Herald) -> Self {
        let (stop, stopped) = watch::channel(false);
        let work = (!herald.channels.is_empty()).then(|| tokio::spawn(go_on(herald, stopped)));
        Self { stop, work }
    }

    /// Lets a message that is on its way end. One that does not end in time may have been posted or
    /// not, and is not sent again.
    pub async fn end(self) {
        // Nobody listens where there are no channels.
        let _ = self.stop.send(true);
        let Some(mut work) = self.work else {
            return;
        };
        if tokio::time::timeout(DEADLINE, &mut work).await.is_err() {
            work.abort();
            tracing::warn!("a notice was on its way for too long and is left");
        }
    }
}

async fn go_on(herald: Herald, mut stopped: watch::Receiver<bool>) {
    let mut looks: u32 = 0;
    while !*stopped.borrow() {
        herald.pass(looks.is_multiple_of(LOOKS_A_TIDYING)).await;
        looks = looks.wrapping_add(1);
        if let Ok(Err(_)) = tokio::time::timeout(LOOK_EVERY, stopped.changed()).await {
            // Whoever began this is gone without a word.
            return;
        }
    }
}
