//! Builds the queue messages for stored rows. They are sent when the rows are written, and again by
//! the job that finds rows without a live message. A message is identified by its job, so that
//! sending it twice is harmless.

use super::queue::Message;
use super::store::{OpenWork, Record};
use crate::domain::desired::Urgency;
use crate::domain::guard::Guarding;
use crate::domain::listing::ListingId;
use crate::domain::run::{NextStep, RunId, RunKind};
use crate::jobs::{Backfill, InfoBackfill, InfoBatch, ReadShop, SyncBatch, UpdateListing};

/// One message for each of `batches`.
pub fn for_batches(
    run: RunId,
    kind: RunKind,
    batches: impl IntoIterator<Item = u32>,
) -> Vec<Message> {
    let message = |no| match kind {
        RunKind::BasicInfo => Message::new(InfoBatch(SyncBatch { run, no })),
        _ => Message::new(SyncBatch { run, no }),
    };
    batches.into_iter().map(message).collect()
}

/// The one backfill message of a run. It has the first rank, since the run only waits for it.
pub fn for_backfill(run: RunId, kind: RunKind) -> Message {
    match kind {
        RunKind::BasicInfo => Message::new(InfoBackfill(Backfill { run })),
        _ => Message::new(Backfill { run }),
    }
}

/// One `update_listing` message.
pub fn for_update(listing: ListingId, version: i64, urgency: Urgency) -> Message {
    Message {
        rank: urgency.into(),
        ..Message::new(UpdateListing { listing, version })
    }
}

/// One `update_listing` message for each update that is due by `record` and not held by the guard.
pub fn for_record(record: &Record, guard: Guarding) -> Vec<Message> {
    let decisions = record.asins.iter().flat_map(|asin| &asin.listings);
    decisions
        .filter_map(|decision| {
            let urgency = decision.update?;
            let held = urgency == Urgency::Hide && guard.holds();
            (!held).then(|| for_update(decision.listing, decision.version, urgency))
        })
        .collect()
}

/// One `read_shop` message, behind urgent messages: a sold-out product must not wait for 130 pages.
pub fn for_read(run: RunId, no: u32, step: u32) -> Message {
    Message::new(ReadShop { run, no, step })
}

/// All messages for the open rows of a run.
pub fn for_open_work(run: RunId, open: &OpenWork) -> Vec<Message> {
    let kind = open.progress.kind;
    let mut messages = for_batches(run, kind, open.batches.iter().copied());
    let updates = open.updates.iter();
    messages.extend(
        updates.map(|(listing, version, urgency)| for_update(*listing, *version, *urgency)),
    );
    messages.extend(
        open.reads
            .iter()
            .map(|(no, step)| for_read(run, *no, *step)),
    );
    if open.progress.next_step() != NextStep::Nothing {
        messages.push(for_backfill(run, kind));
    }
    messages
}
