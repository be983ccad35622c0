//! Processes with other settings, of other versions, and with an old clock.

use crate::fixed_plan::{FixedPlan, minutes};
use simulation::dice::Dice;
use simulation::drawn_rules::DrawnRules;
use simulation::plan::{FaultAct, OtherMessage};
use std::time::Duration;

#[test]
fn settings_reach_one_process_after_the_other() {
    let world = FixedPlan::of(false);
    let rules = DrawnRules {
        ratio_permille: 1_500,
        min_price: 700,
        ..world.scenario.rules.changed(&mut Dice::new(1, "settings"))
    };

    let told = world
        .with(
            minutes(20),
            minutes(90),
            FaultAct::Settings(Box::new(rules)),
        )
        .history();

    assert_eq!(told.lines(&["the settings change"]).len(), 1);
    assert_eq!(told.lines(&[".1 ", "Started"]).len(), 2);
}

#[test]
fn a_suspended_process_goes_on_with_an_old_clock() {
    let wrong_for = Duration::from_secs(5);

    let told = FixedPlan::of(false)
        .with(
            Duration::from_secs(12),
            minutes(10),
            FaultAct::Suspend {
                process: 1,
                wrong_for,
            },
        )
        .history();

    assert_eq!(told.lines(&["Thawed"]).len(), 1);
    assert_eq!(told.lines(&["Clock("]).len(), 2);
}

#[test]
fn rows_of_earlier_versions_and_messages_of_others_are_taken_over() {
    for other in [OtherMessage::MoreFields, OtherMessage::UnknownTag] {
        let told = FixedPlan::of(false)
            .with(minutes(5), minutes(1), FaultAct::OldRows { percent: 100 })
            .with(
                Duration::ZERO,
                minutes(20),
                FaultAct::OtherVersion {
                    other,
                    permille: 500,
                },
            )
            .history();

        assert!(!told.lines(&["is of another version"]).is_empty());
        assert!(told.reached("runs.state done"));
    }
}
