//! Reads what changed in the rows since the last look, and gives each change to who judges it.

use super::law::{DELISTED_BUT_THERE, VERSION_WENT_BACK};
use super::rows::{NamedValues, RowChange};
use super::{Oracle, runs};
use crate::world_view::WorldView;

impl Oracle {
    /// Judges all changes of rows since the last look.
    pub(super) fn drain(&mut self, world: &WorldView<'_>) {
        self.findings.at = world.now;
        for change in self.log.news(world.rows) {
            self.row_changed(&change, world);
        }
    }

    fn row_changed(&mut self, change: &RowChange, world: &WorldView<'_>) {
        match change.what.as_str() {
            "product" | "cache" => self.products.changed(change, &mut self.findings),
            "applied" => self
                .applied
                .changed(change, &self.shops, &mut self.findings),
            "desired" => self.desired(change),
            "run" => {
                runs::changed(change, &mut self.findings);
                match change.now.text("state") {
                    "done" => self.ended_runs.push(change.subject.clone()),
                    "cancelled" => self.excuses.leave_to_next_run(world.now),
                    _ => {}
                }
            }
            "batch" | "miss" | "update" => runs::changed(change, &mut self.findings),
            "notice" => self.notices.changed(change, &mut self.findings),
            "token" => {
                let now = &change.now;
                self.tokens
                    .stored(now.text("access_token"), now.text("refresh_token"));
            }
            "listing" => self.listing(change, world),
            "account" => self.account(change, world),
            _ => {}
        }
    }

    fn desired(&mut self, change: &RowChange) {
        let Some(was) = &change.was else {
            return;
        };
        let version = (was.whole("version"), change.now.whole("version"));
        if version.0 > version.1 {
            let (listing, (old, new)) = (&change.subject, version);
            let found = format!(
                "the desired state of listing {listing} went from version {old:?} to {new:?}"
            );
            self.findings.broken(VERSION_WENT_BACK, &found);
        }
    }

    fn listing(&mut self, change: &RowChange, world: &WorldView<'_>) {
        let now = &change.now;
        let account = now.text("account_id");
        let id = now.whole("item_id").and_then(|id| u64::try_from(id).ok());
        let Some(id) = id.filter(|_| now.text("status") == "delisted") else {
            return;
        };
        let shop = world.simulator.shop(account);
        let is_there =
            |shop: simulator::ShopSnapshot| shop.items.iter().any(|item| item.item_id == id);
        if shop.is_some_and(is_there) {
            let found = format!("item {id} was delisted, and the shop has it");
            let about = (account, now.text("asin"));
            self.findings
                .broken_of_listing(DELISTED_BUT_THERE, about, &found);
        }
    }

    fn account(&mut self, change: &RowChange, world: &WorldView<'_>) {
        self.quota.changed(change, world.now);
        let is_active = |row: &NamedValues| row.whole("active") != Some(0);
        let was_active = change.was.as_ref().is_none_or(is_active);
        if is_active(&change.now) && !was_active {
            self.excuses.leave_to_next_run(world.now);
        }
        let waited = change
            .was
            .as_ref()
            .is_some_and(|was| was.has("reauthorise_since"));
        if change.now.has("reauthorise_since") && !waited {
            self.tokens.reauthorise(&change.subject, &mut self.findings);
        }
    }
}
