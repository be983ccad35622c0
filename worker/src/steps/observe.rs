//! Merges what Amazon answered into the stored products. Decides nothing about listings.

use super::asin_result::AsinResult;
use super::info::InfoAnswer;
use super::with_retry::with_store_retry;
use crate::job_error::JobError;
use shared::domain::asin::{Asin, AsinBatch};
use shared::domain::observation::{Finding, ItemAnswer, Observation};
use shared::domain::outcome::{MissReason, Outcome};
use shared::domain::product::{Change, Product};
use shared::ports::context::Context;

/// Whether an ASIN can be fetched again in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    /// The backfill comes after it.
    First,
    /// The backfill itself: an ASIN without an answer stays a miss.
    Backfill,
}

/// The results of requests for offers.
pub(crate) async fn offers(
    observations: Vec<Observation>,
    round: Round,
    ctx: &Context,
) -> Result<Vec<AsinResult>, JobError> {
    let asins: Vec<Asin> = observations.iter().map(|seen| seen.asin).collect();
    let mut products = with_store_retry(|| ctx.store.products(&asins)).await?;
    let now = ctx.clock.now();
    let result = |observation: Observation| {
        let asin = observation.asin;
        let mut product = products
            .remove(&asin)
            .unwrap_or_else(|| Product::unknown(asin));
        product.heal(observation.observed_at, now);
        let change = product.observe(&observation, ctx.rules.falls);
        let outcome = observation.outcome();
        AsinResult {
            miss: miss(&observation.finding, &product, round),
            why: why(&observation.finding),
            change,
            offers: has_offers(&observation).then_some(observation.offers),
            ..AsinResult::new(product, outcome)
        }
    };
    Ok(observations.into_iter().map(result).collect())
}

/// Applies a second answer, which came at once, to the result of the first. A failure leaves it as it
/// is.
pub(crate) fn again(
    result: &mut AsinResult,
    observation: Observation,
    round: Round,
    ctx: &Context,
) {
    if !has_offers(&observation) {
        return;
    }
    let change = result.product.observe(&observation, ctx.rules.falls);
    result.change = Change {
        stock: change.stock.or(result.change.stock),
        ..change
    };
    result.outcome = observation.outcome();
    result.miss = miss(&observation.finding, &result.product, round);
    result.why = why(&observation.finding);
    result.offers = Some(observation.offers);
}

/// The results of a batch whose requests failed, with `why` for each ASIN.
pub(crate) async fn failed(
    batch: &AsinBatch,
    round: Round,
    why: &str,
    ctx: &Context,
) -> Result<Vec<AsinResult>, JobError> {
    let now = ctx.clock.now();
    let observe = |asin: &Asin| {
        let answer = ItemAnswer::Failed(why.to_owned());
        Observation::judge(*asin, now, answer, &ctx.rules.offers)
    };
    offers(batch.asins().iter().map(observe).collect(), round, ctx).await
}

/// The result of the search in the catalogue for one ASIN. It says nothing about price and stock, and an
/// absent ASIN is watched on: whether Amazon sells an ASIN is decided by its offers.
pub(crate) fn info(asin: Asin, answer: InfoAnswer, round: Round) -> AsinResult {
    let mut said = None;
    let (outcome, miss, info) = match answer {
        InfoAnswer::Found(info) => (Outcome::Success, None, Some(info)),
        InfoAnswer::Absent => (Outcome::ApiError, Some(MissReason::Absent), None),
        InfoAnswer::Malformed => {
            let still_missing = (round == Round::Backfill).then_some(MissReason::ApiError);
            (Outcome::InvalidAsin, still_missing, None)
        }
        InfoAnswer::Failed(why) => {
            tracing::debug!(%asin, why, "the basic information is left to the backfill");
            said = Some(words(&why));
            (Outcome::ApiError, Some(MissReason::ApiError), None)
        }
    };
    AsinResult {
        miss,
        why: said,
        info,
        ..AsinResult::new(Product::unknown(asin), outcome)
    }
}

fn why(finding: &Finding) -> Option<String> {
    match finding {
        Finding::ApiError(why) => Some(words(why)),
        Finding::Absent => Some("not in the answer".to_owned()),
        _ => None,
    }
}

/// Without the id of the request, so that the same words are counted together.
fn words(why: &str) -> String {
    let words = why.split(", request ").next().unwrap_or_default();
    words.chars().take(200).collect()
}

fn has_offers(observation: &Observation) -> bool {
    !matches!(observation.finding, Finding::ApiError(_) | Finding::Absent)
}

