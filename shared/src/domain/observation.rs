//! Judges the answer of the marketplace for one ASIN, with a verdict for each offer.

use super::asin::Asin;
use super::money::Yen;
use super::offer::{Offer, OfferRule, Rejection};
use super::outcome::Outcome;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::cmp::Reverse;

/// The answer of the marketplace for one ASIN, not yet judged by the offer rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemAnswer {
    /// Offers, at least one.
    Offers(Vec<Offer>),
    /// A valid answer without offers.
    NoOffer,
    /// The marketplace does not know this ASIN.
    InvalidAsin,
    /// The item failed or could not be parsed; the text is the reason, for the log.
    Failed(String),
    /// Requested, but not in the answer.
    Absent,
}

/// The judged answer for one ASIN at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The product.
    pub asin: Asin,
    /// When the answer arrived.
    pub observed_at: DateTime<Utc>,
    /// Its meaning for the shop.
    pub finding: Finding,
    /// Each offer with its verdict, in the order of the answer.
    pub offers: Vec<JudgedOffer>,
}

/// The meaning of an observation for the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// An offer won at this price.
    Priced(Yen),
    /// There is no offer.
    NoOffer,
    /// All offers were rejected; the most common reason.
    FilteredOut(Rejection),
    /// The request or the item failed: no new information.
    ApiError(String),
    /// Requested, but not in the answer: no new information.
    Absent,
    /// The marketplace does not know the ASIN.
    InvalidAsin,
}

/// One offer with its verdict, as `explain` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedOffer {
    /// The seller's public id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seller_id: Option<SmolStr>,
    /// The listing price in whole units of its currency.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub price: Option<i64>,
    /// Hours until it is shipped, with those until its date; `None` if that is unknown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_handling_hours: Option<i64>,
    /// ISO 3166 code of the country that it ships from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ships_from: Option<SmolStr>,
    /// Whether it won, lost on score or was rejected.
    pub verdict: Verdict,
}

/// The result of judging one offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The winner, which sets the price, with its score.
    Won(i64),
    /// Accepted, but another offer has a higher score or a lower price.
    Outscored(i64),
    /// Rejected by the offer rule.
    Rejected(Rejection),
}

impl Observation {
    /// Judges `answer` by `rule`.
    ///
    /// The highest score wins, then the lowest price, then the first in the answer.
    pub fn judge(
        asin: Asin,
        observed_at: DateTime<Utc>,
        answer: ItemAnswer,
        rule: &OfferRule,
    ) -> Self {
        let (finding, offers) = match answer {
            ItemAnswer::Offers(offers) => judge_offers(&offers, rule, observed_at),
            ItemAnswer::NoOffer => (Finding::NoOffer, Vec::new()),
            ItemAnswer::InvalidAsin => (Finding::InvalidAsin, Vec::new()),
            ItemAnswer::Failed(why) => (Finding::ApiError(why), Vec::new()),
            ItemAnswer::Absent => (Finding::Absent, Vec::new()),
        };
        Self {
            asin,
            observed_at,
            finding,
            offers,
        }
    }

    /// The class of the finding.
    pub fn outcome(&self) -> Outcome {
        match self.finding {
            Finding::Priced(_) => Outcome::Success,
            Finding::NoOffer => Outcome::OutOfStock,
            Finding::FilteredOut(_) => Outcome::FilteredOut,
            Finding::ApiError(_) | Finding::Absent => Outcome::ApiError,
            Finding::InvalidAsin => Outcome::InvalidAsin,
        }
    }
}

fn judge_offers(
    offers: &[Offer],
    rule: &OfferRule,
    at: DateTime<Utc>,
) -> (Finding, Vec<JudgedOffer>) {
    if offers.is_empty() {
        return (Finding::NoOffer, Vec::new());
    }
    let scores: Vec<Result<(Yen, i64), Rejection>> =
        offers.iter().map(|offer| rule.score(offer, at)).collect();
    let accepted = scores.iter().enumerate().filter_map(|(place, score)| {
        let (price, points) = score.ok()?;
        Some((place, price, points))
    });
    let winner =
        accepted.max_by_key(|(place, price, points)| (*points, Reverse(*price), Reverse(*place)));
    let judged = offers
        .iter()
        .zip(&scores)
        .enumerate()
        .map(|(place, (offer, score))| JudgedOffer {
            seller_id: offer.seller_id.clone(),
            price: offer.listing_price.as_ref().map(|amount| amount.units),
            max_handling_hours: offer.hours_until_shipped(at).ok(),
            ships_from: offer.ships_from.clone(),
            verdict: match score {
                Err(rejection) => Verdict::Rejected(*rejection),
                Ok((_, points)) if winner.is_some_and(|(won, ..)| won == place) => {
                    Verdict::Won(*points)
                }
                Ok((_, points)) => Verdict::Outscored(*points),
            },
        })
        .collect();
    let finding = match winner {
        Some((_, price, _)) => Finding::Priced(price),
        // Nobody knows whether a blank offer would have won.
        None if offers.iter().any(Offer::is_blank) => {
            Finding::ApiError("offers without a price and without a time".to_owned())
        }
        None => Finding::FilteredOut(commonest_rejection(&scores)),
    };
    (finding, judged)
}

/// Of equally common reasons the first of the enum, so that the same answer always gives the same
/// reason.
fn commonest_rejection(scores: &[Result<(Yen, i64), Rejection>]) -> Rejection {
    let reasons = || scores.iter().filter_map(|score| score.err());
    let count = |reason| reasons().filter(|other| *other == reason).count();
    let commonest = reasons().max_by_key(|reason| (count(*reason), Reverse(*reason)));
    commonest.unwrap_or(Rejection::NotNew)
}
