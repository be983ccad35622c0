//! What a person does at a second program.

use crate::fixed_plan::{FixedPlan, minutes};
use shared::domain::run::RunKind;
use simulation::plan::{FaultAct, PersonDeed};
use std::time::Duration;

fn deed(deed: PersonDeed) -> FaultAct {
    let after = Duration::from_secs(10);
    FaultAct::Deed { deed, after }
}

#[test]
fn a_person_cancels_an_open_run() {
    let told = FixedPlan::of(false)
        .with(Duration::ZERO, minutes(30), deed(PersonDeed::Cancel))
        .history();

    assert_eq!(told.lines(&["a person: Cancel: "]).len(), 1);
    assert!(told.reached("runs.state cancelled"));
}

#[test]
fn a_person_decides_about_a_run_that_the_guard_holds() {
    for (asked, decision) in [
        (PersonDeed::Release, "guards.decision released"),
        (PersonDeed::CancelHeld, "guards.decision cancelled"),
    ] {
        let told = FixedPlan::of(true)
            .sold_out(minutes(20))
            .with(minutes(30), minutes(80), deed(asked))
            .history();

        assert_eq!(told.lines(&["a person: ", ": id-"]).len(), 1);
        assert!(told.reached(decision));
    }
}

#[test]
fn a_person_orders_runs_beside_the_schedule() {
    let told = FixedPlan::of(false)
        .with(
            minutes(20),
            minutes(1),
            deed(PersonDeed::Order(RunKind::Stale)),
        )
        .with(
            minutes(30),
            minutes(1),
            deed(PersonDeed::Order(RunKind::Visibility)),
        )
        .history();

    assert_eq!(told.lines(&["a person: Order", ": id-"]).len(), 2);
}
