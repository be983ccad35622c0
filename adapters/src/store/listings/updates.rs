//! Updates: leases a listing to one worker, and settles its updates.

use super::rows::{read_listing, unconfirmed, update_key};
use super::settlement::{self, UpdateSettlement};
use crate::store::SqlStore;
use crate::store::db::Session;
use crate::store::db::{StoredRow, commit, read_all, row, run, statement};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::desired::Urgency;
use shared::domain::listing::ListingId;
use shared::domain::money::Yen;
use shared::domain::run::RunId;
use shared::domain::wrong_clock::MOST_OFF;
use shared::ports::store::{
    SentNow, StoreError, UpdateClaim, UpdateLease, UpdateResult, UpdateStore, UpdateTask,
};

statement!(LEASE, "listings/lease_listing.sql");
statement!(TASK, "listings/update_task.sql");
statement!(RELEASE_ALL, "listings/release_all_listings.sql");
statement!(WITHOUT_QUEUED, "listings/runs_without_queued.sql");
statement!(UNSETTLED, "listings/unsettled_updates.sql");
statement!(WAITING, "listings/waiting_updates.sql");

#[async_trait]
impl UpdateStore for SqlStore {
    /// The lease is one statement, which stores the desired state as sent. The task is read after it;
    /// a state that was stored in between is newer than what counts as sent, so it is leased again.
    async fn begin_update(
        &self,
        listing: ListingId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Result<UpdateTask, DateTime<Utc>>>, StoreError> {
        let lease = LEASE.bind(listing).bind(now).bind(until);
        let lease = lease.bind(until + MOST_OFF);
        let mut writer = self.db.writer().await?;
        let leased = run(&mut writer, lease).await? > 0;
        let Some(row) = row(&mut writer, TASK.bind(listing)).await? else {
            return Ok(None);
        };
        if !leased {
            let busy_until = row.maybe_at("busy_until")?;
            return Ok(Some(Err(busy_until.unwrap_or(now))));
        }
        let (task, is_newest) = task(&row, until)?;
        if is_newest {
            return Ok(Some(Ok(task)));
        }
        settlement::release(&mut writer, task.claim(), now).await?;
        Ok(Some(Err(now)))
    }

    /// Asks which runs have ended after the commit: when two calls settle the last updates of a run
    /// at the same time, the later one then sees both.
    async fn finish_update(
        &self,
        claim: UpdateClaim,
        result: &UpdateResult,
        at: DateTime<Utc>,
    ) -> Result<Vec<RunId>, StoreError> {
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        let settlement = UpdateSettlement { claim, at };
        settlement.finish(&mut transaction, result).await?;
        commit(transaction).await?;
        self.without_queued(&mut writer, claim.listing).await
    }

    async fn release_update(
        &self,
        claim: UpdateClaim,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut writer = self.db.writer().await?;
        settlement::release(&mut writer, claim, at).await.map(drop)
    }

    async fn release_all_updates(&self) -> Result<(), StoreError> {
        self.db.run(&RELEASE_ALL).await.map(drop)
    }

    async fn unsettled_updates(
        &self,
        now: DateTime<Utc>,
        sent: SentNow,
        after: ListingId,
        limit: u32,
    ) -> Result<Vec<(ListingId, i64, Urgency)>, StoreError> {
        let unsettled = UNSETTLED.bind(now).bind(after).bind(limit);
        let unsettled = unsettled.bind(sent == SentNow::EndOfLoss);
        self.db.read_all(unsettled, update_key).await
    }

    async fn waiting_updates(&self) -> Result<Vec<(AccountId, u64)>, StoreError> {
        let waiting = |row: &StoredRow| Ok((row.account()?, row.count("waiting")?));
        self.db.survey_all(&WAITING, waiting).await
    }
}

impl SqlStore {
    /// Open runs that had an update of the listing, and have no queued update left.
    pub(crate) async fn without_queued(
        &self,
        on: &mut dyn Session,
        listing: ListingId,
    ) -> Result<Vec<RunId>, StoreError> {
        let id = |row: &StoredRow| row.word("id", RunId::parse);
        read_all(on, WITHOUT_QUEUED.bind(listing), id).await
    }

    /// Delists the listing: its item no longer exists in the shop.
    pub(crate) async fn delist(
        &self,
        on: &mut dyn Session,
        listing: ListingId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let claim = UpdateClaim::without_lease(listing, i64::MAX);
        let settlement = UpdateSettlement { claim, at };
        settlement.write(on, &UpdateResult::Delisted).await
    }
}

/// The task under a lease until `until`, and whether its desired state is the one that counts as sent.
fn task(row: &StoredRow, until: DateTime<Utc>) -> Result<(UpdateTask, bool), StoreError> {
    let sends = row.number("sends")?;
    let desired = row.state("desired_")?;
    let sent = unconfirmed(row)?.unwrap_or_default();
    let is_newest = sent.0.contains(&desired);
    let task = UpdateTask {
        listing: read_listing(row)?,
        desired,
        version: row.number("version")?,
        urgency: row.word("urgency", Urgency::from_word)?,
        cost: row.maybe_small("cost_yen")?.map(Yen),
        parked_until: row.maybe_at("parked_until")?,
        guarded: row.yes("guarded")?,
        unconfirmed: (sends > 1).then_some(sent),
        lease: UpdateLease { until, sends },
    };
    Ok((task, is_newest))
}
