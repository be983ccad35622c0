//! The same seed gives the same history, in every process.

use std::process::Command;

fn simulate(arguments: &[&str]) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_simulate"))
        .args(arguments)
        .output()
        .expect("the program starts");
    assert!(ran.status.success(), "{ran:?}");
    let text = String::from_utf8(ran.stdout).expect("text");
    // The real time that it took is the last figure.
    text.split(" days in ").next().expect("a line").to_owned()
}

#[test]
fn the_same_seed_gives_the_same_trace_byte_for_byte() {
    for seed in ["2", "3"] {
        let replay = ["--seed", seed, "--hours", "1", "--trace"];

        let (first, second) = (simulate(&replay), simulate(&replay));

        if first != second {
            let pairs = first.lines().zip(second.lines());
            let at = pairs.clone().position(|(one, other)| one != other);
            panic!(
                "seed {seed} differs at line {at:?}: {:#?}",
                at.and_then(|at| pairs.clone().nth(at))
            );
        }
        assert!(first.lines().count() > 100, "{first}");
    }
}
