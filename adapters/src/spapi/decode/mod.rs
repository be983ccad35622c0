//! Reads the answer of `getItemOffersBatch`: total, so that every ASIN asked gets exactly one entry.
//!
//! A fault in one entry costs that entry alone, and is never taken for "no offer": hiding a product
//! that can be bought loses sales, and only an answer that says so in full may do it. What the
//! offers mean is the rule's.

mod item;
mod wire;

use crate::http::excerpt;
use crate::http::lenient::Object;
use shared::domain::asin::Asin;
use shared::domain::observation::ItemAnswer;
use shared::ports::marketplace::MarketplaceError;
use wire::{Entry, Envelope};

/// What the answer in `bytes` says of each ASIN of `asked`, in the order of asking.
///
/// Entries belong to the ASIN that they name, not to their place; one that names no ASIN asked is
/// left out, and of two for the same ASIN the first that can be read stands.
///
/// # Errors
///
/// [`MarketplaceError::Malformed`] when there is no list of responses to be read.
pub fn offers(bytes: &[u8], asked: &[Asin]) -> Result<Vec<(Asin, ItemAnswer)>, MarketplaceError> {
    let envelope: Object<Envelope<'_>> = serde_json::from_slice(bytes)
        .map_err(|error| MarketplaceError::Malformed(excerpt(&error.to_string(), 200)))?;
    let mut answers: Vec<Option<ItemAnswer>> = vec![None; asked.len()];
    let mut strangers = 0_usize;
    for raw in envelope.0.responses {
        let entry = serde_json::from_str::<Object<Entry<'_>>>(raw.get()).ok();
        let place = entry.as_ref().and_then(|entry| {
            let asin = entry.0.asin()?;
            asked.iter().position(|known| *known == asin)
        });
        match (entry, place) {
            (Some(entry), Some(place)) => {
                keep(&mut answers[place], item::read(&entry.0, asked[place]));
            }
            _ => strangers += 1,
        }
    }
    if strangers > 0 {
        tracing::warn!(
            entries = strangers,
            "left out {strangers} entries of an answer that name no ASIN asked for"
        );
    }
    let told = answers
        .into_iter()
        .map(|answer| answer.unwrap_or(ItemAnswer::Absent));
    Ok(asked.iter().copied().zip(told).collect())
}

fn keep(kept: &mut Option<ItemAnswer>, answer: ItemAnswer) {
    if matches!(kept, None | Some(ItemAnswer::Failed(_))) {
        let readable = !matches!(answer, ItemAnswer::Failed(_));
        if readable || kept.is_none() {
            *kept = Some(answer);
        }
    }
}
