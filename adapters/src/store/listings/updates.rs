//! Updates: leases a listing to one worker, and settles its updates.

use super::rows::{read_listing, update_key};
use crate::store::SqlStore;
use crate::store::db::{Prepared, StoredRow, commit, read_all, row, run, statement};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::desired::{HoldReason, Urgency};
use shared::domain::listing::{ListingId, ShopState};
use shared::domain::run::RunId;
use shared::domain::wrong_clock::MOST_OFF;
use shared::ports::store::{StoreError, UpdateResult, UpdateStore, UpdateTask};
use sqlx::AnyConnection;

statement!(LEASE, "listings/lease_listing.sql");
statement!(TASK, "listings/update_task.sql");
statement!(APPLY, "listings/apply_state.sql");
statement!(RELEASE_EQUAL, "listings/release_equal.sql");
statement!(RELEASE, "listings/release_listing.sql");
statement!(RELEASE_ALL, "listings/release_all_listings.sql");
statement!(HOLD, "listings/hold_listing.sql");
statement!(DELIST, "listings/delist.sql");
statement!(SETTLE_APPLIED, "listings/settle_applied.sql");
statement!(SETTLE, "listings/settle_updates.sql");
statement!(PARK, "listings/park_updates.sql");
statement!(WITHOUT_QUEUED, "listings/runs_without_queued.sql");
statement!(UNSETTLED, "listings/unsettled_updates.sql");
statement!(WAITING, "listings/waiting_updates.sql");

#[async_trait]
impl UpdateStore for SqlStore {
    /// The lease is one statement. The task is read after it, so it has the newest desired state.
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
        let found = row(&mut writer, TASK.bind(listing)).await?;
        drop(writer);
        let Some(row) = found else {
            return Ok(None);
        };
        if leased {
            return Ok(Some(Ok(task(&row)?)));
        }
        let busy_until = row.maybe_at("busy_until")?;
        Ok(Some(Err(busy_until.unwrap_or(now))))
    }

    /// Asks which runs have ended after the commit: when two calls settle the last updates of a run
    /// at the same time, the later one then sees both.
    async fn finish_update(
        &self,
        listing: ListingId,
        version: i64,
        result: &UpdateResult,
        at: DateTime<Utc>,
    ) -> Result<Vec<RunId>, StoreError> {
        let settlement = UpdateSettlement {
            listing,
            version,
            at,
        };
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        for statement in settlement.statements(result) {
            run(&mut transaction, statement).await?;
        }
        commit(transaction).await?;
        self.without_queued(&mut writer, listing).await
    }

    async fn release_update(&self, listing: ListingId) -> Result<(), StoreError> {
        self.db.run(RELEASE.bind(listing)).await.map(drop)
    }

    async fn release_all_updates(&self) -> Result<(), StoreError> {
        self.db.run(&RELEASE_ALL).await.map(drop)
    }

    async fn unsettled_updates(
        &self,
        now: DateTime<Utc>,
        after: ListingId,
        limit: u32,
    ) -> Result<Vec<(ListingId, i64, Urgency)>, StoreError> {
        let unsettled = UNSETTLED.bind(now).bind(after).bind(limit);
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
        on: &mut AnyConnection,
        listing: ListingId,
    ) -> Result<Vec<RunId>, StoreError> {
        let id = |row: &StoredRow| row.word("id", RunId::parse);
        read_all(on, WITHOUT_QUEUED.bind(listing), id).await
    }

    /// Delists the listing: its item no longer exists in the shop.
    pub(crate) async fn delist(
        &self,
        on: &mut AnyConnection,
        listing: ListingId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let settlement = UpdateSettlement {
            listing,
            version: i64::MAX,
            at,
        };
        for statement in settlement.statements(&UpdateResult::Delisted) {
            run(on, statement).await?;
        }
        Ok(())
    }
}

fn task(row: &StoredRow) -> Result<UpdateTask, StoreError> {
    Ok(UpdateTask {
        listing: read_listing(row)?,
        desired: row.state("desired_")?,
        version: row.number("version")?,
        urgency: row.word("urgency", Urgency::from_word)?,
        parked_until: row.maybe_at("parked_until")?,
        guarded: row.yes("guarded")?,
    })
}

/// Settles every update of a listing up to a version.
#[derive(Clone, Copy)]
struct UpdateSettlement {
    listing: ListingId,
    version: i64,
    at: DateTime<Utc>,
}

impl UpdateSettlement {
    fn statements(self, result: &UpdateResult) -> Vec<Prepared> {
        let id = self.listing;
        let release = || RELEASE.bind(id);
        match result {
            UpdateResult::Applied(state) => self.applied(state),
            UpdateResult::Equal => vec![
                RELEASE_EQUAL.bind(id).bind(self.version),
                self.settle("equal", None, None),
            ],
            UpdateResult::Held(reason) => vec![
                release(),
                HOLD.bind(id).bind(reason.as_str()),
                self.settle("held", None, Some(*reason)),
            ],
            UpdateResult::Guarded => {
                let reason = HoldReason::MassChange;
                vec![release(), self.settle("held", None, Some(reason))]
            }
            UpdateResult::Failed(code) => vec![release(), self.settle("failed", Some(code), None)],
            UpdateResult::Parked => {
                vec![release(), PARK.bind(id).bind(self.version).bind(self.at)]
            }
            UpdateResult::Delisted => {
                // Later versions too: they will never be sent.
                let all = Self {
                    version: i64::MAX,
                    ..self
                };
                vec![
                    release(),
                    DELIST.bind(id),
                    all.settle("delisted", None, None),
                ]
            }
        }
    }

    fn applied(self, state: &ShopState) -> Vec<Prepared> {
        let with_state = |query: Prepared| {
            query
                .bind(state.price.0)
                .bind(state.visible)
                .bind(state.stock)
        };
        let apply = with_state(APPLY.bind(self.listing)).bind(self.version);
        let settle = with_state(SETTLE_APPLIED.bind(self.listing).bind(self.version));
        vec![apply.bind(self.at), settle.bind(self.at)]
    }

    fn settle(self, state: &'static str, code: Option<&str>, hold: Option<HoldReason>) -> Prepared {
        SETTLE
            .bind(self.listing)
            .bind(self.version)
            .bind(state)
            .bind(code)
            .bind(hold.map(HoldReason::as_str))
            .bind(self.at)
    }
}
