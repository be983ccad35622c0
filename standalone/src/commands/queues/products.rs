//! The products and shops of messages, read from the rows that the messages name.

use super::view::MessageView;
use adapters::store::SqlStore;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::domain::account::AccountId;
use shared::domain::asin::Asin;
use shared::domain::listing::ListingId;
use shared::jobs::{InfoBatch, Payload, ReadShop, SyncBatch, UpdateListing};
use shared::ports::store::{ProductListStore as _, RunPart, StoreError};
use std::collections::{BTreeSet, HashMap};

/// The row that a message names.
enum MessageRow {
    Listing(ListingId),
    Batch(RunPart),
    Shop(RunPart),
}

/// What the rows say, by the row.
struct KnownRows {
    listings: HashMap<ListingId, (AccountId, Asin)>,
    batches: HashMap<RunPart, Vec<Asin>>,
    reads: HashMap<RunPart, AccountId>,
    shops: HashMap<Asin, Vec<AccountId>>,
}

/// Adds products and shops to each message whose row is in `store`. Without the database the messages
/// stay as they are: somebody looks for what is wrong.
pub async fn add(store: Option<&SqlStore>, messages: &mut [&mut MessageView]) {
    let Some(store) = store else {
        return;
    };
    let named: Vec<Option<MessageRow>> = messages.iter().map(|one| named(&one.job)).collect();
    let known = match KnownRows::read(store, &named).await {
        Ok(known) => known,
        Err(error) => {
            tracing::info!(%error, "could not read which products the messages are about");
            return;
        }
    };
    for (message, row) in messages.iter_mut().zip(named) {
        if let Some(row) = row {
            (message.asins, message.accounts) = known.of(&row);
        }
    }
}

fn named(job: &Value) -> Option<MessageRow> {
    if let Some(UpdateListing { listing, .. }) = read(job) {
        return Some(MessageRow::Listing(listing));
    }
    if let Some(ReadShop { run, no, .. }) = read(job) {
        return Some(MessageRow::Shop((run, no)));
    }
    let info = || read::<InfoBatch>(job).map(|info| info.0);
    let SyncBatch { run, no } = read(job).or_else(info)?;
    Some(MessageRow::Batch((run, no)))
}

/// The payload, if the message is one of its job.
fn read<P: Payload + DeserializeOwned>(job: &Value) -> Option<P> {
    let is_of_job = job.get("job")?.as_str()? == P::TAG;
    is_of_job.then(|| serde_json::from_value(job.clone()).ok())?
}

impl KnownRows {
    async fn read(store: &SqlStore, named: &[Option<MessageRow>]) -> Result<Self, StoreError> {
        let (mut listings, mut batches, mut reads) = (Vec::new(), Vec::new(), Vec::new());
        for row in named.iter().flatten() {
            match row {
                MessageRow::Listing(id) => listings.push(*id),
                MessageRow::Batch(part) => batches.push(*part),
                MessageRow::Shop(part) => reads.push(*part),
            }
        }
        let batches = store.batch_asins(&batches).await?;
        let asins: Vec<Asin> = batches.values().flatten().copied().collect();
        Ok(Self {
            listings: store.listing_products(&listings).await?,
            reads: store.read_shops(&reads).await?,
            shops: store.listed_by(&asins).await?,
            batches,
        })
    }

    fn of(&self, row: &MessageRow) -> (Vec<Asin>, Vec<AccountId>) {
        match row {
            MessageRow::Listing(id) => match self.listings.get(id) {
                Some((account, asin)) => (vec![*asin], vec![account.clone()]),
                None => (Vec::new(), Vec::new()),
            },
            MessageRow::Shop(part) => (
                Vec::new(),
                self.reads.get(part).cloned().into_iter().collect(),
            ),
            MessageRow::Batch(part) => {
                let asins = self.batches.get(part).cloned().unwrap_or_default();
                let shops = asins.iter().filter_map(|asin| self.shops.get(asin));
                let shops: BTreeSet<&AccountId> = shops.flatten().collect();
                (asins, shops.into_iter().cloned().collect())
            }
        }
    }
}
