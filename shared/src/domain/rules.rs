//! Everything that a shop keeper can set about how runs judge offers and sell.

use super::desired::SellingRule;
use super::freshness::Ttls;
use super::guard::MassChangeGuard;
use super::offer::OfferRule;
use super::price_fall::PriceFallRule;
use super::retention::Retention;
use super::schedule::RunHours;

/// The rules of one shop keeper, read from the settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Which offers the shop could buy from.
    pub offers: OfferRule,
    /// Which prices are asked again before they count.
    pub falls: PriceFallRule,
    /// What the shop should show.
    pub selling: SellingRule,
    /// How long a value stays fresh.
    pub ttls: Ttls,
    /// When the hides of a run look like a broken answer.
    pub guard: MassChangeGuard,
    /// How long history is kept.
    pub retention: Retention,
    /// When everything is sent to the shops, and not only hides.
    pub hours: RunHours,
}
