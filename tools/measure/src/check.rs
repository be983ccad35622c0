//! The checks by name: what the command line and the tests choose from.

use crate::check_result::CheckResult;
use crate::source::SourceTree;
use crate::{circles, documented, doubles, retired, sizes, wording};

/// One measure of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Lines of each file.
    Files,
    /// Lines of each function.
    Functions,
    /// Methods of each trait.
    Traits,
    /// Files that need each other.
    Circles,
    /// Public items without a doc comment.
    Docs,
    /// Type names that are defined more than once.
    Doubles,
    /// Names that the project gave up.
    Names,
    /// Japanese words that stop a reader.
    Wording,
}

impl Check {
    /// Every check, in the order of the report.
    pub const ALL: [Self; 8] = [
        Self::Files,
        Self::Functions,
        Self::Traits,
        Self::Circles,
        Self::Docs,
        Self::Doubles,
        Self::Names,
        Self::Wording,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Functions => "functions",
            Self::Traits => "traits",
            Self::Circles => "circles",
            Self::Docs => "docs",
            Self::Doubles => "doubles",
            Self::Names => "names",
            Self::Wording => "wording",
        }
    }

    /// Finds a check by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.name() == name)
    }

    /// Runs the check.
    pub fn run(self, tree: &SourceTree) -> CheckResult {
        match self {
            Self::Files => sizes::files(tree),
            Self::Functions => sizes::functions(tree),
            Self::Traits => sizes::traits(tree),
            Self::Circles => circles::check(tree),
            Self::Docs => documented::check(tree),
            Self::Doubles => doubles::check(tree),
            Self::Names => retired::check(tree),
            Self::Wording => wording::check(tree),
        }
    }
}
