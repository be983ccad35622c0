//! What counts as applied is what the shop shows, at every instant: while nothing is sent and not confirmed, both are
//! equal, whatever answers were lost (section 6).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::law::{CONFIRMED_BUT_NOT_SHOWN, Findings};
use super::rows::{NamedValues, RowChange};
use super::shops::{ShopWatch, WatchedItem};

/// A page of a shop is as old as its request, and is recorded later: what a person did in between is not on it.
const READ_WITHIN: TimeDelta = TimeDelta::minutes(15);

/// The listing's item.
#[derive(Debug, Clone)]
struct ListedThing {
    account: String,
    asin: String,
    item_id: u64,
}

/// What counts as applied.
#[derive(Debug, Clone, Copy)]
struct Applied {
    price: i64,
    visible: bool,
    since: DateTime<Utc>,
}

/// What counts as applied of each listing, as far as nothing is in doubt.
#[derive(Debug, Default)]
pub struct AppliedWatch {
    items: HashMap<String, ListedThing>,
    applied: HashMap<String, Applied>,
    /// When each listing was edited last, as its row tells it, and since when the row does.
    edited: HashMap<String, (String, DateTime<Utc>)>,
}

impl AppliedWatch {
    /// A listing with its item.
    pub fn listed(&mut self, row: &NamedValues) {
        let Some(item_id) = row.whole("item_id").and_then(|id| u64::try_from(id).ok()) else {
            return;
        };
        let thing = ListedThing {
            account: row.text("account_id").to_owned(),
            asin: row.text("asin").to_owned(),
            item_id,
        };
        let id = row.whole("id").unwrap_or_default();
        self.items.insert(id.to_string(), thing);
    }

    /// What counts as applied has changed, or what was sent.
    pub fn changed(&mut self, change: &RowChange, shops: &ShopWatch, findings: &mut Findings) {
        let (listing, now) = (&change.subject, &change.now);
        let since = self.edited_since(listing, now.text("applied_at"), findings.at);
        let in_doubt = now.has("sent") || now.has("busy_until") || now.whole("sends") != Some(0);
        let applied = now
            .whole("price_yen")
            .filter(|_| !in_doubt && now.has("applied_at"));
        let Some(price) = applied else {
            self.applied.remove(listing);
            return;
        };
        let applied = Applied {
            price,
            visible: now.whole("visible") == Some(1),
            since,
        };
        self.applied.insert(listing.clone(), applied);
        self.judge(listing, applied, shops, findings);
    }

    /// Since when the row tells of this edit; of one that was never seen to change, since ever.
    fn edited_since(&mut self, listing: &str, edit: &str, now: DateTime<Utc>) -> DateTime<Utc> {
        let known = self.edited.get(listing);
        if let Some((_, since)) = known.filter(|(before, _)| before == edit) {
            return *since;
        }
        let since = if known.is_some() {
            now
        } else {
            DateTime::<Utc>::MIN_UTC + READ_WITHIN
        };
        self.edited
            .insert(listing.to_owned(), (edit.to_owned(), since));
        since
    }

    /// Looks at all listings.
    pub fn look(&self, shops: &ShopWatch, findings: &mut Findings) {
        for (listing, applied) in &self.applied {
            self.judge(listing, *applied, shops, findings);
        }
    }

    fn judge(&self, listing: &str, applied: Applied, shops: &ShopWatch, findings: &mut Findings) {
        let Some(thing) = self.items.get(listing) else {
            return;
        };
        let Some(item) = shops.item(&thing.account, thing.item_id) else {
            return;
        };
        let shown = &item.shown;
        let is_like = shown.price == applied.price && shown.visible == applied.visible;
        if is_like || may_differ(item, applied) {
            return;
        }
        let found = format!(
            "item {} shows {} yen, visible {}; {} yen, visible {} count as applied since {}",
            thing.item_id,
            shown.price,
            shown.visible,
            applied.price,
            applied.visible,
            applied.since
        );
        let about = (thing.account.as_str(), thing.asin.as_str());
        findings.broken_of_listing(CONFIRMED_BUT_NOT_SHOWN, about, &found);
    }
}

/// Whether a person, or a request that was given up, changed the item since.
fn may_differ(item: &WatchedItem, applied: Applied) -> bool {
    let changed_at = item.touched_at.max(item.disturbed_at);
    changed_at.is_some_and(|changed_at| changed_at > applied.since - READ_WITHIN)
}
