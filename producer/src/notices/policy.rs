//! Which events people are notified of, and how.

use app::accounts::AccountsFile;
use app::config::Settings;
use chrono::TimeDelta;
use shared::domain::account::AccountId;
use shared::domain::event_filter::EventFilter;
use shared::domain::platform::Platform;
use shared::domain::quota::WindowQuota;
use std::collections::{BTreeMap, BTreeSet};
use ui::message::Lang;

/// Which events people are notified of, and how.
#[derive(Debug, Clone)]
pub struct NotificationPolicy {
    /// The events that are sent.
    pub events: EventFilter,
    /// The language of the messages.
    pub lang: Lang,
    /// The quota of a shop by platform, for the alarm before its day is used up.
    pub quotas: BTreeMap<Platform, WindowQuota>,
    /// From one message of a channel to the next; events of that time become one message.
    pub gather: TimeDelta,
    /// Days before the expiry of a token at which a warning is sent.
    pub warning_days: Vec<u32>,
    /// The accounts of the accounts file; `None` where it cannot be read.
    pub shops: Option<BTreeSet<AccountId>>,
}

impl NotificationPolicy {
    /// The policy of the settings.
    pub fn from_settings(settings: &Settings) -> Self {
        let file = AccountsFile::read(&settings.base.accounts_file).ok();
        Self {
            events: settings.notify_events.clone(),
            lang: settings.lang,
            quotas: BTreeMap::from([(Platform::default(), settings.base.quota)]),
            gather: TimeDelta::minutes(1),
            warning_days: settings.token_warning_days.clone(),
            shops: file.map(|file| {
                let ids = file.accounts().iter().map(|account| account.id.clone());
                ids.collect()
            }),
        }
    }
}
