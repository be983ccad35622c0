//! Asks Amazon for the basic information of one batch, under permits of its lane.
//!
//! One malformed ASIN makes Amazon refuse a whole search without naming it, so that it is looked for by
//! halves: of two halves of what was refused one is asked; when that is answered, the other must hold it,
//! and is halved without being asked. One among twenty costs about five requests more, each of which that is
//! answered counts, and the other nineteen keep theirs.

use super::fetch;
use crate::failure::Failure;
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

/// What the search says of one ASIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InfoAnswer {
    /// Its basic information.
    Told(Seen<BasicInfo>),
    /// Asked, and not in the answer.
    Absent,
    /// Malformed, or taken for it.
    Malformed,
    /// Not asked: a request on the way to it failed.
    Failed(String),
}

/// Twenty ASINs fill one page of twenty; more pages than this have no end.
const PAGES: usize = 20;
/// Requests of one search that are refused by quota, or lapse, before what is left of it is left to the
/// backfill. The limiter paces them.
const WAITS: u32 = 5;

/// One answer for each ASIN of `batch`, and what the requests cost.
///
/// # Errors
///
/// When the first request fails as a whole: nothing is learnt then, and the job is tried again. One that
/// fails later costs the ASINs that it was for: they are misses.
pub(super) async fn ask(
    run: RunId,
    batch: &AsinBatch,
    priority: Priority,
    ctx: &Context,
) -> Result<(Vec<(Asin, InfoAnswer)>, RequestCost), Failure> {
    let mut search = Search {
        run,
        priority,
        ctx,
        cost: RequestCost::default(),
        answers: HashMap::new(),
        waits: 0,
    };
    match search.ask(batch.asins()).await {
        Ok(Reply::Answered) => {}
        Ok(Reply::HoldsMalformed) => search.isolate(batch.asins().to_vec()).await?,
        Err(failure) => return Err(failure),
    }
    let mut answers = search.answers;
    let told = batch.asins().iter().map(|asin| {
        let answer = answers.remove(asin).unwrap_or(InfoAnswer::Absent);
        (*asin, answer)
    });
    Ok((told.collect(), search.cost))
}

enum Reply {
    Answered,
    HoldsMalformed,
}

struct Search<'a> {
    run: RunId,
    priority: Priority,
    ctx: &'a Context,
    cost: RequestCost,
    answers: HashMap<Asin, InfoAnswer>,
    waits: u32,
}

impl Search<'_> {
    /// Finds what is malformed among ASINs that were refused together, and asks for the rest.
    async fn isolate(&mut self, refused: Vec<Asin>) -> Result<(), Failure> {
        // Of each group: whether it is known to hold a malformed one.
        let mut groups = vec![(refused, true)];
        while let Some((mut group, guilty)) = groups.pop() {
            if guilty && group.len() == 1 {
                self.settle(&group, &InfoAnswer::Malformed);
                continue;
            }
            if !guilty {
                match self.ask_patiently(&group).await? {
                    Some(Reply::HoldsMalformed) => groups.push((group, true)),
                    Some(Reply::Answered) | None => {}
                }
                continue;
            }
            let half = group.split_off(group.len() / 2);
            match self.ask_patiently(&group).await? {
                Some(Reply::Answered) => groups.push((half, true)),
                Some(Reply::HoldsMalformed) => groups.extend([(half, false), (group, true)]),
                None => groups.push((half, false)),
            }
        }
        Ok(())
    }

    /// As [`Search::ask`]; a failure makes misses of `asins`, unless a person has to act. What only asks
    /// for time is asked again: the limiter has paused the lane.
    async fn ask_patiently(&mut self, asins: &[Asin]) -> Result<Option<Reply>, Failure> {
        loop {
            match self.ask(asins).await {
                Ok(reply) => return Ok(Some(reply)),
                Err(failure) => match failure.remedy {
                    Remedy::Stop => return Err(failure),
                    Remedy::Wait(pause) if pause.is_zero() && self.waits < WAITS => self.waits += 1,
                    _ => {
                        self.settle(asins, &InfoAnswer::Failed(failure.why));
                        return Ok(None);
                    }
                },
            }
        }
    }

    /// Asks for `asins` in one request, and one more for each further page.
    async fn ask(&mut self, asins: &[Asin]) -> Result<Reply, Failure> {
        let Some(batch) = split(asins.iter().copied()).pop() else {
            return Ok(Reply::Answered);
        };
        let mut page = None;
        for _ in 0..PAGES {
            match self.request(&batch, page.as_deref()).await? {
                None => return Ok(Reply::HoldsMalformed),
                Some(told) => {
                    self.keep(told.items);
                    page = told.next;
                }
            }
            if page.is_none() {
                return Ok(Reply::Answered);
            }
        }
        tracing::warn!(run.id = %self.run, "an answer of {PAGES} pages is read no further");
        Ok(Reply::Answered)
    }

    /// `None` when one of the ASINs is malformed.
    async fn request(
        &mut self,
        batch: &AsinBatch,
        page: Option<&str>,
    ) -> Result<Option<InfoPage>, Failure> {
        let ctx = self.ctx;
        let lane = ctx.marketplace.info_lane();
        let permit = fetch::ready(&lane, self.priority, ctx).await?;
        let cost = fetch::cost_of(&permit);
        match ctx.marketplace.basic_info(permit, batch, page).await {
            Ok(told) => {
                self.cost = self.cost.plus(cost);
                Ok(Some(told))
            }
            Err(MarketplaceError::MalformedAsin(_)) => {
                self.cost = self.cost.plus(cost);
                Ok(None)
            }
            Err(error) => fetch::count_failed(self.run, cost, error, ctx)
                .await
                .map(|never| match never {}),
        }
    }

    fn keep(&mut self, items: Vec<(Asin, BasicInfo)>) {
        let at = self.ctx.clock.now();
        for (asin, value) in items {
            self.answers
                .insert(asin, InfoAnswer::Told(Seen { value, at }));
        }
    }

    fn settle(&mut self, asins: &[Asin], answer: &InfoAnswer) {
        for asin in asins {
            self.answers.insert(*asin, answer.clone());
        }
    }
}
