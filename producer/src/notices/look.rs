//! From rows to the outbox: runs that ended or are held, and shops that wait for their quota or for a
//! person.

use super::{Herald, NEWS};
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::lane::Lane;
use shared::domain::notice::{Notice, run_event};
use shared::domain::quota::Window;
use shared::domain::run::RunState;
use shared::ports::store::{AccountRow, LaneMemory, NewNotice, RunRow, StoreError, TokenAge};
use std::collections::BTreeSet;

/// A shop that waits for less is told of by nobody: a refusal right after a reset parks it for seconds.
const SHORT_PARK: TimeDelta = TimeDelta::minutes(1);
/// Of the calls of a day.
const ALARM_PERCENT: u64 = 90;

impl Herald {
    /// Writes what happened since the last look, by whomever, to the outbox. Gives how many rows were
    /// new.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked; the next look finds the same.
    pub async fn look(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let channels = self.channel_names();
        let mut new = Vec::new();
        for run in self
            .store
            .runs_without_notice(&channels, now - NEWS)
            .await?
        {
            new.extend(self.of_run(&run, now).await?);
        }
        let standing = self.states(now).await?;
        let seen: BTreeSet<String> = standing.iter().map(|new| new.event.clone()).collect();
        new.extend(standing.into_iter().filter(|new| self.is_new(&new.event)));
        if new.is_empty() {
            return Ok(0);
        }
        let written = self.store.write_notices(&channels, &new).await?;
        self.remember(seen);
        Ok(written)
    }

    /// What a run has to say; a row without facts where that is no news or not wanted, so that its report
    /// is read once.
    async fn of_run(
        &self,
        run: &RunRow,
        now: DateTime<Utc>,
    ) -> Result<Option<NewNotice>, StoreError> {
        let Some(report) = self.store.report(run.id, now).await? else {
            return Ok(None);
        };
        if report.state.is_open() && report.state != RunState::Held {
            return Ok(None);
        }
        let event = run_event(run.id, report.state);
        let report = Box::new(report);
        let notice = Some(Notice::Run { report }).filter(|notice| self.terms.events.wants(notice));
        Ok(Some(NewNotice {
            event,
            notice,
            at: now,
        }))
    }

    /// What is so now and is to be told once.
    async fn states(&self, now: DateTime<Utc>) -> Result<Vec<NewNotice>, StoreError> {
        let lanes = self.store.lanes().await?;
        let accounts = self.store.accounts().await?;
        let mut found = Vec::new();
        for account in accounts.iter().filter(|account| account.active) {
            found.extend(parked(account, now));
            found.extend(proxy_failed(account));
            found.extend(to_authorise(account));
            found.extend(self.nearly_used_up(account, &lanes, now).await);
        }
        let ages = self.store.token_ages().await?;
        for account in accounts.iter().filter(|account| self.minds(account)) {
            found.extend(self.token_ending(account, &ages, now));
        }
        let wanted = found
            .into_iter()
            .filter(|notice| self.terms.events.wants(notice));
        Ok(wanted
            .map(|notice| NewNotice {
                event: notice.event(),
                notice: Some(notice),
                at: now,
            })
            .collect())
    }

    async fn nearly_used_up(
        &self,
        account: &AccountRow,
        lanes: &[(String, LaneMemory)],
        now: DateTime<Utc>,
    ) -> Option<Notice> {
        let of = self.terms.calls_a_day?;
        let (day, used) = self.used_in_a_day(account, lanes).await?;
        let today = Window::Day.end(now) - TimeDelta::days(1) == day;
        let share = u64::from(used) * 100;
        (today && share >= u64::from(of) * ALARM_PERCENT).then(|| Notice::NearlyUsedUp {
            account: account.id.clone(),
            name: account.name.clone(),
            used,
            of,
            day,
        })
    }

    /// The day that was counted last, and its calls: in Redis where many processes count, else in the
    /// database.
    async fn used_in_a_day(
        &self,
        account: &AccountRow,
        lanes: &[(String, LaneMemory)],
    ) -> Option<(DateTime<Utc>, u32)> {
        let lane = Lane::Base(account.id.clone());
        if let Some(limiter) = &self.limiter {
            match limiter.shared_use(&lane).await {
                Ok(Some(used)) => return Some((used.day, used.day_used)),
                Ok(None) => {}
                // The next look asks again; the other notices do not wait for it.
                Err(error) => {
                    tracing::debug!(%error, "nobody knows now what is used of {lane}");
                    return None;
                }
            }
        }
        let lane = lane.to_string();
        let (_, memory) = lanes.iter().find(|(name, _)| *name == lane)?;
        let day = DateTime::from_timestamp_millis(memory.day_ms)?;
        Some((day, memory.day_used))
    }

    /// Inactive shops are minded as well, as long as they are in the accounts file.
    fn minds(&self, account: &AccountRow) -> bool {
        let shops = self.terms.shops.as_ref();
        account.active || shops.is_none_or(|shops| shops.contains(&account.id))
    }

    /// The last warning whose time has come.
    fn token_ending(
        &self,
        account: &AccountRow,
        ages: &[TokenAge],
        now: DateTime<Utc>,
    ) -> Option<Notice> {
        if account.reauthorise_since.is_some() {
            return None;
        }
        let ends = ages.iter().find(|age| age.is_of(&account.id))?.ends_at();
        let left = ends - now;
        let due = |days: &&u32| left <= TimeDelta::days(i64::from(**days));
        let days = self.terms.warning_days.iter().filter(due).min()?;
        (left > TimeDelta::zero()).then(|| Notice::TokenEnding {
            account: account.id.clone(),
            name: account.name.clone(),
            ends,
            days: *days,
        })
    }

    fn is_new(&self, event: &str) -> bool {
        let standing = self.standing.lock();
        standing.is_ok_and(|standing| !standing.contains(event))
    }

    fn remember(&self, seen: BTreeSet<String>) {
        if let Ok(mut standing) = self.standing.lock() {
            *standing = seen;
        }
    }
}

fn parked(account: &AccountRow, now: DateTime<Utc>) -> Option<Notice> {
    let until = account.parked_until?;
    let for_quota = account.proxy_failed_since.is_none();
    (for_quota && until > now + SHORT_PARK).then(|| Notice::Parked {
        account: account.id.clone(),
        name: account.name.clone(),
        until,
    })
}

fn proxy_failed(account: &AccountRow) -> Option<Notice> {
    account.proxy_failed_since.map(|since| Notice::ProxyFailed {
        account: account.id.clone(),
        name: account.name.clone(),
        since,
    })
}

fn to_authorise(account: &AccountRow) -> Option<Notice> {
    account.reauthorise_since.map(|since| Notice::Reauthorise {
        account: account.id.clone(),
        name: account.name.clone(),
        since,
    })
}
