//! What may not last while no fault is at work: looked at once a minute (sections 1, 3, 6 and 10).

use chrono::{DateTime, TimeDelta, Utc};

use super::knowledge::BuyState;
use super::law::{Findings, LEFT_BELOW_COST, LEFT_FOR_SALE, NO_RUNS, PARKED_QUEUED_AGAIN};
use super::products::ProductWatch;
use super::rows::{NamedValues, selected};
use super::rules::KeeperRules;
use super::shops::{ShopWatch, WatchedItem};
use crate::rows::WatchedRows;

/// An edit is made within seconds of the answer; a queue of edits and their retries may take longer.
const EDITED_WITHIN: TimeDelta = TimeDelta::minutes(15);
/// What comes to the queue of a parked shop is parked within seconds.
const PARKED_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// No reset is farther away.
const LONGEST_PARK: TimeDelta = TimeDelta::hours(25);
/// An open run and the start of the next one may take so long.
const STARTED_WITHIN: TimeDelta = TimeDelta::minutes(45);

/// All that is seen at one look.
pub struct Look<'a> {
    /// The true time.
    pub now: DateTime<Utc>,
    /// Since when no fault is at work.
    pub calm_since: DateTime<Utc>,
    /// What became known until then is left to the next run, since a person has cancelled one or switched a shop on.
    pub left_until: Option<DateTime<Utc>>,
    /// When the last whole reading of the shops began.
    pub read_at: Option<DateTime<Utc>>,
    /// What is known of products.
    pub products: &'a ProductWatch,
    /// What the shops show.
    pub shops: &'a ShopWatch,
    /// The rules that decide in the end.
    pub rules: &'a KeeperRules,
    /// So often in a row all offers fail before an item must be hidden, by any rules in force.
    pub filtered_hides_after: u32,
}

impl Look<'_> {
    /// Looks at every listing.
    pub fn listings(&self, rows: &WatchedRows, findings: &mut Findings) {
        for row in selected(rows, include_str!("sql/listings.sql")) {
            let account = row.text("account_id");
            let Some(item_id) = row.whole("item_id").and_then(|id| u64::try_from(id).ok()) else {
                continue;
            };
            let Some(item) = self.shops.item(account, item_id) else {
                continue;
            };
            let is_ours = row.text("status") == "listed" && row.whole("active") == Some(1);
            if !is_ours {
                continue;
            }
            self.loses_money(&row, item, findings);
        }
    }

    /// What is known to be sold out, or to cost more than it sells for, is not left for sale.
    fn loses_money(&self, row: &NamedValues, item: &WatchedItem, findings: &mut Findings) {
        let Some(known) = self.products.newest(&item.shown.asin) else {
            return;
        };
        let long_ago = |since: DateTime<Utc>| self.now - since > EDITED_WITHIN;
        let touched = item.touched_at.is_some_and(|at| at >= known.since);
        let waits = row.whole("held_updates").unwrap_or(0) > 0
            || row.has("hold_reason")
            || row.has("reauthorise_since")
            || row.has("refused_since")
            || row
                .instant("parked_until")
                .is_some_and(|until| until > known.since && !long_ago(until))
            || self.left_until.is_some_and(|until| known.since <= until);
        // What became known during a fault is looked at in the end.
        let is_judged =
            long_ago(known.since) && known.since > self.calm_since && !touched && !waits;
        if !is_judged || !item.shown.visible {
            return;
        }
        let about = (row.text("account_id"), row.text("asin"));
        let is_out = match known.standing {
            BuyState::NoOffer => true,
            BuyState::NonePassed(times) => times >= self.filtered_hides_after,
            _ => false,
        };
        if is_out {
            let found = format!(
                "item {} is for sale, and known to be sold out since {}",
                item.shown.item_id, known.since
            );
            findings.broken_of_listing(LEFT_FOR_SALE, about, &found);
        }
        if let Some(cost) = known
            .cost
            .filter(|cost| item.shown.price < *cost && !is_out)
        {
            let found = format!(
                "item {} is for sale at {} yen, and known to cost {cost} since {}",
                item.shown.item_id, item.shown.price, known.since
            );
            findings.broken_of_listing(LEFT_BELOW_COST, about, &found);
        }
    }

    /// Looks for updates that are queued while their shop waits for its reset: they would keep their run open for so
    /// long, and with it the next one.
    pub fn parked(&self, rows: &WatchedRows, findings: &mut Findings) {
        let parked = self.now..self.now + LONGEST_PARK;
        for row in selected(rows, include_str!("sql/open_updates.sql")) {
            let until = row.instant("parked_until");
            let Some(until) = until.filter(|until| parked.contains(until)) else {
                continue;
            };
            let since = row.instant("at").unwrap_or(self.now).max(self.calm_since);
            if row.text("state") == "queued" && self.now - since > PARKED_WITHIN {
                let run = row.text("run_id");
                let found = format!(
                    "an update of run {run} is queued, and its shop is parked until {until}"
                );
                let about = (row.text("account_id"), row.text("asin"));
                findings.broken_of_listing(PARKED_QUEUED_AGAIN, about, &found);
            }
        }
    }

    /// Looks whether a run for prices and stock starts as often as it must.
    pub fn schedule(&self, rows: &WatchedRows, every: TimeDelta, findings: &mut Findings) {
        let open = selected(rows, include_str!("sql/open_runs.sql"));
        if open.iter().any(|run| run.text("kind") == "price-stock") {
            return;
        }
        let last = last_run(rows, "price-stock", "'done', 'failed', 'cancelled'");
        let due_since = last.map_or(self.calm_since, |last| self.calm_since.max(last + every));
        if self.now - due_since > STARTED_WITHIN {
            let found =
                format!("no run for prices and stock starts, and one is due since {due_since}");
            findings.broken(NO_RUNS, &found);
        }
    }
}

/// When the newest run of a kind over everything started, of those in one of `states`.
pub fn last_run(rows: &WatchedRows, kind: &str, states: &str) -> Option<DateTime<Utc>> {
    let statement = include_str!("sql/last_run.sql");
    let statement = statement
        .replace("{kind}", kind)
        .replace("{states}", states);
    selected(rows, &statement).pop()?.instant("started_at")
}
