//! Updates: a listing in one worker's hands, and how that ended.

use crate::store::SqlStore;
use crate::store::db::columns::{Columns, instant};
use crate::store::db::database::{Prepared, commit, row, rows, run};
use crate::store::db::statement::statement;
use crate::store::runs::batches::read_listing;
use crate::store::runs::lifecycle::update_key;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::domain::account::AccountId;
use shared::domain::desired::{HoldReason, Urgency};
use shared::domain::listing::{ListingId, ShopState};
use shared::domain::run::RunId;
use shared::ports::store::{StoreError, UpdateResult, UpdateStore, UpdateTask};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

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
    /// The lease is one statement; what is read after it is the newest desired state.
    async fn begin_update(
        &self,
        listing: ListingId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Result<UpdateTask, DateTime<Utc>>>, StoreError> {
        let lease = self.db.query(&LEASE);
        let lease = lease
            .bind(listing.0)
            .bind(instant(now))
            .bind(instant(until));
        let mut writer = self.db.writer().await?;
        let leased = run(&mut writer, lease).await? > 0;
        let found = row(&mut writer, self.db.query(&TASK).bind(listing.0)).await?;
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

    /// The ended runs are asked for when this update stands as settled: of two that settle a run's
    /// last updates at the same time, the later one then sees both.
    async fn finish_update(
        &self,
        listing: ListingId,
        version: i64,
        result: &UpdateResult,
        at: DateTime<Utc>,
    ) -> Result<Vec<RunId>, StoreError> {
        let finish = Finish {
            store: self,
            listing,
            version,
            at: instant(at),
        };
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        for statement in finish.statements(result) {
            run(&mut transaction, statement).await?;
        }
        commit(transaction).await?;
        self.without_queued(&mut writer, listing).await
    }

    async fn release_update(&self, listing: ListingId) -> Result<(), StoreError> {
        let mut writer = self.db.writer().await?;
        run(&mut writer, self.db.query(&RELEASE).bind(listing.0)).await?;
        Ok(())
    }

    async fn release_all_updates(&self) -> Result<(), StoreError> {
        let mut writer = self.db.writer().await?;
        run(&mut writer, self.db.query(&RELEASE_ALL)).await?;
        Ok(())
    }

    async fn unsettled_updates(&self) -> Result<Vec<(ListingId, i64, Urgency)>, StoreError> {
        let mut reader = self.db.reader().await?;
        let mut survey = self.db.survey(&mut reader).await?;
        let found = rows(&mut survey, self.db.query(&UNSETTLED)).await?;
        commit(survey).await?;
        found.iter().map(update_key).collect()
    }

    async fn waiting_updates(&self) -> Result<Vec<(AccountId, u64)>, StoreError> {
        let mut reader = self.db.reader().await?;
        let mut survey = self.db.survey(&mut reader).await?;
        let found = rows(&mut survey, self.db.query(&WAITING)).await?;
        commit(survey).await?;
        let waiting = |row: &AnyRow| {
            let account = row.word("account_id", |id| AccountId::parse(id).ok())?;
            Ok((account, row.count("waiting")?))
        };
        found.iter().map(waiting).collect()
    }
}

impl SqlStore {
    /// Open runs that had an update of the listing, and have none queued any more.
    pub(crate) async fn without_queued(
        &self,
        on: &mut AnyConnection,
        listing: ListingId,
    ) -> Result<Vec<RunId>, StoreError> {
        let ended = self.db.query(&WITHOUT_QUEUED).bind(listing.0);
        rows(on, ended)
            .await?
            .iter()
            .map(|row| row.word("id", RunId::parse))
            .collect()
    }

    /// Takes the listing out of the catalogue: its item is gone.
    pub(crate) async fn delist(
        &self,
        on: &mut AnyConnection,
        listing: ListingId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let finish = Finish {
            store: self,
            listing,
            version: i64::MAX,
            at: instant(at),
        };
        for statement in finish.statements(&UpdateResult::Delisted) {
            run(on, statement).await?;
        }
        Ok(())
    }
}

fn task(row: &AnyRow) -> Result<UpdateTask, StoreError> {
    Ok(UpdateTask {
        listing: read_listing(row)?,
        desired: row.state("desired_")?,
        version: row.number("version")?,
        urgency: row.word("urgency", Urgency::from_word)?,
        parked_until: row.maybe_at("parked_until")?,
        guarded: row.yes("guarded")?,
    })
}

/// One update that ends.
struct Finish<'a> {
    store: &'a SqlStore,
    listing: ListingId,
    version: i64,
    at: String,
}

impl Finish<'_> {
    fn statements(&self, result: &UpdateResult) -> Vec<Prepared> {
        let db = &self.store.db;
        let id = self.listing.0;
        let release = || db.query(&RELEASE).bind(id);
        match result {
            UpdateResult::Applied(state) => self.applied(state),
            UpdateResult::Equal => vec![
                db.query(&RELEASE_EQUAL).bind(id).bind(self.version),
                self.settle("equal", None, None),
            ],
            UpdateResult::Held(reason) => vec![
                release(),
                db.query(&HOLD).bind(id).bind(reason.as_str()),
                self.settle("held", None, Some(*reason)),
            ],
            UpdateResult::Guarded => {
                let reason = HoldReason::MassChange;
                vec![release(), self.settle("held", None, Some(reason))]
            }
            UpdateResult::Failed(code) => {
                vec![release(), self.settle("failed", Some(code), None)]
            }
            UpdateResult::Parked => {
                let park = db.query(&PARK).bind(id).bind(self.version);
                vec![release(), park.bind(self.at.clone())]
            }
            UpdateResult::Delisted => vec![
                release(),
                db.query(&DELIST).bind(id),
                // Later versions too: nobody will send them.
                Self {
                    at: self.at.clone(),
                    version: i64::MAX,
                    ..*self
                }
                .settle("delisted", None, None),
            ],
        }
    }

    fn applied(&self, state: &ShopState) -> Vec<Prepared> {
        let (price, visible) = (i64::from(state.price.0), i64::from(state.visible));
        let stock = state.stock.map(i64::from);
        let db = &self.store.db;
        let apply = db.query(&APPLY).bind(self.listing.0);
        let settle = db.query(&SETTLE_APPLIED).bind(self.listing.0);
        vec![
            apply
                .bind(price)
                .bind(visible)
                .bind(stock)
                .bind(self.version)
                .bind(self.at.clone()),
            settle
                .bind(self.version)
                .bind(price)
                .bind(visible)
                .bind(stock)
                .bind(self.at.clone()),
        ]
    }

    fn settle(
        &self,
        state: &'static str,
        code: Option<&str>,
        hold: Option<HoldReason>,
    ) -> Prepared {
        self.store
            .db
            .query(&SETTLE)
            .bind(self.listing.0)
            .bind(self.version)
            .bind(state)
            .bind(code.map(ToOwned::to_owned))
            .bind(hold.map(HoldReason::as_str))
            .bind(self.at.clone())
    }
}
