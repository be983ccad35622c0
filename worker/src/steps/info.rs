//! Asks Amazon for the basic information of one batch, under permits of its lane.
//!
//! One malformed ASIN makes Amazon refuse a whole search without naming it. A bisection finds it: the search
//! asks for one half of the refused ASINs; if that half is answered, the malformed ASIN is in the other
//! half, which is halved without being asked for. One malformed ASIN among twenty costs about five more
//! requests, and the other nineteen get their answers.

use super::{fetch, permit};
use crate::job_error::JobError;
use chrono::{DateTime, Utc};
use shared::domain::asin::{Asin, AsinBatch, split};
use shared::domain::basic_info::BasicInfo;
use shared::domain::lane::Priority;
use shared::domain::product::Seen;
use shared::domain::retry::Remedy;
use shared::domain::run::RunId;
use shared::ports::context::Context;
use shared::ports::marketplace::{InfoPage, MarketplaceError};
use shared::ports::store::RequestCost;
use std::collections::HashMap;

/// The answer for one ASIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InfoAnswer {
    /// Its basic information.
    Found(Seen<BasicInfo>),
    /// It was in the request, and not in the answer.
    Absent,
    /// Malformed, as far as the bisection can tell.
    Malformed,
    /// Unknown: its request failed.
    Failed(String),
}

/// Twenty ASINs fill one page; a reply of more pages than this is taken as endless.
const PAGES: usize = 20;
/// How often a search repeats a request that was throttled or whose permit lapsed, before it leaves the rest
/// to the backfill. The limiter paces the requests.
const WAITS: u32 = 5;

/// One answer for each ASIN of `batch`, and the cost of the requests.
///
/// # Errors
///
/// When the first request fails: there is no answer at all, and the job is tried again. If a later request
/// fails, its ASINs are misses.
pub(super) async fn search(
    run: RunId,
    batch: &AsinBatch,
    priority: Priority,
    ctx: &Context,
) -> Result<(Vec<(Asin, InfoAnswer)>, RequestCost), JobError> {
    let mut search = Search {
        run,
        priority,
        ctx,
        cost: RequestCost::default(),
        answers: HashMap::new(),
        asked_at: ctx.clock.now(),
        waits: 0,
    };
    if let SearchReply::HoldsMalformed = search.ask(batch.asins()).await? {
        search.isolate(batch.asins().to_vec()).await?;
    }
    let mut answers = search.answers;
    let ordered = batch.asins().iter().map(|asin| {
        let answer = answers.remove(asin).unwrap_or(InfoAnswer::Absent);
        (*asin, answer)
    });
    Ok((ordered.collect(), search.cost))
}

enum SearchReply {
    Answered,
    HoldsMalformed,
}

struct Search<'a> {
    run: RunId,
    priority: Priority,
    ctx: &'a Context,
    cost: RequestCost,
    answers: HashMap<Asin, InfoAnswer>,
    /// When the last request was sent.
    asked_at: DateTime<Utc>,
    waits: u32,
}

impl Search<'_> {
    /// Finds the malformed ones among ASINs that were refused together, and asks for the others.
    async fn isolate(&mut self, refused: Vec<Asin>) -> Result<(), JobError> {
        // Of each group: whether it is known to hold a malformed one.
        let mut groups = vec![(refused, true)];
        while let Some((mut group, guilty)) = groups.pop() {
            if guilty && group.len() == 1 {
                self.settle(&group, &InfoAnswer::Malformed);
                continue;
            }
            if !guilty {
                match self.ask_or_miss(&group).await? {
                    Some(SearchReply::HoldsMalformed) => groups.push((group, true)),
                    Some(SearchReply::Answered) | None => {}
                }
                continue;
            }
            let half = group.split_off(group.len() / 2);
            match self.ask_or_miss(&group).await? {
                Some(SearchReply::Answered) => groups.push((half, true)),
                Some(SearchReply::HoldsMalformed) => groups.extend([(half, false), (group, true)]),
                None => groups.push((half, false)),
            }
        }
        Ok(())
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
                    _ => {
                        self.settle(asins, &InfoAnswer::Failed(error.why));
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
                None => return Ok(SearchReply::HoldsMalformed),
                Some(reply) => {
                    self.keep(reply.items);
                    page = reply.next;
                }
            }
            if page.is_none() {
                return Ok(SearchReply::Answered);
            }
        }
        tracing::warn!(run.id = %self.run, "the search stops after {PAGES} pages of one answer");
        Ok(SearchReply::Answered)
    }

    /// `None` when one of the ASINs is malformed.
    async fn request(
        &mut self,
        batch: &AsinBatch,
        page: Option<&str>,
    ) -> Result<Option<InfoPage>, JobError> {
        let ctx = self.ctx;
        let lane = ctx.marketplace.info_lane();
        let permit = fetch::ready(&lane, self.priority, ctx).await?;
        let cost = permit::cost_of(&permit);
        self.asked_at = ctx.clock.now();
        match ctx.marketplace.basic_info(permit, batch, page).await {
            Ok(reply) => {
                self.cost = self.cost.plus(cost);
                Ok(Some(reply))
            }
            Err(MarketplaceError::MalformedAsin(_)) => {
                self.cost = self.cost.plus(cost);
                Ok(None)
            }
            Err(error) => Err(fetch::count_failed((self.run, &lane), cost, error, ctx).await?),
        }
    }

    fn keep(&mut self, items: Vec<(Asin, BasicInfo)>) {
        let at = self.asked_at;
        for (asin, value) in items {
            self.answers
                .insert(asin, InfoAnswer::Found(Seen { value, at }));
        }
    }

    fn settle(&mut self, asins: &[Asin], answer: &InfoAnswer) {
        for asin in asins {
            self.answers.insert(*asin, answer.clone());
        }
    }
}
