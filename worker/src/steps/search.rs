//! Asks Amazon about the ASINs of one batch, under permits of its lane, whatever is asked about them.
//!
//! One ASIN can make Amazon refuse a whole request without naming it. A bisection finds it: the search asks
//! for one half of the refused ASINs; if that half is answered, the ASIN is in the other half, which is
//! halved without being asked for. It is asked for alone before it is blamed, and blamed only if Amazon has
//! answered for others. One among twenty costs about six more requests, and the other nineteen get their
//! answers.

use super::{fetch, permit};
use crate::job_error::JobError;
use crate::job_outage::pass_unless_answers_are_kept;
use chrono::{DateTime, Utc};
use shared::domain::asin::{Asin, AsinBatch, split};
use shared::domain::lane::{Lane, Priority};
use shared::domain::retry::Remedy;
use shared::domain::run::RunId;
use shared::ports::context::Context;
use shared::ports::limiter::Permit;
use shared::ports::marketplace::MarketplaceError;
use shared::ports::store::RequestCost;
use std::collections::HashMap;

/// Twenty ASINs fill one page; a reply of more pages than this is taken as endless.
const PAGES: usize = 20;
/// How often a search repeats a request that was throttled or whose permit lapsed, before it leaves the rest
/// to the backfill. The limiter paces the requests.
const WAITS: u32 = 5;

/// One page of a reply: answers by ASIN, and the token of the next page.
pub(super) type ReplyPage<A> = (Vec<(Asin, A)>, Option<String>);

/// What is asked about an ASIN.
pub(super) trait Question: Sync {
    /// The answer for one ASIN.
    type Answer: Send;

    /// The lane of its requests.
    fn lane(&self) -> Lane;

    /// Sends one request at `asked_at`, for `batch` or for a further page.
    fn ask(
        &self,
        permit: Permit,
        batch: &AsinBatch,
        page: Option<&str>,
        asked_at: DateTime<Utc>,
    ) -> impl Future<Output = Result<ReplyPage<Self::Answer>, MarketplaceError>> + Send;

    /// Amazon refuses every request with this ASIN.
    fn invalid(&self, asked_at: DateTime<Utc>) -> Self::Answer;

    /// The request failed for this reason.
    fn failed(&self, why: String, asked_at: DateTime<Utc>) -> Self::Answer;

    /// It was in the request, and not in the answer.
    fn absent(&self, asked_at: DateTime<Utc>) -> Self::Answer;
}

/// One answer for each ASIN of `batch`, and the cost of the requests.
///
/// # Errors
///
/// When the first request fails: there is no answer at all, and the job is tried again. If a later request
/// fails, its ASINs are misses.
pub(super) async fn search<Q: Question>(
    question: Q,
    (run, priority): (RunId, Priority),
    batch: &AsinBatch,
    ctx: &Context,
) -> Result<(Vec<(Asin, Q::Answer)>, RequestCost), JobError> {
    let mut search = Search {
        question,
        run,
        priority,
        ctx,
        cost: RequestCost::default(),
        answers: HashMap::new(),
        asked_at: ctx.clock.now(),
        waits: 0,
        answered: false,
        gave_up: None,
    };
    if let SearchReply::Refused = search.ask(batch.asins()).await? {
        search.isolate(batch.asins().to_vec()).await?;
    }
    let mut answers = search.answers;
    let ordered = batch.asins().iter().map(|asin| {
        let answer = answers.remove(asin);
        (
            *asin,
            answer.unwrap_or_else(|| search.question.absent(search.asked_at)),
        )
    });
    Ok((ordered.collect(), search.cost))
}

enum SearchReply {
    Answered,
    /// Perhaps because of one of its ASINs.
    Refused,
}

/// What is known about a group of ASINs.
enum Suspicion {
    /// Nothing: it has not been asked for.
    None,
    /// It holds the ASIN, since the other half was answered.
    Deduced,
    /// It was refused.
    Proven,
}

struct Search<'a, Q: Question> {
    question: Q,
    run: RunId,
    priority: Priority,
    ctx: &'a Context,
    cost: RequestCost,
    answers: HashMap<Asin, Q::Answer>,
    /// When the last request was sent: answers are in the order of the permits, not of their arrival, so that a
    /// late one does not count as newer than one to a later request.
    asked_at: DateTime<Utc>,
    waits: u32,
    /// Amazon has answered a request of this search.
    answered: bool,
    /// Amazon refuses requests whatever they hold: why no further one is sent.
    gave_up: Option<String>,
}

