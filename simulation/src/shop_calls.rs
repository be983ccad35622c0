//! The calls that BASE accepts of a shop: other programs use them, too.

use crate::simulation::Simulation;
use simulator::{BaseLimits, QuotaChange, ShopChange, ShopLimit};

/// Other programs use up the calls of this hour or day.
pub fn use_up(simulation: &Simulation, account: &str, limit: ShopLimit) {
    let simulator = &simulation.simulator;
    simulator.advance_to(simulation.time.elapsed());
    let change = ShopChange {
        use_up: Some(limit),
        ..ShopChange::default()
    };
    // The plan names only shops that there are.
    let _ = simulator.change_shop(account, change);
}

/// BASE accepts so many calls of a shop in an hour; `None` for as many as it publishes.
pub fn accept(simulation: &Simulation, an_hour: Option<u64>) {
    let simulator = &simulation.simulator;
    simulator.advance_to(simulation.time.elapsed());
    let published = BaseLimits::default();
    let change = QuotaChange {
        base: Some(BaseLimits {
            hour: an_hour.unwrap_or(published.hour),
            ..published
        }),
        ..QuotaChange::default()
    };
    // Limits of BASE are never refused.
    let _ = simulator.set_quota(&change);
}
