//! From the offers of one ASIN to what the run knows of it, with a reason for each offer.

use super::asin::Asin;
use super::money::Yen;
use super::offer::{Offer, OfferRule, Rejection};
use super::outcome::Outcome;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What one answer of the marketplace says of one ASIN, before our rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemAnswer {
    /// Offers, at least one.
    Offers(Vec<Offer>),
    /// A clean answer that nobody offers it.
    NoOffer,
    /// The marketplace does not know this ASIN.
    InvalidAsin,
    /// The item failed, or could not be read; the text says how, for a log.
    Failed(String),
    /// Asked, and not in the answer.
    Absent,
}

/// What one answer told of one ASIN at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The product.
    pub asin: Asin,
    /// When the answer came.
    pub observed_at: DateTime<Utc>,
    /// What it means.
    pub finding: Finding,
    /// Each offer with its verdict, in the order of the answer.
    pub offers: Vec<JudgedOffer>,
}

/// What an observation means for the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// An offer won at this price.
    Priced(Yen),
    /// There is no offer.
    NoOffer,
    /// There are offers, and the commonest reason for turning them down.
    FilteredOut(Rejection),
    /// Nothing was learnt.
    ApiError(String),
    /// Asked, and not in the answer: nothing was learnt.
    Absent,
    /// The marketplace does not know the ASIN.
    InvalidAsin,
}

/// One offer and what became of it, as `explain` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedOffer {
    /// The seller's public id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seller_id: Option<SmolStr>,
    /// The listing price in whole units of its currency.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub price: Option<i64>,
    /// Hours until it is shipped.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_handling_hours: Option<i64>,
    /// Won, lost on score, or turned down.
    pub verdict: Verdict,
}

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The one that the price follows, with its score.
    Won(i64),
    /// Could be bought, but another scored higher or costs less.
    Outscored(i64),
    /// Could not be bought.
    Rejected(Rejection),
}

impl Observation {
    /// Judges `answer` by `rule`.
    ///
    /// The highest score wins; of equals the lowest price; of those the first.
    pub fn judge(
        asin: Asin,
        observed_at: DateTime<Utc>,
        answer: ItemAnswer,
        rule: &OfferRule,
    ) -> Self {
        let (finding, offers) = match answer {
            ItemAnswer::Offers(offers) => judge_offers(&offers, rule),
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

fn judge_offers(offers: &[Offer], rule: &OfferRule) -> (Finding, Vec<JudgedOffer>) {
    if offers.is_empty() {
        return (Finding::NoOffer, Vec::new());
    }
    let scores: Vec<Result<(Yen, i64), Rejection>> =
        offers.iter().map(|offer| rule.score(offer)).collect();
    let winner = scores
        .iter()
        .enumerate()
        .filter_map(|(place, score)| {
            score
                .as_ref()
                .ok()
                .map(|(price, points)| (place, *price, *points))
        })
        .max_by_key(|(place, price, points)| {
            (
                *points,
                std::cmp::Reverse(*price),
                std::cmp::Reverse(*place),
            )
        });
    let judged = offers
        .iter()
        .zip(&scores)
        .enumerate()
        .map(|(place, (offer, score))| JudgedOffer {
            seller_id: offer.seller_id.clone(),
            price: offer.listing_price.as_ref().map(|amount| amount.units),
            max_handling_hours: offer.max_handling_hours,
            verdict: match score {
                Err(rejection) => Verdict::Rejected(*rejection),
                Ok((_, points)) if winner.is_some_and(|(won, ..)| won == place) => {
                    Verdict::Won(*points)
                }
                Ok((_, points)) => Verdict::Outscored(*points),
            },
        })
        .collect();
    let finding = winner.map_or_else(
        || Finding::FilteredOut(commonest_rejection(&scores)),
        |(_, price, _)| Finding::Priced(price),
    );
    (finding, judged)
}

/// Of equally common reasons the first of the enum, so that the same answer always gives the same.
fn commonest_rejection(scores: &[Result<(Yen, i64), Rejection>]) -> Rejection {
    let reasons = || {
        scores
            .iter()
            .filter_map(|score| score.as_ref().err().copied())
    };
    reasons()
        .max_by_key(|reason| {
            let count = reasons().filter(|other| other == reason).count();
            (count, std::cmp::Reverse(*reason))
        })
        .unwrap_or(Rejection::NotNew)
}