impl<Q: Question> Search<'_, Q> {
    /// Finds the invalid ones among ASINs that were refused together, and asks for the others.
    async fn isolate(&mut self, refused: Vec<Asin>) -> Result<(), JobError> {
        let mut groups = vec![(refused, Suspicion::Proven)];
        let mut found: Vec<Asin> = Vec::new();
        while let Some((mut group, suspicion)) = groups.pop() {
            if let Some(why) = self.gave_up.clone() {
                self.fail(&group, &why);
                continue;
            }
            match (suspicion, group.as_slice()) {
                (Suspicion::Proven, [asin]) => found.push(*asin),
                (Suspicion::None, _) | (Suspicion::Deduced, [_]) => {
                    if let Some(SearchReply::Refused) = self.ask_or_miss(&group).await? {
                        groups.push((group, Suspicion::Proven));
                    }
                }
                (Suspicion::Deduced | Suspicion::Proven, _) => {
                    let half = group.split_off(group.len() / 2);
                    match self.ask_or_miss(&group).await? {
                        Some(SearchReply::Answered) => groups.push((half, Suspicion::Deduced)),
                        Some(SearchReply::Refused) => {
                            groups.extend([(half, Suspicion::None), (group, Suspicion::Proven)]);
                        }
                        None => groups.push((half, Suspicion::None)),
                    }
                }
            }
        }
        self.blame(&found);
        Ok(())
    }

    /// ASINs that were refused alone are invalid, unless Amazon answered for no other either.
    fn blame(&mut self, found: &[Asin]) {
        if !self.answered {
            let why = self.gave_up.take();
            self.fail(
                found,
                why.as_deref().unwrap_or("amazon refuses the request"),
            );
            return;
        }
        for asin in found {
            tracing::warn!(run.id = %self.run, %asin, "Amazon refuses every request with ASIN {asin}");
            self.answers
                .insert(*asin, self.question.invalid(self.asked_at));
        }
    }

    fn fail(&mut self, asins: &[Asin], why: &str) {
        for asin in asins {
            let failed = self.question.failed(why.to_owned(), self.asked_at);
            self.answers.insert(*asin, failed);
        }
    }

    /// As [`Search::ask`]; an error makes `asins` misses, unless a person has to act. A throttled request is
    /// repeated: the limiter has paused the lane.
    async fn ask_or_miss(&mut self, asins: &[Asin]) -> Result<Option<SearchReply>, JobError> {
        loop {
            match self.ask(asins).await {
                Ok(reply) => return Ok(Some(reply)),
                Err(error) => match error.remedy {
                    Remedy::Stop => return Err(error),
                    Remedy::Wait(pause) if pause.is_zero() && self.waits < WAITS => self.waits += 1,
                    remedy => {
                        self.fail(asins, &error.why);
                        if remedy == Remedy::GiveUp {
                            self.gave_up = Some(error.why);
                        }
                        return Ok(None);
                    }
                },
            }
        }
    }

    /// Asks for `asins`: one request, and one for each further page.
    async fn ask(&mut self, asins: &[Asin]) -> Result<SearchReply, JobError> {
        let Some(batch) = split(asins.iter().copied()).pop() else {
            return Ok(SearchReply::Answered);
        };
        let mut page = None;
        for _ in 0..PAGES {
            match self.request(&batch, page.as_deref()).await? {
                None => return Ok(SearchReply::Refused),
                Some((answers, next)) => {
                    self.answers.extend(answers);
                    page = next;
                }
            }
            if page.is_none() {
                return Ok(SearchReply::Answered);
            }
        }
        tracing::warn!(run.id = %self.run, "the search stops after {PAGES} pages of one answer");
        Ok(SearchReply::Answered)
    }

    /// `None` when one of the ASINs may have spoilt the request.
    async fn request(
        &mut self,
        batch: &AsinBatch,
        page: Option<&str>,
    ) -> Result<Option<ReplyPage<Q::Answer>>, JobError> {
        let ctx = self.ctx;
        let lane = self.question.lane();
        let permit = fetch::ready(&lane, self.priority, ctx).await?;
        if self.cost.requests == 0 {
            // Nothing is lost yet; the permit may have taken a while.
            pass_unless_answers_are_kept()?;
        }
        let cost = permit::cost_of(&permit);
        self.asked_at = ctx.clock.now();
        let reply = self.question.ask(permit, batch, page, self.asked_at);
        match reply.await {
            Ok(reply) => {
                self.cost = self.cost.plus(cost);
                self.answered = true;
                Ok(Some(reply))
            }
            Err(MarketplaceError::MalformedAsin(_)) => {
                self.cost = self.cost.plus(cost);
                Ok(None)
            }
            Err(error) => Err(fetch::count_failed((self.run, &lane), cost, error, ctx).await?),
        }
    }
}
