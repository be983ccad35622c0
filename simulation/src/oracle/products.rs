//! What Amazon told of each ASIN, and what the rows say of it: the rows may say nothing that no answer told, and an
//! older observation never replaces a newer one (sections 4 and 5).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::knowledge::{BuyState, ToldByAmazon};
use super::law::{Findings, Law, OLDER_WINS, PRICE_ZERO, UNTOLD_OBSERVATION, VALUE_ERASED};
use super::pricing::{Selling, selling};
use super::rows::{NamedValues, RowChange};
use super::rules::KeeperRules;

/// An answer is kept for so long while the database is away, and longer by a freeze.
const ANSWERS_COUNT_FOR: TimeDelta = TimeDelta::hours(6);
/// Clocks of processes may differ by so much without a fault.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(2);

/// What the rows said of a product from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Since when.
    pub since: DateTime<Utc>,
    /// The cost.
    pub cost: Option<i64>,
    /// Whether it can be bought.
    pub standing: BuyState,
}

impl Recorded {
    fn of(row: &NamedValues, since: DateTime<Utc>) -> Self {
        let times = u32::try_from(row.whole("filtered_times").unwrap_or(1)).unwrap_or(1);
        let standing = match row.text("stock") {
            "" => BuyState::Unknown,
            "in" => BuyState::InStock,
            "filtered_out" => BuyState::NonePassed(times),
            _ if row.has("filtered_times") => BuyState::NonePassed(times),
            _ => BuyState::NoOffer,
        };
        Self {
            since,
            cost: row.whole("price_yen"),
            standing,
        }
    }

    /// Whether it hides an item that shows `price`.
    pub fn hides(&self, price: i64, rules: &KeeperRules) -> bool {
        match self.standing {
            BuyState::Unknown => false,
            BuyState::NoOffer => true,
            BuyState::NonePassed(times) => times >= rules.filtered_hides_after,
            BuyState::InStock => self.cost.is_some_and(|cost| price < cost),
        }
    }

    /// Whether it shows an item.
    pub fn shows(&self, rules: &KeeperRules) -> bool {
        let sells = |cost| matches!(selling(cost, rules), Selling::At(_));
        self.standing == BuyState::InStock && self.cost.is_some_and(sells)
    }
}

/// All that is known of products.
#[derive(Debug, Default)]
pub struct ProductWatch {
    answers: HashMap<String, Vec<(DateTime<Utc>, ToldByAmazon)>>,
    recorded: HashMap<String, Vec<Recorded>>,
    /// How far behind the clock of a process has been: what was right is of the future for it.
    clock_behind: TimeDelta,
}

impl ProductWatch {
    /// Takes over a product that is in the rows before anything was watched.
    pub fn begin(&mut self, asin: &str, row: &NamedValues, now: DateTime<Utc>) {
        let recorded = Recorded::of(row, now);
        self.recorded.insert(asin.to_owned(), vec![recorded]);
    }

    /// The clock of a process is ahead by this much.
    pub fn clock_is(&mut self, ahead: TimeDelta) {
        self.clock_behind = self.clock_behind.max(-ahead);
    }

    /// Amazon told this of an ASIN.
    pub fn answered(&mut self, asin: &str, told: ToldByAmazon, at: DateTime<Utc>) {
        let answers = self.answers.entry(asin.to_owned()).or_default();
        answers.retain(|(when, _)| at - *when <= ANSWERS_COUNT_FOR);
        answers.push((at, told));
    }

    /// What the rows said of an ASIN at any instant since `since`, the newest last. If that decides nothing, what was
    /// decided before stays desired, and is in the list, too.
    pub fn since(&self, asin: &str, since: DateTime<Utc>, in_force: &[KeeperRules]) -> &[Recorded] {
        let all = self.recorded.get(asin).map_or(&[][..], Vec::as_slice);
        let newest = all.iter().rposition(|recorded| recorded.since <= since);
        let before = &all[..newest.unwrap_or(0)];
        let decides = |recorded: &Recorded| {
            let decides_by = |rules| recorded.shows(rules) || recorded.hides(0, rules);
            in_force.iter().any(decides_by)
        };
        match newest {
            Some(first) if !decides(&all[first]) => {
                let first = before.iter().rposition(decides).unwrap_or(0);
                &all[first..]
            }
            first => &all[first.unwrap_or(0)..],
        }
    }

