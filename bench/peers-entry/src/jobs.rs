//! The bench's jobs as handlers of our runtime: read the batch's row, ask, record, cache, send the follow-ups.
//!
//! Each step may run twice. The rows decide when a run ends; nothing is counted.

use crate::rows::{Priced, Rows};
use crate::setting::unix_seconds;
use adapters::clock::SystemClock;
use adapters::redis::RedisLink;
use async_trait::async_trait;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::desired::Urgency;
use shared::domain::lane::{Lane, Priority, ShopLane};
use shared::domain::listing::{ItemId, ListingId, ShopState};
use shared::domain::money::Yen;
use shared::domain::observation::ItemAnswer;
use shared::domain::offer::Offer;
use shared::domain::platform::Platform;
use shared::domain::quota::WindowQuota;
use shared::domain::retry::Remedy;
use shared::domain::run::{RunId, RunKind};
use shared::jobs::{Backfill, SyncBatch, UpdateListing};
use shared::ports::clock::Clock as _;
use shared::ports::limiter::{Grant, Limiter, Permit};
use shared::ports::marketplace::Marketplace;
use shared::ports::messages;
use shared::ports::queue::Queue;
use shared::ports::shop::Shop;
use shared::ports::store::Store;
use std::sync::Arc;
use std::time::Duration;
use worker::handlers::Handler;
use worker::job_error::JobError;

/// The only item of the bench's shop.
const ITEM: ItemId = ItemId(1_234_567);
const CACHED_FOR_S: u32 = 86_400;

/// What the handlers work with.
pub struct BenchContext {
    pub account: AccountId,
    pub rows: Rows,
    pub store: Arc<dyn Store>,
    pub queue: Arc<dyn Queue>,
    pub limiter: Arc<dyn Limiter>,
    pub marketplace: Arc<dyn Marketplace>,
    pub shop: Arc<dyn Shop>,
    pub link: RedisLink,
}

#[async_trait]
impl Handler<BenchContext> for SyncBatch {
    async fn run(&self, ctx: &BenchContext) -> Result<(), JobError> {
        ctx.sync_batch(self).await
    }

    async fn give_up(&self, error: &JobError, ctx: &BenchContext) -> Result<(), JobError> {
        ctx.failed(error).await
    }
}

#[async_trait]
impl Handler<BenchContext> for UpdateListing {
    async fn run(&self, ctx: &BenchContext) -> Result<(), JobError> {
        ctx.update_listing(self).await
    }

    async fn give_up(&self, error: &JobError, ctx: &BenchContext) -> Result<(), JobError> {
        ctx.failed(error).await
    }
}

#[async_trait]
impl Handler<BenchContext> for Backfill {
    async fn run(&self, ctx: &BenchContext) -> Result<(), JobError> {
        ctx.backfill(self).await
    }

    async fn give_up(&self, error: &JobError, ctx: &BenchContext) -> Result<(), JobError> {
        ctx.failed(error).await
    }
}

impl BenchContext {
    async fn sync_batch(&self, job: &SyncBatch) -> Result<(), JobError> {
        let Some(batch) = self.rows.batch(job.run, job.no).await? else {
            return self.resend(job.run).await;
        };
        let permit = self.permit(&self.marketplace.lane()).await?;
        let answers = self.marketplace.offers(permit, &batch).await?;
        let products: Vec<Priced> = answers
            .iter()
            .enumerate()
            .filter_map(|(place, (asin, answer))| priced(job.no, place, *asin, answer))
            .collect();
        let entries = entries(&products);
        let edits = products.iter().filter_map(|product| product.listing);
        let follow_ups: Vec<_> = edits
            .map(|listing| messages::for_update(listing, 1, Urgency::Normal))
            .collect();
        self.rows.record((job.run, job.no, products)).await?;
        let (cached, sent) = tokio::join!(self.write(&entries), self.queue.push(&follow_ups));
        cached?;
        sent?;
        Ok(())
    }

    /// The batch is recorded, but its worker may have died before it sent the follow-ups.
    async fn resend(&self, run: RunId) -> Result<(), JobError> {
        let work = self.store.open_work(run).await?;
        let updates = work.updates.iter();
        let follow_ups: Vec<_> = updates
            .map(|(listing, version, urgency)| messages::for_update(*listing, *version, *urgency))
            .collect();
        self.queue.push(&follow_ups).await?;
        Ok(())
    }

