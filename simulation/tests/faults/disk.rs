//! The disk of the database.

use crate::fixed_plan::{FixedPlan, minutes};
use simulation::plan::{DiskRoom, FaultAct};
use std::time::Duration;

#[test]
fn a_full_disk_refuses_writes_for_a_while_and_nothing_is_lost() {
    for (serve, room) in [(true, DiskRoom::Nothing), (false, DiskRoom::NoNewRows)] {
        let told = FixedPlan::of(serve)
            .with(
                Duration::from_secs(5),
                minutes(15),
                FaultAct::DiskFull { room },
            )
            .history();

        assert!(!told.lines(&["disk is full"]).is_empty());
        assert!(told.reached("runs.state done"));
    }
}
