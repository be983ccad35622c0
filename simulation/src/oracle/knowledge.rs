//! What one answer told of one ASIN (section 4), and what is known of a product after a row of answers.

use chrono::{DateTime, Utc};

use super::offer::TurnedDown;
use super::rules::KeeperRules;

/// What one answer told of one ASIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToldByAmazon {
    /// An offer won, at this price: `success`.
    InStock(i64),
    /// A 200 answer that says there is no offer: `out_of_stock`.
    NoOffer,
    /// Offers, none passed; the commonest reason: `filtered_out`.
    NonePassed(Option<TurnedDown>),
    /// The item's or the call's failure, a contradiction, or nothing at all: `api_error`.
    Nothing,
    /// Amazon calls the ASIN invalid: `invalid_asin`.
    Invalid,
    /// A damaged text: what it told depends on how much of it can be read. It may stand for anything that the
    /// undamaged answer told, or for nothing.
    Damaged,
}

impl ToldByAmazon {
    /// The answer with the commonest of the reasons for which its offers were turned down; of equals, the first.
    pub fn none_passed(reasons: &[TurnedDown]) -> Self {
        let count = |wanted: &TurnedDown| reasons.iter().filter(|reason| *reason == wanted).count();
        let mut commonest: Option<(usize, TurnedDown)> = None;
        for reason in reasons {
            let times = count(reason);
            if commonest.is_none_or(|(most, _)| times > most) {
                commonest = Some((times, *reason));
            }
        }
        Self::NonePassed(commonest.map(|(_, reason)| reason))
    }
}

/// Whether a product can be bought, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuyState {
    /// Never answered.
    Unknown,
    /// An offer won.
    InStock,
    /// There is no offer.
    NoOffer,
    /// No offer passed, so many times in a row; hidden from the number of the rules on.
    NonePassed(u32),
}

/// What is known of one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductKnown {
    /// The last price that counts.
    pub cost: Option<i64>,
    /// Whether it can be bought.
    pub standing: BuyState,
    /// The instant of the newest answer that counted.
    pub seen_at: Option<DateTime<Utc>>,
    /// A price that fell too far to be believed without a second answer.
    pub doubted: Option<i64>,
}

impl Default for ProductKnown {
    fn default() -> Self {
        Self {
            cost: None,
            standing: BuyState::Unknown,
            seen_at: None,
            doubted: None,
        }
    }
}

impl ProductKnown {
    /// Takes in what an answer to a request of the instant `asked_at` told. One that is not newer changes nothing.
    pub fn take_in(&mut self, told: &ToldByAmazon, asked_at: DateTime<Utc>, rules: &KeeperRules) {
        if self.seen_at.is_some_and(|seen_at| asked_at <= seen_at) {
            return;
        }
        match told {
            ToldByAmazon::Nothing | ToldByAmazon::Invalid | ToldByAmazon::Damaged => return,
            ToldByAmazon::InStock(price) => {
                self.standing = BuyState::InStock;
                self.take_in_price(*price, rules);
            }
            ToldByAmazon::NoOffer => self.standing = BuyState::NoOffer,
            ToldByAmazon::NonePassed(_) => {
                let before = match self.standing {
                    BuyState::NonePassed(times) => times,
                    _ => 0,
                };
                self.standing = BuyState::NonePassed(before.saturating_add(1));
            }
        }
        self.seen_at = Some(asked_at);
    }

    fn take_in_price(&mut self, price: i64, rules: &KeeperRules) {
        if price <= 0 {
            return;
        }
        let fell_far = self
            .cost
            .is_some_and(|cost| is_deep_fall(cost, price, rules));
        let is_second = self.doubted.is_some_and(|doubted| is_near(doubted, price));
        if fell_far && !is_second {
            self.doubted = Some(price);
        } else {
            self.cost = Some(price);
            self.doubted = None;
        }
    }
}

/// Whether a price fell by more than the share that is believed at once.
pub fn is_deep_fall(before: i64, now: i64, rules: &KeeperRules) -> bool {
    (before - now).saturating_mul(100) > rules.doubt_percent.saturating_mul(before)
}

/// Whether a second answer agrees with a doubted price: within 10 % of it.
pub fn is_near(doubted: i64, now: i64) -> bool {
    (doubted - now).abs().saturating_mul(10) <= doubted
}
