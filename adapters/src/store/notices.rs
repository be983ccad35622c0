//! The outbox: rows of notices, written once, claimed by one, settled by the claimer.

use super::SqlStore;
use super::db::columns::{Columns, instant, json};
use super::db::database::{commit, one, rows, run};
use super::db::statement::statement;
use super::runs::lifecycle::run_row;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shared::domain::notice::Notice;
use shared::ports::store::{
    ChannelView, ClaimedNotices, DeliveryOutcome, ENDED_BEFORE_ANSWER, NewNotice, NoticeClaim,
    NoticeStore, RunRow, StoreError,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use uuid::Uuid;

statement!(RUNS_WITHOUT_NOTICE, "notices/runs_without_notice.sql");
statement!(WRITE, "notices/write_notices.sql");
statement!(DUE, "notices/due_notices.sql");
statement!(CLAIM, "notices/claim_notices.sql");
statement!(CLAIMED, "notices/claimed_notices.sql");
statement!(TELL_LOST, "notices/tell_lost_notices.sql");
statement!(UNTELL_LOST, "notices/untell_lost_notices.sql");
statement!(SETTLE, "notices/settle_notices.sql");
statement!(BURY, "notices/bury_notices.sql");
statement!(EXPIRE, "notices/expire_notices.sql");
statement!(FORGET, "notices/forget_notices.sql");
statement!(CHANNELS, "notices/notice_channels.sql");

#[derive(Serialize)]
struct Row<'a> {
    channel: &'a str,
    event: &'a str,
    facts: Option<&'a str>,
    at: &'a str,
}

#[async_trait]
impl NoticeStore for SqlStore {
    async fn runs_without_notice(
        &self,
        channels: &[String],
        since: DateTime<Utc>,
    ) -> Result<Vec<RunRow>, StoreError> {
        let query = self.db.query(&RUNS_WITHOUT_NOTICE).bind(json(&channels)?);
        let query = query.bind(instant(since));
        rows(&mut *self.db.reader().await?, query)
            .await?
            .iter()
            .map(run_row)
            .collect()
    }

    async fn write_notices(
        &self,
        channels: &[String],
        notices: &[NewNotice],
    ) -> Result<u64, StoreError> {
        let mut given = Vec::new();
        for new in notices {
            let facts = new.notice.as_ref().map(json).transpose()?;
            given.push((&new.event, facts, instant(new.at)));
        }
        let one_each = channels.iter().flat_map(|channel| {
            given.iter().map(move |(event, facts, at)| Row {
                channel,
                event,
                facts: facts.as_deref(),
                at,
            })
        });
        let one_each: Vec<Row> = one_each.collect();
        if one_each.is_empty() {
            return Ok(0);
        }
        let write = self.db.query(&WRITE).bind(json(&one_each)?);
        run(&mut *self.db.writer().await?, write).await
    }

    /// Looks first, so that an idle outbox never waits for who writes.
    async fn claim_notices(
        &self,
        channel: &str,
        claim: &NoticeClaim,
    ) -> Result<ClaimedNotices, StoreError> {
        let due = self.db.query(&DUE).bind(channel.to_owned());
        if one(&mut *self.db.reader().await?, due)
            .await?
            .count("due")?
            == 0
        {
            return Ok(ClaimedNotices::default());
        }
        let message = claim.message.to_string();
        let take = self
            .db
            .query(&CLAIM)
            .bind(channel.to_owned())
            .bind(message.clone())
            .bind(instant(claim.now))
            .bind(instant(claim.until))
            .bind(instant(claim.now - claim.gather))
            .bind(i64::from(claim.most));
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        if run(&mut transaction, take).await? == 0 {
            return Ok(ClaimedNotices::default());
        }
        let tell = self.db.query(&TELL_LOST).bind(channel.to_owned());
        let lost = run(&mut transaction, tell.bind(message.clone())).await?;
        let mut claimed = self.claimed(&mut transaction, &message).await?;
        claimed.lost += lost;
        commit(transaction).await?;
        Ok(claimed)
    }

    async fn settle_notices(
        &self,
        message: Uuid,
        outcome: &DeliveryOutcome,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (state, then, error) = match outcome {
            DeliveryOutcome::Sent => ("sent", at, None),
            DeliveryOutcome::RetryAt(then, why) => ("due", *then, Some(why)),
            DeliveryOutcome::Unknown(why) => ("perhaps", at, Some(why)),
            DeliveryOutcome::Refused(why) => ("refused", at, Some(why)),
        };
        let message = message.to_string();
        let settle = self
            .db
            .query(&SETTLE)
            .bind(message.clone())
            .bind(state)
            .bind(instant(then))
            .bind(error.cloned());
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        run(&mut transaction, settle).await?;
        if *outcome != DeliveryOutcome::Sent {
            let untell = self.db.query(&UNTELL_LOST).bind(message);
            run(&mut transaction, untell).await?;
        }
        commit(transaction).await
    }

    async fn tidy_notices(
        &self,
        now: DateTime<Utc>,
        expired: DateTime<Utc>,
        forgotten: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut writer = self.db.writer().await?;
        let bury = self.db.query(&BURY).bind(instant(now));
        let bury = bury.bind(ENDED_BEFORE_ANSWER);
        let buried = run(&mut writer, bury).await?;
        let expire = self.db.query(&EXPIRE).bind(instant(now));
        run(&mut writer, expire.bind(instant(expired))).await?;
        let forget = self.db.query(&FORGET).bind(instant(forgotten));
        run(&mut writer, forget).await?;
        Ok(buried)
    }

    async fn notice_channels(&self) -> Result<Vec<ChannelView>, StoreError> {
        rows(&mut *self.db.reader().await?, self.db.query(&CHANNELS))
            .await?
            .iter()
            .map(channel_view)
            .collect()
    }
}

impl SqlStore {
    /// What a claim has taken. Facts that only a newer program can read count as lost.
    async fn claimed(
        &self,
        on: &mut AnyConnection,
        message: &str,
    ) -> Result<ClaimedNotices, StoreError> {
        let query = self.db.query(&CLAIMED).bind(message.to_owned());
        let mut claimed = ClaimedNotices::default();
        for row in rows(on, query).await? {
            claimed.attempt = claimed.attempt.max(row.small("attempts")?);
            match serde_json::from_str::<Notice>(row.text("facts")?) {
                Ok(notice) => claimed.notices.push(notice),
                Err(_) => claimed.lost += 1,
            }
        }
        Ok(claimed)
    }
}

fn channel_view(row: &AnyRow) -> Result<ChannelView, StoreError> {
    Ok(ChannelView {
        channel: row.text("channel")?.to_owned(),
        waiting: row.count("waiting")?,
        unknown: row.count("perhaps")?,
        lost: row.count("lost")?,
        last_sent_at: row.maybe_at("last_sent_at")?,
        not_before: row.maybe_at("not_before")?,
        error: row.maybe_text("error")?.map(ToOwned::to_owned),
    })
}
