//! Many seeds, each in a process of its own, two at a time.

use simulation::child::ChildOrder;
use simulation::seeds::{SeedsOrder, run_seeds};
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

fn order(seeds: Range<u64>, program: &Path, hangs_after: Duration) -> SeedsOrder {
    SeedsOrder {
        seeds,
        within: None,
        jobs: 2,
        child: ChildOrder {
            program: program.to_owned(),
            hours: 1,
            hangs_after,
        },
        shrinks: 2,
    }
}

#[test]
fn two_hundred_seeds_break_nothing() {
    let simulate = Path::new(env!("CARGO_BIN_EXE_simulate"));

    let report = run_seeds(&order(1..201, simulate, ChildOrder::HANGS_AFTER));

    assert!(report.failures.is_empty(), "{}", report.text());
}

#[test]
fn a_seed_that_does_not_end_is_stopped_and_reported_with_its_replay() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("hangs");
    std::fs::write(&program, "#!/bin/sh\nexec sleep 600\n").expect("a program");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("a program");

    let report = run_seeds(&order(7..9, &program, Duration::from_millis(50)));

    let [(7, failure), (8, _)] = &report.failures[..] else {
        panic!("{}", report.text());
    };
    assert!(failure.starts_with("hangs"), "{failure}");
    assert!(failure.contains("--seed 7 --hours 1"), "{failure}");
}
