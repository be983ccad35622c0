//! What BASE refuses.

use crate::fixed_plan::{FixedPlan, minutes};
use simulation::plan::FaultAct;
use simulator::{Fault, FaultKind, ShopLimit};
use std::time::Duration;

#[test]
fn updates_of_a_shop_whose_calls_are_used_up_wait_for_its_reset() {
    for limit in [ShopLimit::Hour, ShopLimit::Day] {
        let mut world = FixedPlan::of(false);
        world.scenario.begin_before_midnight(minutes(90));
        let account = world.scenario.accounts[0].clone();

        let told = world
            .dearer()
            .with(
                Duration::ZERO,
                minutes(1),
                FaultAct::UseUp { account, limit },
            )
            .history();

        let refused = told.lines(&["is answered", "400 refused"]);
        let accepted = told.lines(&["is answered", "items/edit 200"]);
        assert!(!refused.is_empty(), "{limit:?}");
        assert!(!accepted.is_empty(), "{limit:?}");
        assert!(!told.lines(&["Store.park("]).is_empty());
        // Not before the reset.
        let reset = if limit == ShopLimit::Hour {
            "000:"
        } else {
            "001:"
        };
        let first = accepted[0];
        assert!(first.starts_with(reset) && &first[4..6] >= "30", "{first}");
    }
}

#[test]
fn a_shop_that_accepts_few_calls_gets_no_more() {
    let told = FixedPlan::of(true)
        .dearer()
        .with(
            Duration::ZERO,
            minutes(110),
            FaultAct::FewCalls { an_hour: 5 },
        )
        .history();

    assert!(!told.lines(&["items/edit", "refused"]).is_empty());
}

#[test]
fn the_settings_may_allow_fewer_calls_than_the_shop() {
    let mut world = FixedPlan::of(false);
    world.scenario.shop_calls_an_hour = Some(7);

    let told = world.dearer().history();

    assert!(told.lines(&["items/edit", "refused"]).is_empty());
    assert!(!told.lines(&["Store.park("]).is_empty());
}

#[test]
fn a_shop_that_is_switched_off_is_not_called_until_it_is_on_again() {
    let mut world = FixedPlan::of(false);
    let account = world.scenario.accounts[0].clone();
    world.scenario.run_every = minutes(30);

    let told = world
        .sold_out(minutes(62))
        .with(minutes(10), minutes(50), FaultAct::SwitchOff { account })
        .history();

    assert_eq!(told.lines(&["the settings change"]).len(), 2);
    let while_off = |line: &&&str| line.starts_with("000:4");
    let calls = told.lines(&["asks", "items/"]);
    assert_eq!(calls.iter().filter(while_off).count(), 0);
    assert!(calls.iter().any(|line| line.starts_with("001:")));
}

#[test]
fn a_restricted_shop_goes_on_when_it_is_accepted_again() {
    let mut fault = Fault::new("items/edit", FaultKind::BaseError);
    fault.error = Some("access_denied".to_owned());

    let told = FixedPlan::of(false)
        .with(
            Duration::ZERO,
            minutes(50),
            FaultAct::Vendor(Box::new(fault)),
        )
        .history();

    assert!(!told.lines(&["set_refused", "Some("]).is_empty());
}
