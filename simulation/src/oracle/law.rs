//! What may never happen, and what must be true in the end: each demand of `domain.md` by a name, its section and
//! plain words.

use chrono::{DateTime, Utc};

use crate::breach::Breach;

/// One demand of `domain.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Law {
    /// A name like a short sentence, as the output of a failing seed shows it.
    pub name: &'static str,
    /// The section of `domain.md` that demands it.
    pub section: &'static str,
    /// What is demanded.
    pub demand: &'static str,
}

impl Law {
    /// A breach of this law at `at`: what was found, beside what is demanded.
    fn broken(&self, at: DateTime<Utc>, found: &str) -> Breach {
        Breach {
            rule: self.name,
            at,
            text: format!(
                "{found}. Demanded: {} (domain.md, {})",
                self.demand, self.section
            ),
            asin: None,
            account: None,
            run: None,
        }
    }
}

macro_rules! laws {
    ($($constant:ident $name:literal $section:literal $demand:literal;)*) => {
        $(
            #[doc = $demand]
            pub const $constant: Law = Law { name: $name, section: $section, demand: $demand };
        )*

        /// All laws, for a table of them.
        pub const LAWS: &[Law] = &[$($constant),*];
    };
}

laws! {
    HIDDEN_WITHOUT_CAUSE "hidden-without-cause" "section 4"
        "an item is hidden only on an answer that confirms it, never on an error";
    SOLD_BELOW_COST "sold-below-cost" "sections 1 and 6"
        "nothing is set for sale below the last known cost";
    LEFT_BELOW_COST "left-below-cost" "sections 1 and 6"
        "what is shown below the last known cost is raised or hidden first of all";
    LEFT_FOR_SALE "left-for-sale" "sections 1 and 10"
        "a product that is known to be sold out is hidden within seconds";
    PRICE_FROM_NOWHERE "price-from-nowhere" "section 6"
        "a price that is set follows from a price that Amazon told, or stays as it was";
    SHOWN_WITHOUT_CAUSE "shown-without-cause" "sections 4 and 6"
        "a hidden item is shown only when the product is in stock and its price within bounds";
    UNTOLD_OBSERVATION "untold-observation" "section 4"
        "what is recorded of an ASIN is what an answer told of it";
    OLDER_WINS "older-wins" "section 4"
        "an observation older than the one stored changes nothing";
    PRICE_ZERO "price-zero" "section 4"
        "price 0 is never stored";
    VALUE_ERASED "value-erased" "section 5"
        "a missing or null field in a new observation never erases a stored value";
    VERSION_WENT_BACK "version-went-back" "section 6"
        "a desired state is never replaced by an older one";
    CONFIRMED_BUT_NOT_SHOWN "confirmed-but-not-shown" "section 6"
        "what counts as applied is what the shop shows";
    DELISTED_BUT_THERE "delisted-but-there" "section 6"
        "only a listing whose item is really gone becomes delisted";
    MASS_HIDE "mass-hide" "section 4"
        "if more than the guard's share and count of a run turn to not in stock, their updates are held";
    BATCH_TWICE "batch-reported-twice" "section 7"
        "every batch reports once";
    BACKFILL_EARLY "backfill-early" "section 7"
        "the backfill begins when the last batch has reported";
    BACKFILL_TWICE "backfill-twice" "section 7"
        "exactly one backfill runs for a run";
    MISS_TWICE "miss-settled-twice" "section 7"
        "a miss is fetched once, and is then no miss any more";
    RUN_REOPENED "run-reopened" "section 2"
        "a run that has ended stays ended";
    TWO_RUNS_OPEN "two-runs-open" "section 3"
        "a second run of a kind does not start while one is open";
    CANCELLED_AGAIN "cancelled-update-goes-on" "section 2"
        "an update that a person has cancelled stays cancelled";
    STILL_HELD "still-held" "section 4"
        "nothing stays held after a person has decided";
    OUTCOMES_OFF "outcomes-do-not-add-up" "sections 4 and 8"
        "each ASIN of a run has exactly one outcome in it";
    REPORT_OFF "report-does-not-add-up" "section 8"
        "the report counts each ASIN of its run once";
    PARKED_QUEUED_AGAIN "parked-queued-again" "section 6"
        "what waits for the reset of a shop stays parked until then";
    PERMIT_TOO_EARLY "permit-too-early" "section 10"
        "all processes together keep the rate; no request is refused for it";
    SHOP_OVER_QUOTA "shop-over-quota" "section 6"
        "a quota refusal parks the account until the reset; it is not called meanwhile";
    SHOP_OVER_LIMIT "shop-over-its-limit" "section 6"
        "a shop gets no more calls in an hour than the settings allow";
    INACTIVE_CALLED "inactive-shop-called" "section 6"
        "an account that is inactive gets no request at all";
    TWO_REFRESHES "two-refreshes" "section 6"
        "one refresh at a time for an account, however many workers ask";
    REFRESH_DROPPED "refresh-answer-dropped" "section 6"
        "the answer of a refresh carries the only valid pair and is waited for";
    PAIR_LOST "token-pair-lost" "section 6"
        "a new refresh token is stored before it is used, and never lost";
    TOKEN_NOT_STORED "token-used-before-stored" "section 6"
        "a new token is stored before use";
    REAUTHORISED_IN_VAIN "reauthorised-in-vain" "section 6"
        "a person is called for a token only when it is refused or close to its end";
    NOTICE_TWICE "notice-twice" "section 8"
        "people are told each thing once";
    NOTICE_SENT_AGAIN "notice-sent-again" "section 8"
        "a notice that was, or may have been, sent is not sent again";
    ROW_WITHOUT_MESSAGE "row-without-message" "section 7"
        "an open row has a message, or gets one with the next search for lost messages";
    GROWTH "growth-without-bound" "section 1"
        "rows and messages are in proportion to listings and runs";
    RUN_NEVER_ENDS "run-never-ends" "sections 7 and 10"
        "every run ends";
    STILL_PARKED "still-parked" "section 6"
        "nothing stays parked past its reset";
    STILL_QUEUED "still-queued" "section 6"
        "each update is brought to the shop, or settled";
    MESSAGES_STAY "messages-stay" "section 7"
        "messages drain";
    SHOP_DIFFERS "shop-differs-from-desired" "section 6"
        "each item shows its listing's desired state";
    MARKET_MISSED "market-missed" "sections 1 and 6"
        "each listing shows what follows from the market as it was last told";
    NOTICE_WAITS "notice-waits" "section 10"
        "a message that could not be sent is tried again";
    NOT_TOLD "not-told" "sections 4 and 8"
        "people are told when a run failed or waits for them";
    CACHE_DIFFERS "cache-differs" "section 5"
        "the cache is a copy of the database, written in the same step";
    GONE_BUT_LISTED "gone-but-listed" "sections 6 and 10"
        "a listing whose item was deleted by hand becomes delisted";
    NO_RUNS "no-runs" "section 3"
        "a run starts when it is due";
}

