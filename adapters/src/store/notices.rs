//! The outbox: each notice is written once, claimed by one sender, and settled by that sender.

use super::SqlStore;
use super::db::{StoredRow, commit, instant, json, rows, run, statement};
use super::runs::progress::run_row;
use crate::store::db::Session;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use shared::domain::notice::Notice;
use shared::domain::wrong_clock::CLOCK_ERROR;
use shared::ports::store::{
    ChannelView, ClaimedNotices, DeliveryOutcome, ENDED_BEFORE_ANSWER, NewNotice, NoticeClaim,
    NoticeStore, RunRow, StoreError,
};
use uuid::Uuid;

statement!(RUNS_WITHOUT_NOTICE, "notices/runs_without_notice.sql");
statement!(WRITE, "notices/write_notices.sql");
statement!(DUE, "notices/due_notices.sql");
statement!(CLAIM, "notices/claim_notices.sql");
statement!(CLAIMED, "notices/claimed_notices.sql");
statement!(REPORT_LOST, "notices/report_lost_notices.sql");
statement!(UNREPORT_LOST, "notices/unreport_lost_notices.sql");
statement!(SETTLE, "notices/settle_notices.sql");
statement!(END_BACK_OFF, "notices/end_back_off.sql");
statement!(ABANDON, "notices/abandon_notices.sql");
statement!(EXPIRE, "notices/expire_notices.sql");
statement!(DELETE, "notices/delete_notices.sql");
statement!(CHANNELS, "notices/notice_channels.sql");

/// A pause before a message is sent again, and a claim, are shorter.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(12);

#[derive(Serialize)]
struct NoticeRow<'a> {
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
        let query = RUNS_WITHOUT_NOTICE.bind(json(&channels)?).bind(since);
        self.db.read_all(query, run_row).await
    }

    async fn write_notices(
        &self,
        channels: &[String],
        notices: &[NewNotice],
    ) -> Result<u64, StoreError> {
        let mut events = Vec::new();
        for new in notices {
            let facts = new.notice.as_ref().map(json).transpose()?;
            events.push((&new.event, facts, instant(new.at)));
        }
        let rows = channels.iter().flat_map(|channel| {
            events.iter().map(move |(event, facts, at)| NoticeRow {
                channel,
                event,
                facts: facts.as_deref(),
                at,
            })
        });
        let rows: Vec<NoticeRow> = rows.collect();
        if rows.is_empty() {
            return Ok(0);
        }
        self.db.run(WRITE.bind(json(&rows)?)).await
    }

    /// Reads first, so that an idle outbox never waits for a writer.
    async fn claim_notices(
        &self,
        channel: &str,
        claim: &NoticeClaim,
    ) -> Result<ClaimedNotices, StoreError> {
        let due = self.db.one(DUE.bind(channel)).await?;
        if due.count("due")? == 0 {
            return Ok(ClaimedNotices::default());
        }
        let message = claim.message;
        let take = CLAIM
            .bind(channel)
            .bind(message)
            .bind(claim.now)
            .bind(claim.until)
            .bind(claim.now - claim.gather)
            .bind(claim.most)
            .bind(claim.now + LONGEST_WAIT)
            .bind(claim.now + CLOCK_ERROR);
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        if run(&mut transaction, take).await? == 0 {
            return Ok(ClaimedNotices::default());
        }
        let report = REPORT_LOST.bind(channel).bind(message);
        let lost = run(&mut transaction, report).await?;
        let mut claimed = claimed(&mut transaction, message).await?;
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
        let settle = SETTLE
            .bind(message)
            .bind(state)
            .bind(then)
            .bind(error.map(String::as_str));
        let mut writer = self.db.writer().await?;
        let mut transaction = self.db.begin(&mut writer).await?;
        run(&mut transaction, settle).await?;
        if *outcome != DeliveryOutcome::Sent {
            run(&mut transaction, UNREPORT_LOST.bind(message)).await?;
        }
        commit(transaction).await
    }

    async fn end_back_off(&self, channel: &str, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.db.run(END_BACK_OFF.bind(channel).bind(now)).await
    }

    async fn tidy_notices(
        &self,
        now: DateTime<Utc>,
        expired: DateTime<Utc>,
        forgotten: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut writer = self.db.writer().await?;
        let abandon = ABANDON.bind(now).bind(ENDED_BEFORE_ANSWER);
        let abandon = abandon.bind(now + LONGEST_WAIT);
        let abandoned = run(&mut writer, abandon).await?;
        run(&mut writer, EXPIRE.bind(now).bind(expired)).await?;
        run(&mut writer, DELETE.bind(forgotten)).await?;
        Ok(abandoned)
    }

    async fn notice_channels(&self) -> Result<Vec<ChannelView>, StoreError> {
        self.db.read_all(&CHANNELS, channel_view).await
    }
}

/// The notices that a claim has taken. Facts that only a newer program can read count as lost.
async fn claimed(on: &mut dyn Session, message: Uuid) -> Result<ClaimedNotices, StoreError> {
    let mut claimed = ClaimedNotices::default();
    for row in rows(on, CLAIMED.bind(message)).await? {
        claimed.attempt = claimed.attempt.max(row.small("attempts")?);
        match serde_json::from_str::<Notice>(row.text("facts")?) {
            Ok(notice) => claimed.notices.push(notice),
            Err(_) => claimed.lost += 1,
        }
    }
    Ok(claimed)
}

fn channel_view(row: &StoredRow) -> Result<ChannelView, StoreError> {
    Ok(ChannelView {
        channel: row.text("channel")?.to_owned(),
        waiting: row.count("waiting")?,
        perhaps: row.count("perhaps")?,
        lost: row.count("lost")?,
        last_sent_at: row.maybe_at("last_sent_at")?,
        not_before: row.maybe_at("not_before")?,
        error: row.maybe_string("error")?,
    })
}