fn miss(finding: &Finding, product: &Product, round: Round) -> Option<MissReason> {
    match finding {
        Finding::Priced(_) if product.doubted.is_some() && round == Round::First => {
            Some(MissReason::ConfirmPrice)
        }
        Finding::ApiError(_) => Some(MissReason::ApiError),
        Finding::Absent => Some(MissReason::Absent),
        Finding::NoOffer if round == Round::First => Some(MissReason::ConfirmOutOfStock),
        // Amazon does not know the ASIN: a second request cannot help, but the backfill counts a miss.
        Finding::InvalidAsin if round == Round::Backfill => Some(MissReason::ApiError),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use shared::domain::basic_info::BasicInfo;
    use shared::domain::money::Yen;
    use shared::domain::offer::Rejection;
    use shared::domain::product::Seen;

    fn asin() -> Asin {
        Asin::parse("B00EXAMPLE").unwrap()
    }

    fn seen<T>(value: T) -> Seen<T> {
        let at = DateTime::UNIX_EPOCH;
        Seen { value, at }
    }

    fn failed() -> Finding {
        Finding::ApiError("http 500, request 5f1c".to_owned())
    }

    /// Why the finding is a miss in the first round, and in the backfill.
    fn misses(finding: &Finding, product: &Product) -> [Option<MissReason>; 2] {
        [Round::First, Round::Backfill].map(|round| miss(finding, product, round))
    }

    #[test]
    fn what_was_not_answered_is_a_miss_and_a_doubtful_answer_in_the_first_round_only() {
        let known = Product::unknown(asin());
        let doubted = Product {
            doubted: Some(seen(Yen(1))),
            ..known.clone()
        };
        let of = |finding| misses(&finding, &known);

        let again = |reason| [Some(reason), None];
        assert_eq!(of(failed()), [Some(MissReason::ApiError); 2]);
        assert_eq!(of(Finding::Absent), [Some(MissReason::Absent); 2]);
        assert_eq!(of(Finding::NoOffer), again(MissReason::ConfirmOutOfStock));
        // A second request cannot help.
        assert_eq!(of(Finding::InvalidAsin), [None, Some(MissReason::ApiError)]);
        assert_eq!(of(Finding::FilteredOut(Rejection::NotNew)), [None; 2]);
        assert_eq!(of(Finding::Priced(Yen(1))), [None; 2]);
        let doubtful = misses(&Finding::Priced(Yen(1)), &doubted);
        assert_eq!(doubtful, again(MissReason::ConfirmPrice));
    }

    #[test]
    fn the_reason_is_told_without_the_id_of_the_request_so_that_it_can_be_counted() {
        let long = Finding::ApiError("x".repeat(300));

        assert_eq!(why(&failed()).as_deref(), Some("http 500"));
        assert_eq!(why(&Finding::Absent).as_deref(), Some("not in the answer"));
        assert_eq!(why(&long).map(|words| words.len()), Some(200));
        assert_eq!(why(&Finding::NoOffer), None);
    }

    #[test]
    fn a_failure_says_nothing_about_offers() {
        let says = |finding| {
            has_offers(&Observation {
                asin: asin(),
                observed_at: DateTime::UNIX_EPOCH,
                finding,
                offers: Vec::new(),
            })
        };

        assert!(!says(failed()) && !says(Finding::Absent));
        assert!(says(Finding::NoOffer) && says(Finding::InvalidAsin));
    }

    #[test]
    fn a_search_for_texts_fills_them_or_names_the_miss() {
        let texts = || seen(BasicInfo::default());
        let of = |answer: InfoAnswer, round| {
            let result = info(asin(), answer, round);
            (result.outcome, result.miss, result.info, result.why)
        };
        let none = |outcome, miss| (outcome, miss, None, None);

        for round in [Round::First, Round::Backfill] {
            let found = (Outcome::Success, None, Some(texts()), None);
            assert_eq!(of(InfoAnswer::Found(texts()), round), found);
            let absent = none(Outcome::ApiError, Some(MissReason::Absent));
            assert_eq!(of(InfoAnswer::Absent, round), absent);
            let failed = of(
                InfoAnswer::Failed("http 500, request 5f1c".to_owned()),
                round,
            );
            let miss = Some(MissReason::ApiError);
            let why = Some("http 500".to_owned());
            assert_eq!(failed, (Outcome::ApiError, miss, None, why));
        }
        let malformed = |round| of(InfoAnswer::Malformed, round);
        assert_eq!(malformed(Round::First), none(Outcome::InvalidAsin, None));
        let missing = Some(MissReason::ApiError);
        assert_eq!(
            malformed(Round::Backfill),
            none(Outcome::InvalidAsin, missing)
        );
    }
}
