//! What goes wrong at Amazon and BASE.

use crate::installation::{ACCOUNTS, Installation, LISTINGS, OFFERS};
use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use simulator::{Fault, FaultKind, LedgerLine, MarketSet, ShopChange, ShopLimit};
use std::time::Duration;

const EDIT: &str = "items/edit";
const SHOP_TOKEN: &str = "baseToken";

/// The faults of vendors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VendorFault {
    AmazonThrottles,
    AmazonFails,
    AmazonCuts,
    AmazonEndsTokens,
    AmazonIsSlowWithTokens,
    AmazonForgetsAsins,
    AmazonCallsInvalid,
    ShopFails,
    ShopCuts,
    ShopLosesAnswers,
    ShopEndsTokens,
    ShopIsSlowWithTokens,
    ShopLosesTokens,
    HourIsUsedUp,
    DayIsUsedUp,
    ItemsAreDeleted,
}

/// The edit is made, and the answer does not say so.
const LOST_ANSWERS: [FaultKind; 9] = [
    FaultKind::Cut,
    FaultKind::Truncate,
    FaultKind::Malformed,
    FaultKind::WrongTypes,
    FaultKind::LateStatus,
    FaultKind::LateHtml,
    FaultKind::Empty,
    FaultKind::OldValues,
    FaultKind::OtherItem,
];

/// The same of tokens.
const LOST_TOKENS: [FaultKind; 6] = [
    FaultKind::Cut,
    FaultKind::Truncate,
    FaultKind::LateStatus,
    FaultKind::LateHtml,
    FaultKind::Empty,
    FaultKind::Hang,
];

/// How long Amazon takes for a token: at the longest, longer than anyone waits.
const AMAZON_TOKEN_TAKES_MS: [u64; 4] = [2_000, 8_000, 12_000, 25_000];
/// The same of BASE, where the answer counts whenever it comes.
const SHOP_TOKEN_TAKES_MS: [u64; 5] = [2_000, 6_000, 9_000, 20_000, 55_000];

/// What became of the vendors, for the checks at the end.
#[derive(Default)]
pub struct VendorFaults {
    /// Account and number of the items that a person deleted.
    pub deleted: Vec<(String, u64)>,
    /// The windows that other programs used up.
    pub used_up: Vec<UsedUp>,
    /// What follows after so many faults.
    later: Vec<(u32, Later)>,
}

/// A window of a shop that other programs used up.
#[derive(Debug)]
pub struct UsedUp {
    account: String,
    since: DateTime<Utc>,
    opens: DateTime<Utc>,
}

impl UsedUp {
    /// Whether it explains this refusal.
    pub fn refuses(&self, line: &LedgerLine) -> bool {
        let at: DateTime<Utc> = line.simulated_at.parse().expect("a time");
        line.who.as_ref() == Some(&self.account) && self.since <= at && at < self.opens
    }
}

enum Later {
    AsinsAreBack(Vec<String>),
    Night(ShopLimit, Duration),
}

impl Installation {
    /// Lets a fault of a vendor begin. All but the last five are over after a few calls.
    pub fn inject_at_vendor(&mut self, fault: VendorFault, die: &mut ChaCha8Rng) {
        let times = die.random_range(1..4);
        let account = format!("shop-{}", die.random_range(1..=ACCOUNTS));
        let later = die.random_range(2..6);
        match fault {
            VendorFault::AmazonThrottles => self.fault(OFFERS, FaultKind::Throttle, times),
            VendorFault::AmazonFails => self.fault(OFFERS, FaultKind::Status, times),
            VendorFault::AmazonCuts => self.fault(OFFERS, FaultKind::Cut, 1),
            VendorFault::AmazonEndsTokens => self.fault(OFFERS, FaultKind::TokenExpiry, 1),
            VendorFault::AmazonIsSlowWithTokens => self.slow_amazon_tokens(die),
            VendorFault::AmazonForgetsAsins => {
                let asins = self.some_asins(die);
                self.set_known(&asins, false);
                let back = Later::AsinsAreBack(asins);
                self.vendor_faults.later.push((later, back));
            }
            VendorFault::AmazonCallsInvalid => self.call_invalid(die),
            VendorFault::ShopFails => self.fault(EDIT, FaultKind::Status, times),
            VendorFault::ShopCuts => self.fault(EDIT, FaultKind::Cut, 1),
            // Often more than the attempts of an update.
            VendorFault::ShopLosesAnswers => {
                let kind = LOST_ANSWERS[die.random_range(0..LOST_ANSWERS.len())];
                self.fault(EDIT, kind, times * 4);
            }
            VendorFault::ShopEndsTokens => self.fault(EDIT, FaultKind::TokenExpiry, 1),
            VendorFault::ShopIsSlowWithTokens => {
                let takes = SHOP_TOKEN_TAKES_MS[die.random_range(0..SHOP_TOKEN_TAKES_MS.len())];
                self.add(slow(SHOP_TOKEN, takes));
                self.fault(EDIT, FaultKind::TokenExpiry, 1);
            }
            VendorFault::ShopLosesTokens => {
                let kind = LOST_TOKENS[die.random_range(0..LOST_TOKENS.len())];
                self.fault(SHOP_TOKEN, kind, 1);
                self.fault(EDIT, FaultKind::TokenExpiry, 1);
            }
            VendorFault::HourIsUsedUp | VendorFault::DayIsUsedUp => {
                let window = match fault {
                    VendorFault::HourIsUsedUp => ShopLimit::Hour,
                    _ => ShopLimit::Day,
                };
                self.use_up(&account, window);
                let before = Duration::from_secs(die.random_range(4..12));
                let night = Later::Night(window, before);
                self.vendor_faults.later.push((later, night));
            }
            VendorFault::ItemsAreDeleted => self.delete_items(&account, die),
        }
    }

