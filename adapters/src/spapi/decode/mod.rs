//! Reads the answer of `getItemOffersBatch`: total, so that every ASIN asked gets exactly one entry.
//!
//! A fault in one entry costs that entry alone, and is never taken for "no offer": hiding a product
//! that can be bought loses sales, and only an answer that says so in full may do it. What the
//! offers mean is the rule's.

mod item;
mod offers;
mod wire;

use crate::http::excerpt;
use crate::http::lenient::Object;
use serde_json::value::RawValue;
use shared::domain::asin::Asin;
use shared::domain::observation::ItemAnswer;
use shared::ports::marketplace::MarketplaceError;
use wire::{Entry, Envelope, Whole};

/// What the answer in `bytes` says of each ASIN of `asked`, in the order of asking.
///
/// Entries belong to the ASIN that they name, not to their place; one that names no ASIN asked is
/// left out, and of two for the same ASIN the first that can be read stands.
///
/// # Errors
///
/// [`MarketplaceError::Malformed`] when there is no list of responses to be read.
pub fn offers(bytes: &[u8], asked: &[Asin]) -> Result<Vec<(Asin, ItemAnswer)>, MarketplaceError> {
    let mut answers = Answers::of(asked);
    // The whole at once goes over the text once and not three times, and is possible but for faults.
    match whole(bytes) {
        Some(envelope)
            if envelope
                .responses
                .iter()
                .all(|entry| entry.0.asin().is_some()) =>
        {
            for Object(entry) in envelope.responses {
                answers.add(entry.asin(), |asin| item::read(entry, asin));
            }
        }
        _ => by_parts(bytes, &mut answers)?,
    }
    Ok(answers.told())
}

/// UTF-8 is checked once, and not for each string.
fn whole(bytes: &[u8]) -> Option<Envelope<Object<Whole<'_>>>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let Object(envelope) = serde_json::from_str(text).ok()?;
    Some(envelope)
}

/// Entry by entry and part by part, so that a fault spoils no more than its own.
fn by_parts(bytes: &[u8], answers: &mut Answers<'_>) -> Result<(), MarketplaceError> {
    let Object(envelope): Object<Envelope<&RawValue>> = serde_json::from_slice(bytes)
        .map_err(|error| MarketplaceError::Malformed(excerpt(&error.to_string(), 200)))?;
    for raw in envelope.responses {
        match serde_json::from_str::<Object<Entry<'_>>>(raw.get()) {
            Ok(Object(entry)) => {
                answers.add(entry.asin(), |asin| item::read_parts(&entry, asin));
            }
            Err(_) => answers.strangers += 1,
        }
    }
    Ok(())
}

/// What has been read of each ASIN asked for.
struct Answers<'a> {
    asked: &'a [Asin],
    read: Vec<Option<ItemAnswer>>,
    /// Entries that name no ASIN asked for.
    strangers: usize,
}

impl<'a> Answers<'a> {
    fn of(asked: &'a [Asin]) -> Self {
        Self {
            asked,
            read: vec![None; asked.len()],
            strangers: 0,
        }
    }

    fn add(&mut self, asin: Option<Asin>, read: impl FnOnce(Asin) -> ItemAnswer) {
        let place = asin.and_then(|asin| self.asked.iter().position(|known| *known == asin));
        match place {
            Some(place) => keep(&mut self.read[place], read(self.asked[place])),
            None => self.strangers += 1,
        }
    }

    fn told(self) -> Vec<(Asin, ItemAnswer)> {
        if self.strangers > 0 {
            tracing::warn!(
                entries = self.strangers,
                "left out {} entries of an answer that name no ASIN asked for",
                self.strangers
            );
        }
        let told = self
            .read
            .into_iter()
            .map(|answer| answer.unwrap_or(ItemAnswer::Absent));
        self.asked.iter().copied().zip(told).collect()
    }
}

fn keep(kept: &mut Option<ItemAnswer>, answer: ItemAnswer) {
    if matches!(kept, None | Some(ItemAnswer::Failed(_))) {
        let readable = !matches!(answer, ItemAnswer::Failed(_));
        if readable || kept.is_none() {
            *kept = Some(answer);
        }
    }
}
