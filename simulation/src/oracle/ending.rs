//! What must be true in the end, after the last fault and some whole runs: every run has ended, nothing waits past its
//! instant, and every listing shows what follows from the market (sections 1, 6, 7 and 10).

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use simulator::AsinSnapshot;

use super::face::ItemFace;
use super::finally::{Circumstances, wrong_in_the_end};
use super::lasting::Look;
use super::law::{
    CACHE_DIFFERS, Findings, GONE_BUT_LISTED, MARKET_MISSED, MESSAGES_STAY, NOT_TOLD, NOTICE_WAITS,
    RUN_NEVER_ENDS, SHOP_DIFFERS, STILL_PARKED, STILL_QUEUED,
};
use super::market::told_by_market;
use super::rows::{NamedValues, selected};
use super::shops::WatchedItem;
use crate::rows::WatchedRows;

/// A run over so few listings takes minutes; what is refused, and its retries, may take longer.
const RUN_LASTS: TimeDelta = TimeDelta::hours(3);
/// What is due is done within this time.
const DONE_WITHIN: TimeDelta = TimeDelta::minutes(30);
/// A channel may refuse for a while, and is asked less and less often then.
const TOLD_WITHIN: TimeDelta = TimeDelta::hours(2);

/// A message that is alive in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliveMessage {
    /// Its id.
    pub id: String,
    /// How long it is until it is due; zero if it is.
    pub due_in: TimeDelta,
}

/// Judges the end.
pub struct EndJudge<'a> {
    /// What is seen.
    pub look: Look<'a>,
    /// The rows.
    pub rows: &'a WatchedRows,
}

impl EndJudge<'_> {
    /// Looks for runs that have not ended; one that the guard holds waits for a person, and there is none here.
    pub fn runs(&self, findings: &mut Findings) {
        let now = self.look.now;
        for run in selected(self.rows, include_str!("sql/open_runs.sql")) {
            let waits_for_a_person = run.text("state") == "held" && run.has("tripped_at");
            let began = run.instant("started_at").unwrap_or(now);
            if !waits_for_a_person && now - began > RUN_LASTS {
                let (kind, state) = (run.text("kind"), run.text("state"));
                let found = format!("a {kind} run is {state} since {began}");
                findings.broken_of_run(RUN_NEVER_ENDS, run.text("id"), &found);
            }
        }
    }

    /// Looks for runs that failed or wait without a notice.
    pub fn notified(&self, findings: &mut Findings) {
        let before = self.look.now - DONE_WITHIN;
        let before = before.to_rfc3339_opts(SecondsFormat::Millis, true);
        let statement = include_str!("sql/untold_runs.sql").replace("{before}", &before);
        for run in selected(self.rows, &statement) {
            let found = format!(
                "a {} run is {} without a notice",
                run.text("kind"),
                run.text("state")
            );
            findings.broken_of_run(NOT_TOLD, run.text("id"), &found);
        }
    }

    /// Looks for entries of the cache that are no copies.
    pub fn cache(&self, findings: &mut Findings) {
        for row in selected(self.rows, include_str!("sql/unlike_cache.sql")) {
            let found = format!("the database and the cache say {row:?}");
            findings.broken_of_asin(CACHE_DIFFERS, row.text("asin"), &found);
        }
    }

    /// Looks for updates that wait past the reset of their shop, or are simply not made.
    pub fn updates(&self, findings: &mut Findings) {
        let now = self.look.now;
        for row in selected(self.rows, include_str!("sql/open_updates.sql")) {
            let parked_until = row
                .instant("parked_until")
                .filter(|until| *until > now - DONE_WITHIN);
            let since = row.instant("at").unwrap_or(now);
            if parked_until.is_some() || row.text("code") == "hours" || now - since < DONE_WITHIN {
                continue;
            }
            let law = if row.text("state") == "parked" {
                STILL_PARKED
            } else {
                STILL_QUEUED
            };
            let (state, run) = (row.text("state"), row.text("run_id"));
            let found = format!("an update of run {run} is {state} since {since}");
            findings.broken_of_listing(law, (row.text("account_id"), row.text("asin")), &found);
        }
    }

    /// Looks for notices that are not sent.
    pub fn notices(&self, findings: &mut Findings) {
        let now = self.look.now;
        for row in selected(self.rows, include_str!("sql/waiting_notices.sql")) {
            let due_since = row.instant("not_before").unwrap_or(now);
            if now - due_since > TOLD_WITHIN {
                let (event, state) = (row.text("event"), row.text("state"));
                let found = format!("the notice {event} is {state} and due since {due_since}");
                findings.broken(NOTICE_WAITS, &found);
            }
        }
    }

    /// Looks at every listing: its shop shows its desired state, and that is what follows from the market.
    pub fn listings(&self, market: &dyn Fn(&str) -> AsinSnapshot, findings: &mut Findings) {
        for row in selected(self.rows, include_str!("sql/listings.sql")) {
            if !is_kept(&row) {
                continue;
            }
            let account = row.text("account_id");
            let id = row.whole("item_id").and_then(|id| u64::try_from(id).ok());
            let about = (account, row.text("asin"));
            let Some(item) = id.and_then(|id| self.look.shops.item(account, id)) else {
                let gone_since = id.and_then(|id| self.look.shops.gone_since(account, id));
                if gone_since.is_some_and(|gone| self.look.read_at.is_some_and(|read| read > gone))
                {
                    let found = format!("the item of the listing is gone since {gone_since:?}");
                    findings.broken_of_listing(GONE_BUT_LISTED, about, &found);
                }
                continue;
            };
            if let Some(found) = unlike_desired(&row, item) {
                findings.broken_of_listing(SHOP_DIFFERS, about, &found);
            }
            if let Some(found) = self.unlike_market(&row, item, &market(about.1)) {
                findings.broken_of_listing(MARKET_MISSED, about, &found);
            }
        }
    }

    fn unlike_market(
        &self,
        row: &NamedValues,
        item: &WatchedItem,
        market: &AsinSnapshot,
    ) -> Option<String> {
        if row.has("invalid_since") {
            // Asked again daily, then weekly.
            return None;
        }
        let now = self.look.now;
        let told = told_by_market(&market.state, self.look.rules, now);
        let shown = ItemFace {
            price: item.shown.price,
            visible: item.shown.visible,
            stock: Some(item.shown.stock),
        };
        let about = Circumstances {
            last_cost: self
                .look
                .products
                .newest(row.text("asin"))
                .and_then(|known| known.cost),
            sale_price: item.shown.sale_price,
            sold_out: self.rests(row, item, now),
            has_variations: item.shown.variations > 0,
            is_locked: item.shown.digital,
        };
        wrong_in_the_end(&told, shown, about, self.look.rules)
            .map(|why| format!("item {}: {why}", item.shown.item_id))
    }

    /// Whether the item sold out in the shop a short while ago, or a person took its stock.
    fn rests(&self, row: &NamedValues, item: &WatchedItem, now: DateTime<Utc>) -> bool {
        let since = row.instant("sold_out_since").max(item.stock_touched_at);
        let rest = self.look.rules.restock_after;
        since.is_some_and(|since| rest.is_none_or(|rest| now - since < rest + TimeDelta::hours(6)))
    }
}