    /// What the rows say of an ASIN now.
    pub fn newest(&self, asin: &str) -> Option<&Recorded> {
        self.recorded.get(asin)?.last()
    }

    /// Judges a change of a product's row, and remembers it.
    pub fn changed(&mut self, change: &RowChange, findings: &mut Findings) {
        let at = findings.at;
        let asin = change.subject.as_str();
        let mut broken = |law: Law, found: &str| findings.broken_of_asin(law, asin, found);
        for name in ["price_updated_at", "stock_updated_at"] {
            if let Some(found) = went_back(change, name, at - self.clock_behind) {
                broken(OLDER_WINS, &found);
            }
        }
        if change
            .now
            .whole("price_yen")
            .is_some_and(|price| price <= 0)
        {
            broken(PRICE_ZERO, &format!("{asin} has a price of 0 or less"));
        }
        for name in ["price_yen", "stock"] {
            if change.was.as_ref().is_some_and(|was| was.has(name)) && !change.now.has(name) {
                broken(VALUE_ERASED, &format!("{name} of {asin} was erased"));
            }
        }
        if change.what != "product" {
            return;
        }
        if let Some(found) = self.untold(change) {
            broken(UNTOLD_OBSERVATION, &found);
        }
        let recorded = Recorded::of(&change.now, at);
        let all = self.recorded.entry(asin.to_owned()).or_default();
        let same =
            |last: &Recorded| (last.cost, last.standing) == (recorded.cost, recorded.standing);
        if !all.last().is_some_and(same) {
            all.push(recorded);
        }
    }

    /// What the row says now and no answer told.
    fn untold(&self, change: &RowChange) -> Option<String> {
        let asin = &change.subject;
        let answers = self.answers.get(asin).map_or(&[][..], Vec::as_slice);
        let any = |fits: &dyn Fn(&ToldByAmazon) -> bool| {
            answers
                .iter()
                .any(|(_, told)| *told == ToldByAmazon::Damaged || fits(told))
        };
        let differs = |name: &str| {
            let was = change.was.as_ref().map_or("", |was| was.text(name));
            was != change.now.text(name)
        };
        let price = change.now.whole("price_yen");
        if differs("price_updated_at")
            && let Some(price) = price
            && !any(&|told| *told == ToldByAmazon::InStock(price))
        {
            return Some(format!(
                "{asin} is recorded at {price} yen, which no answer told"
            ));
        }
        if !differs("stock_updated_at") {
            return None;
        }
        let standing = Recorded::of(&change.now, DateTime::UNIX_EPOCH).standing;
        let was_told = any(&|told| match standing {
            BuyState::Unknown => true,
            BuyState::InStock => matches!(told, ToldByAmazon::InStock(_)),
            BuyState::NoOffer => *told == ToldByAmazon::NoOffer,
            BuyState::NonePassed(_) => matches!(told, ToldByAmazon::NonePassed(_)),
        });
        (!was_told).then(|| format!("{asin} is recorded as {standing:?}, which no answer told"))
    }
}

/// A time of observation that was replaced by an older one; one of the future, after `at`, may be (a wrong clock wrote
/// it, or reads it).
fn went_back(change: &RowChange, name: &str, at: DateTime<Utc>) -> Option<String> {
    let was = change.was.as_ref()?.instant(name)?;
    let now = change.now.instant(name)?;
    let was_of_the_future = was > at + CLOCK_TOLERANCE;
    let (what, subject) = (&change.what, &change.subject);
    (now < was && !was_of_the_future)
        .then(|| format!("{name} of the {what} {subject} went back from {was} to {now}"))
}
