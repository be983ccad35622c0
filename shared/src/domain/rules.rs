//! All that a shop keeper can set about how runs judge and sell.

use super::desired::SellingRule;
use super::freshness::Ttls;
use super::guard::MassChangeGuard;
use super::offer::OfferRule;
use super::retention::Retention;

/// The rules of one shop keeper, as the settings give them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Which offers the shop could buy from.
    pub offers: OfferRule,
    /// What the shop should look like.
    pub selling: SellingRule,
    /// How long a value stays fresh.
    pub ttls: Ttls,
    /// When a run looks like a broken answer.
    pub guard: MassChangeGuard,
    /// How long history is kept.
    pub retention: Retention,
}