/// Whether a listing is ours to keep: listed, of an active account that BASE does not refuse, and not held by a guard.
fn is_kept(row: &NamedValues) -> bool {
    row.text("status") == "listed"
        && row.whole("active") == Some(1)
        && !row.has("reauthorise_since")
        && !row.has("refused_since")
        && row.whole("held_updates").unwrap_or(0) == 0
        && row.whole("open_updates").unwrap_or(0) == 0
}

fn unlike_desired(row: &NamedValues, item: &WatchedItem) -> Option<String> {
    let price = row.whole("desired_price")?;
    let visible = row.whole("desired_visible")? == 1;
    let shown = &item.shown;
    // What failed of an ASIN that Amazon does not know is sent again when it is asked again, a day later.
    let is_held = row.has("hold_reason") || shown.digital || row.has("invalid_since");
    let is_unlike = shown.price != price || shown.visible != visible;
    (is_unlike && !is_held).then(|| {
        format!(
            "item {} shows {} yen, visible {}; desired are {price} yen, visible {visible}",
            shown.item_id, shown.price, shown.visible
        )
    })
}

/// Looks for messages that are due and not taken.
pub fn messages(alive: &[AliveMessage], open_work: bool, findings: &mut Findings) {
    let due: Vec<&AliveMessage> = alive
        .iter()
        .filter(|message| message.due_in <= TimeDelta::zero())
        .collect();
    if !open_work && due.len() > 5 {
        let first = &due[0].id;
        let found = format!(
            "{} messages are due, as {first}, and no row is open",
            due.len()
        );
        findings.broken(MESSAGES_STAY, &found);
    }
}
