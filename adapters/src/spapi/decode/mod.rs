//! Reads the answer of `getItemOffersBatch`: each requested ASIN gets exactly one result.
//!
//! A fault in one entry affects that entry alone, and never counts as "no offer": hiding a product that
//! can be bought loses sales, so only a complete answer may do it. The pricing rules decide what the
//! offers mean.

mod item;
mod offers;
mod summary;
mod wire;

use crate::http::excerpt;
use crate::http::lenient::Object;
use crate::http::repair::{ItemList, legible};
use serde_json::value::RawValue;
use shared::domain::asin::Asin;
use shared::domain::observation::ItemAnswer;
use shared::ports::marketplace::MarketplaceError;
use wire::{Envelope, ParsedEntry, RawEntry};

/// The result in `bytes` for each ASIN of `requested`, in that order.
///
/// An entry belongs to the ASIN that it names, whatever its position. An entry that names none of the
/// requested ASINs is ignored; of two for the same ASIN the readable one counts, and two that differ
/// contradict each other.
///
/// # Errors
///
/// [`MarketplaceError::Malformed`] if there is no readable list of responses.
pub fn offers(
    bytes: &[u8],
    requested: &[Asin],
) -> Result<Vec<(Asin, ItemAnswer)>, MarketplaceError> {
    let mut answers = AnswerSet::new(requested);
    // Reading the whole answer at once parses the text once instead of three times; it fails on faults.
    let named =
        |entries: &Vec<Object<ParsedEntry>>| entries.iter().all(|entry| entry.0.asin().is_some());
    match read_whole(bytes).filter(named) {
        Some(entries) => {
            for Object(entry) in entries {
                answers.add(entry.asin(), |asin| item::read(entry, asin));
            }
        }
        None => read_by_parts(bytes, &mut answers)?,
    }
    Ok(answers.finish())
}

/// Checks UTF-8 once, and not for each string.
fn read_whole(bytes: &[u8]) -> Option<Vec<Object<ParsedEntry<'_>>>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let Object(envelope): Object<Envelope<_>> = serde_json::from_str(text).ok()?;
    Some(envelope.responses)
}

/// The entries of an answer. Only an entry has a body and a status or the repeated request.
const RESPONSES: ItemList = ItemList {
    name: "responses",
    is_entry: |value| {
        !value["body"].is_null() && (!value["status"].is_null() || !value["request"].is_null())
    },
    stub: |_| "null".to_owned(),
};

/// Reads entry by entry and part by part, so that a fault affects only its own entry.
fn read_by_parts(bytes: &[u8], answers: &mut AnswerSet<'_>) -> Result<(), MarketplaceError> {
    let text = legible(bytes, &RESPONSES);
    let Object(envelope): Object<Envelope<&RawValue>> = serde_json::from_str(&text)
        .map_err(|error| MarketplaceError::Malformed(excerpt(&error.to_string(), 200)))?;
    for raw in envelope.responses {
        match serde_json::from_str::<Object<RawEntry<'_>>>(raw.get()) {
            Ok(Object(entry)) => {
                answers.add(entry.asin(), |asin| item::read_parts(&entry, asin));
            }
            Err(_) => answers.unmatched += 1,
        }
    }
    Ok(())
}

/// The results so far for the requested ASINs.
struct AnswerSet<'a> {
    requested: &'a [Asin],
    read: Vec<Option<ItemAnswer>>,
    /// Entries that name none of the requested ASINs.
    unmatched: usize,
}

impl<'a> AnswerSet<'a> {
    fn new(requested: &'a [Asin]) -> Self {
        Self {
            requested,
            read: vec![None; requested.len()],
            unmatched: 0,
        }
    }

    fn add(&mut self, asin: Option<Asin>, read: impl FnOnce(Asin) -> ItemAnswer) {
        let place = asin.and_then(|asin| self.requested.iter().position(|known| *known == asin));
        match place {
            Some(place) => keep(&mut self.read[place], read(self.requested[place])),
            None => self.unmatched += 1,
        }
    }

    fn finish(self) -> Vec<(Asin, ItemAnswer)> {
        if self.unmatched > 0 {
            tracing::warn!(
                entries = self.unmatched,
                "ignored {} entries of an answer: they name no requested ASIN",
                self.unmatched
            );
        }
        let results = self
            .read
            .into_iter()
            .map(|answer| answer.unwrap_or(ItemAnswer::Absent));
        self.requested.iter().copied().zip(results).collect()
    }
}

/// The reason of an ASIN with two different answers; a third one changes nothing.
const CONTRADICTION: &str = "two different answers in one";

fn keep(kept: &mut Option<ItemAnswer>, answer: ItemAnswer) {
    use ItemAnswer::Failed;
    *kept = Some(match (kept.take(), answer) {
        (Some(Failed(why)), _) if why == CONTRADICTION => Failed(why),
        (Some(known), Failed(_)) => known,
        (None | Some(Failed(_)), answer) => answer,
        (Some(known), answer) if known == answer => known,
        _ => Failed(CONTRADICTION.to_owned()),
    });
}
