//! A full disk, as `SQLite` reports it: triggers add to a table whose numbers are used up, which ends the
//! statement, and with it the transaction, by the error of a full disk (source: sqlite.org/autoinc.html).

use crate::plan::DiskRoom;
use crate::simulation::Simulation;
use serde_json::Value;

/// The last number that a row may have is taken.
const USED_UP: &str = "CREATE TABLE IF NOT EXISTS full_disk (number INTEGER PRIMARY KEY AUTOINCREMENT);
    INSERT INTO full_disk (number) SELECT 9223372036854775807 WHERE NOT EXISTS (SELECT 1 FROM full_disk)";
/// Tables of others: the limiter that processes share stands for Redis; the driver's, the watcher's, this one.
const OTHERS: [&str; 5] = [
    "lanes",
    "_sqlx_migrations",
    "oracle_log",
    "full_disk",
    "sqlite_sequence",
];

/// From now on the database refuses what needs room.
pub fn fill(simulation: &Simulation, room: DiskRoom) {
    let kinds: &[&str] = match room {
        DiskRoom::Nothing => &["INSERT", "UPDATE", "DELETE"],
        DiskRoom::NoNewRows => &["INSERT"],
    };
    let of_others: &[&str] = if simulation.scenario.serve {
        &OTHERS[1..]
    } else {
        &OTHERS
    };
    let is_ours = |table: &String| !of_others.contains(&table.as_str());
    let mut statements = vec![USED_UP.to_owned()];
    let tables = names(simulation, "table").into_iter();
    for table in tables.filter(is_ours) {
        statements.extend(kinds.iter().map(|kind| {
            format!(
                "CREATE TRIGGER IF NOT EXISTS full_disk_{table}_{kind} BEFORE {kind} ON {table}
                BEGIN INSERT INTO full_disk (number) VALUES (NULL); END"
            )
        }));
    }
    run(simulation, &statements);
}

/// There is room again.
pub fn make_room(simulation: &Simulation) {
    let triggers = names(simulation, "trigger").into_iter();
    let triggers = triggers.filter(|name| name.starts_with("full_disk_"));
    let statements: Vec<String> = triggers
        .map(|name| format!("DROP TRIGGER IF EXISTS {name}"))
        .collect();
    run(simulation, &statements);
}

fn names(simulation: &Simulation, kind: &str) -> Vec<String> {
    let statement = format!("SELECT name FROM sqlite_master WHERE type = '{kind}' ORDER BY name");
    let rows = simulation.rows.select(&statement).into_iter();
    let name = |row: serde_json::Map<String, Value>| row["name"].as_str().map(str::to_owned);
    rows.filter_map(name).collect()
}

fn run(simulation: &Simulation, statements: &[String]) {
    let all = format!("BEGIN IMMEDIATE; {}; COMMIT", statements.join("; "));
    simulation.rows.install(&[&all]);
}
