//! Which crate may depend on which, and which module may use what, where the compiler does not
//! enforce it.

use std::fs;
use std::path::{Path, PathBuf};

/// The workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names of a crate's dependencies, without those for tests.
fn dependencies(name: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(name).join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = text.parse().expect("TOML");
    let table = manifest["dependencies"].as_table().expect("a table");
    table.keys().cloned().collect()
}

/// Every Rust file under `folder`, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

/// Fails when a file under `folder`, except those that `excepted` names, has one of `words` in its
/// code.
fn no_file_names(folder: &str, words: &[&str], excepted: impl Fn(&Path) -> bool) {
    for (path, text) in sources(folder) {
        if excepted(&path) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in words {
                assert!(
                    !code.contains(word),
                    "{}:{} names {word}: {line}",
                    path.display(),
                    number + 1
                );
            }
        }
    }
}

fn no_exception(_: &Path) -> bool {
    false
}

#[test]
fn shared_depends_on_no_driver_and_no_runtime() {
    let forbidden = [
        "tokio",
        "sqlx",
        "redis",
        "reqwest",
        "apalis",
        "apalis-core",
        "adapters",
    ];
    let named = dependencies("shared");
    assert!(
        forbidden
            .iter()
            .all(|name| !named.iter().any(|dependency| dependency == name))
    );
}

#[test]
fn texts_depend_on_the_domain_only() {
    assert_eq!(dependencies("ui"), ["chrono", "shared", "unicode-width"]);
}

#[test]
fn the_simulator_depends_on_no_other_crate_of_the_workspace() {
    let members = [
        "shared",
        "adapters",
        "app",
        "ui",
        "producer",
        "worker",
        "standalone",
    ];
    let named = dependencies("simulator");
    assert!(
        members
            .iter()
            .all(|name| !named.iter().any(|dependency| dependency == name))
    );
}

#[test]
fn dependencies_point_from_the_programs_to_shared() {
    assert!(
        !dependencies("adapters")
            .iter()
            .any(|name| name == "producer" || name == "worker")
    );
    assert!(!dependencies("producer").iter().any(|name| name == "worker"));
    no_file_names(
        "shared/src/domain",
        &["crate::ports", "crate::jobs"],
        no_exception,
    );
    no_file_names("shared/src/jobs", &["crate::ports"], no_exception);
}

#[test]
fn shared_reads_no_clock_and_no_environment() {
    no_file_names(
        "shared/src",
        &["Utc::now", "SystemTime", "Instant::now", "std::env"],
        no_exception,
    );
}

#[test]
fn handlers_see_ports_only() {
    let drivers = [
        "adapters::",
        "apalis",
        "sqlx",
        "reqwest",
        "redis::",
        "Utc::now",
    ];
    no_file_names("worker/src", &drivers, |path| {
        path.ends_with("worker/src/runtime.rs")
    });
    no_file_names("producer/src", &drivers, |path| path.ends_with("main.rs"));
}

#[test]
fn apalis_is_named_at_the_seam_only() {
    no_file_names("adapters/src", &["apalis"], |path| {
        path.components().any(|part| part.as_os_str() == "queue")
    });
    no_file_names("standalone/src", &["apalis"], |path| {
        let board = Path::new("standalone/src/commands/board");
        let mounts = [board.join("routes.rs"), board.join("policy.rs")];
        mounts.iter().any(|file| path.ends_with(file))
    });
}

#[test]
fn settings_are_read_in_config_only() {
    for folder in [
        "adapters/src",
        "app/src",
        "worker/src",
        "producer/src",
        "standalone/src",
    ] {
        no_file_names(folder, &["env::var", "std::env::vars"], |path| {
            path.components().any(|part| part.as_os_str() == "config")
        });
    }
}
