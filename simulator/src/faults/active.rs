//! The faults at work, and which of them strike a call.

use super::fault::{Fault, FaultKind};
use crate::http::HttpRequest;
use crate::operation::Operation;
use crate::random::SeededRandom;

const PURPOSE: u64 = 5;

/// The faults at work. Chance is seeded, so that the same calls in the same order fail alike.
#[derive(Debug)]
pub struct ActiveFaults {
    active: Vec<Fault>,
    draw: SeededRandom,
}

/// A call about to be served, as far as faults care.
#[derive(Debug, Clone, Copy)]
pub struct FaultTarget<'a> {
    pub operation: Operation,
    pub request: &'a HttpRequest,
    pub who: Option<&'a str>,
}

/// The faults that strike one call.
#[derive(Debug, Default)]
pub struct CallFaults(pub(super) Vec<Fault>);

impl ActiveFaults {
    pub fn new(seed: u64, faults: Vec<Fault>) -> Self {
        let mut book = Self {
            active: Vec::new(),
            draw: SeededRandom::new(seed, PURPOSE, 0),
        };
        for fault in faults {
            book.add(fault);
        }
        book
    }

    pub fn add(&mut self, mut fault: Fault) {
        if fault.kind == FaultKind::TokenExpiry {
            fault.count = fault.count.or(Some(1));
        }
        if fault.count != Some(0) {
            self.active.push(fault);
        }
    }

    pub fn clear(&mut self) {
        self.active.clear();
    }

    /// What is still at work, with the counts that are left.
    pub fn list(&self) -> &[Fault] {
        &self.active
    }

    /// Whether the access tokens end before this call is looked at.
    pub fn expire_tokens(&mut self, operation: Operation, request: &HttpRequest) -> bool {
        let target = FaultTarget {
            operation,
            request,
            who: None,
        };
        !self
            .pick(target, |kind| kind == FaultKind::TokenExpiry)
            .0
            .is_empty()
    }

    /// The faults that strike this call, once it is known who calls and that quota is there.
    pub fn strike(&mut self, operation: Operation, request: &HttpRequest, who: &str) -> CallFaults {
        let target = FaultTarget {
            operation,
            request,
            who: Some(who),
        };
        self.pick(target, |kind| kind != FaultKind::TokenExpiry)
    }

    fn pick(&mut self, target: FaultTarget<'_>, wanted: impl Fn(FaultKind) -> bool) -> CallFaults {
        if self.active.is_empty() {
            return CallFaults::default();
        }
        let mut faults = Vec::new();
        for fault in &mut self.active {
            if !wanted(fault.kind) || !matches(fault, target) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if fault
                .probability
                .is_some_and(|share| !self.draw.chance(share))
            {
                continue;
            }
            if let Some(count) = &mut fault.count {
                *count -= 1;
            }
            faults.push(fault.clone());
        }
        self.active.retain(|fault| fault.count != Some(0));
        CallFaults(faults)
    }
}

fn matches(fault: &Fault, target: FaultTarget<'_>) -> bool {
    if fault.operation != "*" && fault.operation != target.operation.name() {
        return false;
    }
    if fault.account.is_some() && target.who.is_some() && fault.account.as_deref() != target.who {
        return false;
    }
    fault
        .asins
        .as_ref()
        .is_none_or(|asins| asins.iter().any(|asin| names(target.request, asin)))
}

/// Whether a call names this ASIN in its path, its query or its body.
fn names(request: &HttpRequest, asin: &str) -> bool {
    let needle = asin.as_bytes();
    let in_body = !needle.is_empty()
        && request
            .body
            .windows(needle.len())
            .any(|window| window == needle);
    in_body
        || request.path.contains(asin)
        || request.query.iter().any(|(_, value)| value.contains(asin))
}

impl CallFaults {
    pub fn find(&self, kind: FaultKind) -> Option<&Fault> {
        self.0.iter().find(|fault| fault.kind == kind)
    }

    pub fn has(&self, kind: FaultKind) -> bool {
        self.find(kind).is_some()
    }

    /// For a fault of single items: the status if it hits `asin` at `place` of a batch.
    pub fn hits(&self, kind: FaultKind, place: usize, asin: &str) -> Option<&Fault> {
        self.0
            .iter()
            .filter(|fault| fault.kind == kind)
            .find(|fault| match &fault.asins {
                Some(asins) => asins.iter().any(|known| known == asin),
                None if matches!(kind, FaultKind::EmptyOffers | FaultKind::NoTexts) => {
                    place < fault.items.unwrap_or(usize::MAX)
                }
                None => place < fault.items.unwrap_or(1),
            })
    }
}
