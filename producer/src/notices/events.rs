//! Finds events in the rows and writes them to the outbox: runs that ended or are held, and shops
//! that need their quota or a person.

use super::{MAX_AGE, Notifications};
use chrono::{DateTime, TimeDelta, Utc};
use shared::domain::account::LONGEST_PARK;
use shared::domain::lane::{Lane, ShopLane};
use shared::domain::notice::{Notice, run_event};
use shared::domain::run::RunState;
use shared::domain::wrong_clock::lasting;
use shared::ports::store::{AccountRow, LaneMemory, NewNotice, RunRow, StoreError, TokenAge};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;

/// A shorter wait is not reported: a refusal right after a reset parks a shop for some seconds.
const SHORT_PARK: TimeDelta = TimeDelta::minutes(1);
/// The quota use of so many shops is read in one pass.
const SHOPS_PER_PASS: usize = 200;
/// Share of the calls of a day at which the quota alarm is sent.
const ALARM_PERCENT: u64 = 90;

impl Notifications {
    /// Writes new events of all processes to the outbox. Returns the number of new rows.
    ///
    /// # Errors
    ///
    /// When the database does not answer; the next call finds the same events.
    pub async fn record_events(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let channels = self.channel_names();
        let mut new = Vec::new();
        let since = now - MAX_AGE;
        for run in self.store.runs_without_notice(&channels, since).await? {
            new.extend(self.run_notice(&run, now).await?);
        }
        let current = self.conditions(now).await?;
        let seen: BTreeSet<String> = current.iter().map(|new| new.event.clone()).collect();
        new.extend(current.into_iter().filter(|new| self.is_new(&new.event)));
        if new.is_empty() {
            return Ok(0);
        }
        let written = self.store.write_notices(&channels, &new).await?;
        if let Ok(mut recorded) = self.recorded.lock() {
            *recorded = seen;
        }
        Ok(written)
    }

    /// The notice of a run. A run that is not worth a notice gets a row without one, so that its
    /// report is read only once. Runs that are held for invalid ASINs follow each other, and are told
    /// once a day.
    async fn run_notice(
        &self,
        run: &RunRow,
        now: DateTime<Utc>,
    ) -> Result<Vec<NewNotice>, StoreError> {
        let Some(report) = self.store.report(run.id, now).await? else {
            return Ok(Vec::new());
        };
        if report.state.is_open() && report.state != RunState::Held {
            return Ok(Vec::new());
        }
        let event = run_event(run.id, report.state);
        let daily = report.is_held_for_invalid();
        let daily = daily.then(|| format!("invalid/{}/{}", report.kind.as_str(), now.date_naive()));
        let report = Box::new(report);
        let notice = Some(Notice::Run { report }).filter(|notice| self.policy.events.wants(notice));
        let new = |event, notice| NewNotice {
            event,
            notice,
            at: now,
        };
        Ok(match daily {
            Some(of_the_day) => vec![new(event, None), new(of_the_day, notice)],
            None => vec![new(event, notice)],
        })
    }

    /// The conditions of the shops now; each is reported once.
    async fn conditions(&self, now: DateTime<Utc>) -> Result<Vec<NewNotice>, StoreError> {
        let lanes: HashMap<String, LaneMemory> = self.store.lanes().await?.into_iter().collect();
        let accounts = self.store.accounts().await?;
        let mut found: Vec<Notice> = lanes
            .iter()
            .filter_map(|(lane, memory)| amazon_refuses(lane, memory, now))
            .collect();
        for account in accounts.iter().filter(|account| account.active) {
            found.extend(parked(account, now));
            found.extend(proxy_failed(account));
            found.extend(shop_refused(account));
            found.extend(needs_authorisation(account));
        }
        let active: Vec<&AccountRow> = accounts.iter().filter(|account| account.active).collect();
        for account in self.next_shops(&active) {
            found.extend(self.nearly_used_up(account, &lanes, now).await);
        }
        let ages = self.store.token_ages().await?;
        let ages = TokenAge::by_account(ages);
        for account in accounts.iter().filter(|account| self.watches(account)) {
            found.extend(self.token_ending(account, &ages, now));
        }
        found.retain(|notice| self.policy.events.wants(notice));
        let new = found.into_iter().map(|notice| NewNotice {
            event: notice.event(),
            notice: Some(notice),
            at: now,
        });
        Ok(new.collect())
    }

