//! Which offers on Amazon count, and which of them wins (section 4, steps 1 to 6).

use chrono::{DateTime, Utc};

use super::rules::{KeeperRules, UntoldShipping};

/// The marketplace's currency.
const CURRENCY: &str = "JPY";
/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// When an offer can be shipped, as Amazon tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShipsWhen {
    /// Can be shipped now.
    Now,
    /// Later, from a date.
    FutureWithDate,
    /// Later, at an unknown time.
    FutureWithoutDate,
    /// Not told, or an unknown word.
    Untold,
}

/// One offer as an answer tells it. `None` is what the answer leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferTold {
    /// The sub-condition, such as `new`.
    pub condition: Option<String>,
    /// The listing price in whole yen.
    pub price: Option<i64>,
    /// The currency of the listing price.
    pub currency: Option<String>,
    /// What shipping costs.
    pub shipping: Option<i64>,
    /// `ShippingTime.maximumHours`.
    pub max_hours: Option<i64>,
    /// `ShippingTime.availabilityType`.
    pub availability: ShipsWhen,
    /// `ShippingTime.availableDate`.
    pub date: Option<DateTime<Utc>>,
    /// Has Prime.
    pub prime: bool,
    /// Is fulfilled by Amazon.
    pub fba: bool,
    /// The country that it ships from.
    pub country: Option<String>,
}

/// Why an offer is turned down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TurnedDown {
    /// Step 1.
    NotNew,
    /// Step 2: by invitation, or unknown.
    NoHours,
    /// Step 3: `FUTURE_*` without a date.
    NoDate,
    /// Step 2: too many hours until it is shipped.
    TooLate,
    /// Step 3: shipping costs more than 0.
    PaidShipping,
    /// Step 3: the amount is missing, and neither Prime nor Amazon stands for it.
    UntoldShipping,
    /// Step 3: from a country that is not wanted.
    OtherCountry,
    /// Step 4: no price.
    NoPrice,
    /// Step 4: a price of 0 or less.
    NoRealPrice,
    /// Step 4: not in yen.
    OtherCurrency,
}

/// The winner among the offers, or how often each reason turned one down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The place of the winner in the answer, and its listing price.
    Won {
        /// Its place, from 0.
        place: usize,
        /// Its listing price.
        price: i64,
    },
    /// None passed; each offer's reason, in the order of the answer.
    NonePassed(Vec<TurnedDown>),
}

impl OfferTold {
    /// Neither a price nor a time: an offer that contradicts itself.
    pub fn is_blank(&self) -> bool {
        self.price.is_none() && self.max_hours.is_none()
    }

    /// Hours until it is shipped, at the instant `now`; the hours until its date come first.
    fn hours(&self, now: DateTime<Utc>) -> Result<i64, TurnedDown> {
        let handling = self.max_hours.ok_or(TurnedDown::NoHours)?;
        match self.availability {
            ShipsWhen::Now | ShipsWhen::Untold => Ok(handling),
            ShipsWhen::FutureWithoutDate => Err(TurnedDown::NoDate),
            ShipsWhen::FutureWithDate => {
                let wait = (self.date.ok_or(TurnedDown::NoDate)? - now).num_seconds();
                if wait < -24 * HOUR {
                    return Err(TurnedDown::NoDate);
                }
                let begun_hours = wait.max(0).div_euclid(HOUR) + i64::from(wait.max(0) % HOUR > 0);
                Ok(handling.saturating_add(begun_hours))
            }
        }
    }

    /// The score and the price of an offer that passes (steps 1 to 5).
    pub fn judged(
        &self,
        rules: &KeeperRules,
        now: DateTime<Utc>,
    ) -> Result<(i64, i64), TurnedDown> {
        let is_new = |text: &String| text.eq_ignore_ascii_case("new");
        if !self.condition.as_ref().is_some_and(is_new) {
            return Err(TurnedDown::NotNew);
        }
        let hours = self.hours(now)?;
        if hours > rules.max_hours {
            return Err(TurnedDown::TooLate);
        }
        self.ships_as_wanted(rules)?;
        let price = self.price.ok_or(TurnedDown::NoPrice)?;
        if price <= 0 {
            return Err(TurnedDown::NoRealPrice);
        }
        if self.currency.as_deref() != Some(CURRENCY) {
            return Err(TurnedDown::OtherCurrency);
        }
        Ok((self.score(rules, hours), price))
    }

    fn ships_as_wanted(&self, rules: &KeeperRules) -> Result<(), TurnedDown> {
        match self.shipping {
            Some(cost) if cost > 0 => return Err(TurnedDown::PaidShipping),
            None if rules.untold_shipping == UntoldShipping::FreeWithFbaOrPrime
                && !self.fba
                && !self.prime =>
            {
                return Err(TurnedDown::UntoldShipping);
            }
            _ => {}
        }
        let Some(wanted) = &rules.countries else {
            return Ok(());
        };
        let from_wanted = match &self.country {
            Some(country) => wanted.iter().any(|known| known == country),
            None => self.fba,
        };
        if from_wanted {
            Ok(())
        } else {
            Err(TurnedDown::OtherCountry)
        }
    }

    fn score(&self, rules: &KeeperRules, hours: i64) -> i64 {
        let mut score = rules.max_hours - hours;
        if self.availability == ShipsWhen::Now {
            score += 1_000;
        }
        if self.prime {
            score += 100;
        }
        if self.fba {
            score += 50;
        }
        score
    }
}

/// Selects the winner: the highest score, of equals the lowest price, of those the first (step 6).
pub fn select(offers: &[OfferTold], rules: &KeeperRules, now: DateTime<Utc>) -> Selection {
    let mut best: Option<(i64, i64, usize)> = None;
    let mut reasons = Vec::new();
    for (place, offer) in offers.iter().enumerate() {
        match offer.judged(rules, now) {
            Err(reason) => reasons.push(reason),
            Ok((score, price)) => {
                let beats = best.is_none_or(|(best_score, best_price, _)| {
                    score > best_score || (score == best_score && price < best_price)
                });
                if beats {
                    best = Some((score, price, place));
                }
            }
        }
    }
    match best {
        Some((_, price, place)) => Selection::Won { place, price },
        None => Selection::NonePassed(reasons),
    }
}
