//! The active faults, and which of them apply to a call.

use serde::{Deserialize, Serialize};

use super::fault::{Fault, FaultKind};
use crate::http::HttpRequest;
use crate::operation::Operation;
use crate::random::SeededRandom;

const PURPOSE: u64 = 5;

/// The active faults. Their randomness is seeded: the same calls in the same order get the same
/// faults.
#[derive(Debug, Serialize, Deserialize)]
pub struct ActiveFaults {
    active: Vec<Fault>,
    random: SeededRandom,
}

/// The properties of a call by which faults are selected.
#[derive(Debug, Clone, Copy)]
pub struct FaultTarget<'a> {
    pub operation: Operation,
    pub request: &'a HttpRequest,
    pub caller: Option<&'a str>,
}

/// The faults that apply to one call.
#[derive(Debug, Default)]
pub struct CallFaults(pub(super) Vec<Fault>);

impl ActiveFaults {
    pub fn new(seed: u64, faults: Vec<Fault>) -> Self {
        let mut active = Self {
            active: Vec::new(),
            random: SeededRandom::new(seed, PURPOSE, 0),
        };
        for fault in faults {
            active.add(fault);
        }
        active
    }

    /// Activates a fault.
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

    /// The active faults, with the counts that are left.
    pub fn list(&self) -> &[Fault] {
        &self.active
    }

    /// Whether all access tokens expire before this call is checked.
    pub fn expires_tokens(&mut self, operation: Operation, request: &HttpRequest) -> bool {
        let target = FaultTarget {
            operation,
            request,
            caller: None,
        };
        let expiries = self.pick(target, |kind| kind == FaultKind::TokenExpiry);
        !expiries.0.is_empty()
    }

    /// The faults that apply to this call of `caller`, which no rate limit has refused.
    pub fn for_call(
        &mut self,
        operation: Operation,
        request: &HttpRequest,
        caller: &str,
    ) -> CallFaults {
        let target = FaultTarget {
            operation,
            request,
            caller: Some(caller),
        };
        self.pick(target, |kind| kind != FaultKind::TokenExpiry)
    }

    fn pick(&mut self, target: FaultTarget<'_>, wanted: impl Fn(FaultKind) -> bool) -> CallFaults {
        if self.active.is_empty() {
            return CallFaults::default();
        }
        let mut applying = Vec::new();
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
                .is_some_and(|share| !self.random.chance(share))
            {
                continue;
            }
            if let Some(count) = &mut fault.count {
                *count -= 1;
            }
            applying.push(fault.clone());
        }
        self.active.retain(|fault| fault.count != Some(0));
        CallFaults(applying)
    }
}

fn matches(fault: &Fault, target: FaultTarget<'_>) -> bool {
    if fault.operation != "*" && fault.operation != target.operation.name() {
        return false;
    }
    if fault.account.is_some()
        && target.caller.is_some()
        && fault.account.as_deref() != target.caller
    {
        return false;
    }
    fault
        .asins
        .as_ref()
        .is_none_or(|asins| asins.iter().any(|asin| names(target.request, asin)))
}

/// Whether a request contains this ASIN in its path, its query or its body.
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
    /// The first fault of this kind.
    pub fn find(&self, kind: FaultKind) -> Option<&Fault> {
        self.0.iter().find(|fault| fault.kind == kind)
    }

    pub fn has(&self, kind: FaultKind) -> bool {
        self.find(kind).is_some()
    }

    /// The fault of this kind that applies to `asin` at `place` of a batch.
    pub fn for_item(&self, kind: FaultKind, place: usize, asin: &str) -> Option<&Fault> {
        self.0
            .iter()
            .filter(|fault| fault.kind == kind)
            .find(|fault| match &fault.asins {
                Some(asins) => asins.iter().any(|known| known == asin),
                None if kind.is_for_all_items() => place < fault.items.unwrap_or(usize::MAX),
                None => place < fault.items.unwrap_or(1),
            })
    }
}