    /// The shops whose quota use is read in this pass. Each may cost a call to Redis, so many shops take
    /// several passes.
    fn next_shops<'a>(&self, shops: &[&'a AccountRow]) -> Vec<&'a AccountRow> {
        let windows = shops.chunks(SHOPS_PER_PASS);
        let pass = self.passes.fetch_add(1, Ordering::Relaxed);
        let window = pass % windows.len().max(1);
        windows.skip(window).take(1).flatten().copied().collect()
    }

    async fn nearly_used_up(
        &self,
        account: &AccountRow,
        lanes: &HashMap<String, LaneMemory>,
        now: DateTime<Utc>,
    ) -> Option<Notice> {
        let quota = self.policy.quotas.get(&account.platform)?;
        let of = quota.long.limit?;
        let lane = Lane::Shop(ShopLane {
            platform: account.platform.clone(),
            account: account.id.clone(),
            quota: *quota,
        });
        let (day, used) = self.used_in_a_day(&lane, lanes).await?;
        let today = quota.long.start(now) == day;
        let share = u64::from(used) * 100;
        (today && share >= u64::from(of) * ALARM_PERCENT).then(|| Notice::NearlyUsedUp {
            account: account.id.clone(),
            name: account.name.clone(),
            used,
            of,
            day,
        })
    }

    /// The last counted day and its calls: from Redis where several processes count, else from the
    /// database.
    async fn used_in_a_day(
        &self,
        lane: &Lane,
        lanes: &HashMap<String, LaneMemory>,
    ) -> Option<(DateTime<Utc>, u32)> {
        if let Some(limiter) = &self.limiter {
            match limiter.shared_use(lane).await {
                Ok(Some(used)) => return Some((used.long, used.long_used)),
                Ok(None) => {}
                // The next pass asks again; the other notices do not wait for it.
                Err(error) => {
                    tracing::debug!(%error, "could not read the quota use of {lane}; retrying");
                    return None;
                }
            }
        }
        let memory = lanes.get(&lane.to_string())?;
        let day = DateTime::from_timestamp_millis(memory.day_ms)?;
        Some((day, memory.day_used))
    }

    /// Token expiry is also reported for inactive shops that are in the accounts file.
    fn watches(&self, account: &AccountRow) -> bool {
        let shops = self.policy.shops.as_ref();
        account.active || shops.is_none_or(|shops| shops.contains(&account.id))
    }

    /// The most urgent warning that is due.
    fn token_ending(
        &self,
        account: &AccountRow,
        ages: &HashMap<String, TokenAge>,
        now: DateTime<Utc>,
    ) -> Option<Notice> {
        if account.reauthorise_since.is_some() {
            return None;
        }
        let ends = ages.get(account.id.as_str())?.ends_at();
        let left = ends - now;
        let due = |days: &&u32| left <= TimeDelta::days(i64::from(**days));
        let days = self.policy.warning_days.iter().filter(due).min()?;
        (left > TimeDelta::zero()).then(|| Notice::TokenEnding {
            account: account.id.clone(),
            name: account.name.clone(),
            ends,
            days: *days,
        })
    }

    fn is_new(&self, event: &str) -> bool {
        let recorded = self.recorded.lock();
        recorded.is_ok_and(|recorded| !recorded.contains(event))
    }
}

fn amazon_refuses(lane: &str, memory: &LaneMemory, now: DateTime<Utc>) -> Option<Notice> {
    let refusals = memory.refusals.filter(|refusals| refusals.are_told(now))?;
    Some(Notice::AmazonRefuses {
        lane: lane.to_owned(),
        since: refusals.since,
    })
}

fn parked(account: &AccountRow, now: DateTime<Utc>) -> Option<Notice> {
    let until = lasting(account.parked_until, LONGEST_PARK, now)?;
    let for_quota = account.proxy_failed_since.is_none() && account.refused.is_none();
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

fn shop_refused(account: &AccountRow) -> Option<Notice> {
    let (since, refusal) = account.refused.clone()?;
    Some(Notice::ShopRefused {
        account: account.id.clone(),
        name: account.name.clone(),
        since,
        refusal,
    })
}

fn needs_authorisation(account: &AccountRow) -> Option<Notice> {
    account.reauthorise_since.map(|since| Notice::Reauthorise {
        account: account.id.clone(),
        name: account.name.clone(),
        since,
        why: account.reauthorise_why.clone(),
    })
}
