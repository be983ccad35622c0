//! The file that keeps the world over a restart. Its first line is a world; each further line is a
//! request since then, added before it is answered.
//!
//! A world depends on its configuration and on the requests in their order and at their time, and on
//! nothing else. So the requests are repeated when the file is read, which issues the same tokens.

mod kept_request;
mod replay;

pub use kept_request::KeptRequest;
pub use replay::StateFileError;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::state::World;

/// The world is written anew when the requests since take more room than it, and more than this.
const MOST_REQUEST_BYTES: usize = 1 << 20;

/// The open file, which no other simulator can use at the same time.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    _lock: File,
    file: File,
    world_bytes: usize,
    request_bytes: usize,
    /// False while the file lacks a change: the next writing replaces it.
    complete: bool,
}

impl StateFile {
    /// The file, and the world in it. A missing or empty file begins the world of `config`.
    ///
    /// # Errors
    ///
    /// A file that cannot be used, or not now, or that keeps the world of other options.
    pub fn open(path: &Path, config: &Config) -> Result<(Self, World), StateFileError> {
        let failed = |source| StateFileError::Unusable {
            path: path.to_owned(),
            source,
        };
        let lock = private(&beside(path, ".lock")).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StateFileError::InUse {
                path: path.to_owned(),
            },
            TryLockError::Error(source) => failed(source),
        })?;
        let world = replay::read(path, config)?;
        let (file, world_bytes) = written(path, &world).map_err(failed)?;
        let state_file = Self {
            path: path.to_owned(),
            _lock: lock,
            file,
            world_bytes,
            request_bytes: 0,
            complete: true,
        };
        Ok((state_file, world))
    }

    /// Notes that the world was changed otherwise than by a request.
    pub fn miss(&mut self) {
        self.complete = false;
    }

    /// Keeps a request, which has led to `world`. It survives the end of the process; if the computer
    /// loses power, the latest seconds may be missing.
    pub fn keep(&mut self, world: &World, request: &KeptRequest) -> io::Result<()> {
        let room = self.world_bytes.max(MOST_REQUEST_BYTES);
        if !self.complete || request.begins_anew() || self.request_bytes > room {
            return self.save(world);
        }
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        // A line that is written in part is replaced with the whole file.
        self.complete = false;
        self.file.write_all(&line)?;
        self.complete = true;
        self.request_bytes += line.len();
        Ok(())
    }

    /// Replaces the content of the file by `world`, at once or not at all.
    pub fn save(&mut self, world: &World) -> io::Result<()> {
        (self.file, self.world_bytes) = written(&self.path, world)?;
        self.request_bytes = 0;
        self.complete = true;
        Ok(())
    }
}

/// A new file at `path` with `world`, open for further lines, and its size.
fn written(path: &Path, world: &World) -> io::Result<(File, usize)> {
    let new = beside(path, ".new");
    let mut line = serde_json::to_vec(world)?;
    line.push(b'\n');
    let mut file = private(&new)?;
    file.set_len(0)?;
    file.write_all(&line)?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    Ok((file, line.len()))
}

/// Opens a file for writing. Only its owner can read a new one, as if its tokens were of value.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