    async fn update_listing(&self, job: &UpdateListing) -> Result<(), JobError> {
        // Without an open row the edit is done.
        let Some(open) = self.rows.update(job.listing).await? else {
            return Ok(());
        };
        let edit = open.edit;
        let lane = Lane::Shop(ShopLane {
            platform: Platform::default(),
            account: self.account.clone(),
            quota: WindowQuota::UNLIMITED,
        });
        let permit = self.permit(&lane).await?;
        let state = ShopState {
            price: edit.price,
            visible: true,
            stock: Some(edit.stock),
        };
        match self.shop.edit(permit, &self.account, ITEM, &state).await {
            // The bench's shop answers with one item and one price, whatever is asked of it.
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        if self.rows.finish(open, job.listing).await? {
            self.queue
                .push(&[messages::for_backfill(edit.run, RunKind::PriceStock)])
                .await?;
        }
        Ok(())
    }

    async fn backfill(&self, job: &Backfill) -> Result<(), JobError> {
        let (count, sum) = self.rows.totals().await?;
        self.store.begin_backfill(job.run).await?;
        self.store.end_backfill(job.run, SystemClock.now()).await?;
        if !self.store.close_run(job.run, SystemClock.now()).await? {
            return Ok(());
        }
        let totals = serde_json::json!({ "n": count, "s": sum }).to_string();
        let mut both = redis::pipe();
        both.cmd("SET").arg("cache:backfill").arg(totals);
        both.cmd("RPUSH").arg("bench:done").arg(unix_seconds());
        self.write(&both).await
    }

    async fn write(&self, commands: &redis::Pipeline) -> Result<(), JobError> {
        let mut connection = self.link.shared();
        let written = self.link.within(commands.exec_async(&mut connection)).await;
        written.map_err(|fault| JobError::new(Remedy::TryAgain, fault.message()))
    }

    async fn permit(&self, lane: &Lane) -> Result<Permit, JobError> {
        match self.limiter.acquire(lane, Priority::Normal).await? {
            Grant::Go(permit) => Ok(permit),
            Grant::Later(_) | Grant::Closed(_) => Err(JobError::wait(Duration::ZERO, "no permit")),
        }
    }

    async fn failed(&self, error: &JobError) -> Result<(), JobError> {
        eprintln!("gave up a job: {error}");
        let mut count = redis::pipe();
        count.cmd("INCR").arg("bench:failed");
        self.write(&count).await
    }
}

/// The bench's rule: the lowest price with shipping among the offers in new condition. The first two
/// of a batch get an edit.
fn priced(no: u32, place: usize, asin: Asin, answer: &ItemAnswer) -> Option<Priced> {
    let price = match answer {
        ItemAnswer::Offers(offers) => offers.iter().filter_map(landed).min(),
        ItemAnswer::NoOffer => None,
        ItemAnswer::InvalidAsin | ItemAnswer::Failed(_) | ItemAnswer::Absent => return None,
    };
    let number = i64::from(no - 1) * 20 + i64::try_from(place).ok()? + 1;
    Some(Priced {
        asin: asin.to_string(),
        price,
        listing: (place < 2).then_some(ListingId(number)),
    })
}

/// The cache entries of a batch.
fn entries(products: &[Priced]) -> redis::Pipeline {
    let at = SystemClock.now().timestamp_millis();
    let mut entries = redis::pipe();
    for product in products {
        let price = product
            .price
            .map_or("null".to_owned(), |yen| yen.0.to_string());
        let stocked = product.price.is_some();
        let set = entries.cmd("SET").arg(format!("cache:{}", product.asin));
        set.arg(format!(r#"{{"p":{price},"s":{stocked},"t":{at}}}"#))
            .arg("EX")
            .arg(CACHED_FOR_S)
            .ignore();
    }
    entries
}

fn landed(offer: &Offer) -> Option<Yen> {
    if offer.sub_condition.as_deref() != Some("new") {
        return None;
    }
    let shipping = offer.shipping.as_ref().map_or(0, |amount| amount.units);
    let listing = offer.listing_price.as_ref()?.units;
    u32::try_from(listing + shipping).ok().map(Yen)
}