    /// Lets happen what follows the faults so far.
    pub async fn let_others_follow(&mut self) {
        let later = std::mem::take(&mut self.vendor_faults.later);
        for (left, what) in later {
            match (left, what) {
                (0, Later::AsinsAreBack(asins)) => self.set_known(&asins, true),
                (0, Later::Night(window, before)) => {
                    println!("a night, until {before:?} before the next {window:?}");
                    self.night_falls(window, before).await;
                }
                (left, what) => self.vendor_faults.later.push((left - 1, what)),
            }
        }
    }

    /// Ends all faults but those that last until a window opens or a person acts.
    pub fn restore_vendors(&mut self) {
        self.simulator.clear_faults();
        for (_, what) in std::mem::take(&mut self.vendor_faults.later) {
            if let Later::AsinsAreBack(asins) = what {
                self.set_known(&asins, true);
            }
        }
    }

    /// Slow, and sometimes lost besides.
    fn slow_amazon_tokens(&self, die: &mut ChaCha8Rng) {
        let takes = AMAZON_TOKEN_TAKES_MS[die.random_range(0..AMAZON_TOKEN_TAKES_MS.len())];
        self.add(slow("lwaToken", takes));
        if die.random_bool(0.5) {
            let kind = LOST_TOKENS[die.random_range(0..LOST_TOKENS.len())];
            self.fault("lwaToken", kind, 1);
        }
        self.fault(OFFERS, FaultKind::TokenExpiry, 1);
    }

    fn some_asins(&self, die: &mut ChaCha8Rng) -> Vec<String> {
        let number = die.random_range(1..6);
        (0..number)
            .map(|_| self.simulator.asin(die.random_range(0..LISTINGS)))
            .collect()
    }

    fn set_known(&self, asins: &[String], known: bool) {
        let set = |asin: &String| MarketSet {
            asin: asin.clone(),
            known: Some(known),
            ..MarketSet::default()
        };
        let set = asins.iter().map(set).collect();
        self.simulator.set_market(set).expect("a market");
    }

    /// One answer calls some of its ASINs invalid, which it should not.
    fn call_invalid(&self, die: &mut ChaCha8Rng) {
        let fault = Fault::new(OFFERS, FaultKind::ItemError).times(1);
        self.add(Fault {
            status: Some(400),
            items: Some(die.random_range(1..6)),
            ..fault
        });
    }

    fn use_up(&mut self, account: &str, window: ShopLimit) {
        let (since, opens) = self.window_now(window);
        let change = ShopChange {
            use_up: Some(window),
            ..ShopChange::default()
        };
        self.simulator.change_shop(account, change).expect("a shop");
        self.vendor_faults.used_up.push(UsedUp {
            account: account.to_owned(),
            // The clocks of test and simulator differ by a little.
            since: since - TimeDelta::seconds(1),
            opens,
        });
    }

    fn delete_items(&mut self, account: &str, die: &mut ChaCha8Rng) {
        let items = self.simulator.shop(account).expect("a shop").items;
        let number = die.random_range(1..4);
        let mut delete: Vec<u64> = (0..number)
            .map(|_| items[die.random_range(0..items.len())].item_id)
            .collect();
        delete.sort_unstable();
        delete.dedup();
        let deleted = delete.iter().map(|item| (account.to_owned(), *item));
        self.vendor_faults.deleted.extend(deleted);
        let change = ShopChange {
            delete,
            ..ShopChange::default()
        };
        let changed = self.simulator.change_shop(account, change);
        changed.expect("deleted");
    }

    fn fault(&self, operation: &str, kind: FaultKind, times: u64) {
        self.add(Fault::new(operation, kind).times(times));
    }

    fn add(&self, fault: Fault) {
        self.simulator.add_fault(fault).expect("a fault");
    }
}

fn slow(operation: &str, millis: u64) -> Fault {
    Fault {
        millis: Some(millis),
        ..Fault::new(operation, FaultKind::Slow).times(1)
    }
}
