//! One batch of a run, from row to shop: open, fetch, observe, decide, record, follow up.
//!
//! Only this file knows the order. Each step is idempotent; the requeue finds work that a crash left
//! undone from the rows.

use super::fail_run;
use crate::handlers::Handler;
use crate::job_error::JobError;
use crate::job_outage::pass_unless_answers_are_kept;
use crate::steps::ask::{BatchScope, ask};
use crate::steps::decide::decide;
use crate::steps::follow_up;
use crate::steps::observe::{self, Round};
use crate::steps::record::record;
use async_trait::async_trait;
use shared::domain::outcome::MissReason;
use shared::jobs::SyncBatch;
use shared::ports::context::Context;
use shared::ports::store::{OpenBatch, RecordPart, RequestCost};

#[async_trait]
impl Handler<Context> for SyncBatch {
    /// Brings the ASINs of one batch up to date.
    async fn run(&self, ctx: &Context) -> Result<(), JobError> {
        let Some(open) = ctx.store.batch(self.run, self.no).await? else {
            // It is recorded already, but its worker may have died before the follow-up.
            return follow_up::resend(self.run, ctx).await;
        };
        pass_unless_answers_are_kept()?;
        let scope = scope(self, &open);
        let (results, cost) = ask(scope, &open.batch, ctx).await?;
        let asins = decide(scope, results, ctx).await?;
        record(scope, RecordPart::Batch(self.no), (asins, cost), ctx).await
    }

    /// Records all ASINs of a batch as misses, which the backfill fetches.
    async fn give_up(&self, error: &JobError, ctx: &Context) -> Result<(), JobError> {
        let Some(open) = ctx.store.batch(self.run, self.no).await? else {
            return follow_up::resend(self.run, ctx).await;
        };
        tracing::warn!(run.id = %self.run, batch.no = self.no, why = %error.why,
            "gave up batch {} of run {}, the backfill fetches its {} ASINs", self.no, self.run, open.batch.len());
        let scope = scope(self, &open);
        let mut results = observe::failed(&open.batch, scope.round, &error.why, ctx).await?;
        for result in &mut results {
            result.miss = Some(MissReason::GivenUp);
        }
        let asins = decide(scope, results, ctx).await?;
        let cost = RequestCost::default();
        record(scope, RecordPart::GivenUp(self.no), (asins, cost), ctx).await
    }

    async fn stop(&self, error: &JobError, ctx: &Context) -> Result<(), JobError> {
        fail_run(self.run, error, ctx).await
    }
}

fn scope<'a>(job: &SyncBatch, open: &'a OpenBatch) -> BatchScope<'a> {
    BatchScope {
        run: job.run,
        kind: open.kind,
        account: open.account.as_ref(),
        round: Round::First,
        fresh_since: open.fresh_since,
    }
}
