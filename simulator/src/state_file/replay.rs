//! Reads a state file: the world in it, and the requests since then.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::kept_request::KeptRequest;
use crate::config::Config;
use crate::ledger::Ledger;
use crate::router;
use crate::state::World;

/// Why a state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// It cannot be read or written.
    #[error("cannot use the state file {}", .path.display())]
    Unusable { path: PathBuf, source: io::Error },
    /// Two simulators would overwrite each other's changes.
    #[error("another simulator uses the state file {}", .path.display())]
    InUse { path: PathBuf },
    /// It was written by another version, or changed by hand.
    #[error("line {line} of the state file {} is not one of this version; delete the file to begin a new world", .path.display())]
    Foreign {
        path: PathBuf,
        line: usize,
        source: serde_json::Error,
    },
    /// It keeps another world.
    #[error("the state file {} keeps a world with other options ({options}); give the same, or delete the file to begin a new world", .path.display())]
    OtherWorld { path: PathBuf, options: String },
}

/// The world that the file keeps, at the present time; the world of `config` if it keeps none.
pub fn read(path: &Path, config: &Config) -> Result<World, StateFileError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => {
            let path = path.to_owned();
            return Err(StateFileError::Unusable { path, source });
        }
    };
    let foreign = |line| {
        let path = path.to_owned();
        move |source| StateFileError::Foreign { path, line, source }
    };
    // A last line without its end was not answered, since the process ended as it wrote it.
    let whole = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let mut lines = (1..).zip(whole);
    let Some((number, first)) = lines.next() else {
        return Ok(World::new(config.clone()));
    };
    let mut world: World = serde_json::from_str(first).map_err(foreign(number))?;
    let options = other_options(&world.config, config);
    if !options.is_empty() {
        let path = path.to_owned();
        return Err(StateFileError::OtherWorld { path, options });
    }
    for (number, line) in lines {
        let kept: KeptRequest = serde_json::from_str(line).map_err(foreign(number))?;
        world.clock.set(kept.at);
        router::answer(&mut world, &kept.into_request());
    }
    world.ledger = Ledger::default();
    world.clock.resume(config.time_scale);
    world.config = config.clone();
    Ok(world)
}

/// The names of the options that differ, of those that a world depends on.
fn other_options(kept: &Config, given: &Config) -> String {
    let [kept, given] = [kept, given].map(|config| {
        let config = Config {
            listen: Config::default().listen,
            time_scale: 0.0,
            ..config.clone()
        };
        serde_json::to_value(config).unwrap_or_default()
    });
    let (Value::Object(kept), Value::Object(given)) = (kept, given) else {
        return "all".to_owned();
    };
    let differing = kept
        .iter()
        .filter(|(name, value)| given.get(*name) != Some(value));
    let names: Vec<&str> = differing.map(|(name, _)| name.as_str()).collect();
    names.join(", ")
}
