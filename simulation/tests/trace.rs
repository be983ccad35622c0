//! The history as text.

use simulation::event::{Event, Happening};
use simulation::trace::{Trace, TraceKind};
use std::time::Duration;

#[test]
fn ids_are_named_in_the_order_of_their_appearance() {
    let mut trace = Trace::new(TraceKind::Text);
    let (first, second) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());

    let line = trace.with_names(&format!("a-b sync:{second}:7 {first} {second}-x"));

    assert_eq!(line, "a-b sync:id-1:7 id-2 id-1-x");
}

#[test]
fn a_change_of_a_row_is_told_and_changes_neither_the_hash_nor_the_names_of_ids() {
    let note = |id: uuid::Uuid| Event {
        at: chrono::DateTime::UNIX_EPOCH,
        process: None,
        what: Happening::Note(format!("ordered {id}")),
    };
    let (first, second) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
    let mut traces = [TraceKind::TextAndRows, TraceKind::Hash].map(Trace::new);

    let change = format!("run {second} (new):");
    traces[0].add_rows(Duration::ZERO, vec![change]);
    for trace in &mut traces {
        trace.add(Duration::ZERO, &note(first));
        trace.add(Duration::ZERO, &note(second));
    }

    assert_eq!(traces[0].hash(), traces[1].hash());
    let lines = traces[0].take_lines();
    assert_eq!(lines[0], "000:00:00.000000 rows run id-2 (new):");
    assert_eq!(lines[2], "000:00:00.000000 world ordered id-2");
}
