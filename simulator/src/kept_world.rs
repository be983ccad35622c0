//! The world with the file that keeps it, if there is one.

use std::ops::{Deref, DerefMut};
use std::path::Path;

use crate::config::Config;
use crate::http::{HttpRequest, HttpResponse};
use crate::router;
use crate::state::World;
use crate::state_file::{KeptRequest, StateFile, StateFileError};

/// The world, kept in a file or in memory only.
#[derive(Debug)]
pub struct KeptWorld {
    world: World,
    file: Option<StateFile>,
}

impl KeptWorld {
    /// A new world, which ends with the process.
    pub fn new(config: Config) -> Self {
        let world = World::new(config);
        Self { world, file: None }
    }

    /// The world that the file at `path` keeps.
    pub fn open(path: &Path, config: &Config) -> Result<Self, StateFileError> {
        let (file, world) = StateFile::open(path, config)?;
        let file = Some(file);
        Ok(Self { world, file })
    }

    /// Lets simulator time reach the present.
    pub fn tick(&mut self) {
        self.world.clock.tick();
    }

    /// Answers a request, and keeps it before: an answer that was received holds after a restart.
    pub fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        let at = self.world.clock.reading();
        let answer = router::answer(&mut self.world, request);
        let Some(file) = &mut self.file else {
            return answer;
        };
        let kept =
            KeptRequest::of(request, at).map_or(Ok(()), |kept| file.keep(&self.world, &kept));
        match kept {
            Ok(()) => answer,
            Err(error) => {
                tracing::error!(%error, "could not write the state file");
                HttpResponse::text(
                    500,
                    "text/plain",
                    "the simulator cannot write its state file\n",
                )
            }
        }
    }

    /// Writes all of the world, so that the next start repeats no request, and leaves the file to it.
    pub fn close(&mut self) {
        if let Some(mut file) = self.file.take()
            && let Err(error) = file.save(&self.world)
        {
            tracing::error!(%error, "could not write the state file");
        }
    }
}

impl Deref for KeptWorld {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for KeptWorld {
    /// The world is changed by a method: the file keeps the change with the next request.
    fn deref_mut(&mut self) -> &mut World {
        if let Some(file) = &mut self.file {
            file.miss();
        }
        &mut self.world
    }
}
