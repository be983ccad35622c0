//! Programs under test whose clock a test sets: ahead, behind, and while they run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The clock of one or more programs.
pub struct ShiftedClock {
    file: PathBuf,
}

impl ShiftedClock {
    /// A clock that is right, kept in a file of `folder`.
    pub fn right(folder: &Path, name: &str) -> Self {
        let clock = Self {
            file: folder.join(name),
        };
        clock.set_ahead(0);
        clock
    }

    /// Sets it to be so many seconds ahead of the machine's, for all programs that go by it.
    pub fn set_ahead(&self, seconds: i64) {
        // In one step: a program never reads half of it.
        let new = self.file.with_extension("new");
        std::fs::write(&new, seconds.to_string()).expect("written");
        std::fs::rename(&new, &self.file).expect("renamed");
    }

    /// What a program needs in its environment to go by it.
    pub fn environment(&self) -> [(&'static str, PathBuf); 2] {
        [
            ("LD_PRELOAD", library().to_owned()),
            ("MISEBAN_TEST_CLOCK", self.file.clone()),
        ]
    }
}

/// The shared library of `clock.c`, built once for each test program.
fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../worker/tests/shifted_clock/clock.c");
        let library = format!("shifted-clock-{}.so", std::process::id());
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(library);
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(source)
            .status();
        assert!(built.expect("a C compiler in PATH").success(), "clock.c");
        library
    })
}