/// What was found to be broken, and the instant at which is looked.
#[derive(Debug)]
pub struct Findings {
    /// The true time of the present look.
    pub at: DateTime<Utc>,
    /// All breaches so far.
    pub breaches: Vec<Breach>,
}

impl Findings {
    /// Nothing, at `at`.
    pub fn none(at: DateTime<Utc>) -> Self {
        Self {
            at,
            breaches: Vec::new(),
        }
    }

    /// A law is broken.
    pub fn broken(&mut self, law: Law, found: &str) {
        self.breaches.push(law.broken(self.at, found));
    }

    /// A law is broken about a listing.
    pub fn broken_of_listing(&mut self, law: Law, (account, asin): (&str, &str), found: &str) {
        self.breaches
            .push(of_listing(law.broken(self.at, found), account, asin));
    }

    /// A law is broken about a product.
    pub fn broken_of_asin(&mut self, law: Law, asin: &str, found: &str) {
        let mut breach = law.broken(self.at, found);
        breach.asin = Some(asin.to_owned());
        self.breaches.push(breach);
    }

    /// A law is broken about an account.
    pub fn broken_of_account(&mut self, law: Law, account: &str, found: &str) {
        self.breaches
            .push(of_account(law.broken(self.at, found), account));
    }

    /// A law is broken about a run.
    pub fn broken_of_run(&mut self, law: Law, run: &str, found: &str) {
        self.breaches.push(of_run(law.broken(self.at, found), run));
    }
}

/// The breach with the ASIN and the account that it is about.
fn of_listing(mut breach: Breach, account: &str, asin: &str) -> Breach {
    breach.account = Some(account.to_owned());
    breach.asin = Some(asin.to_owned());
    breach
}

/// The breach with the account that it is about.
fn of_account(mut breach: Breach, account: &str) -> Breach {
    breach.account = Some(account.to_owned());
    breach
}

/// The breach with the run that it is about.
fn of_run(mut breach: Breach, run: &str) -> Breach {
    breach.run = Some(run.to_owned());
    breach
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_law_has_a_name_of_its_own_and_a_section() {
        let names: HashSet<&str> = LAWS.iter().map(|law| law.name).collect();

        assert_eq!(names.len(), LAWS.len());
        assert!(LAWS.iter().all(|law| law.section.starts_with("section")));
    }
}
