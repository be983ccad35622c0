//! The source of the workspace without its tests: files, and the modules of each crate.

use std::ops::Range;

use proc_macro2::{LineColumn, Span, TokenStream};
use syn::Item;

use crate::text_files::TextFile;

/// The source of every member of a workspace.
#[derive(Default)]
pub struct SourceTree {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) targets: Vec<TargetModules>,
    /// All text files, tests and docs too.
    pub(crate) texts: Vec<TextFile>,
}

/// One file of a crate.
pub struct SourceFile {
    /// The folder of its crate, as the workspace names it.
    pub member: String,
    /// From the root of the workspace.
    pub path: String,
    pub text: String,
    pub tokens: TokenStream,
    pub syntax: syn::File,
    pub tests: Vec<Range<LineColumn>>,
}

impl SourceFile {
    /// Whether what begins at `span` is compiled for tests only.
    pub fn is_test(&self, span: Span) -> bool {
        self.tests.iter().any(|test| test.contains(&span.start()))
    }

    /// Lines of the file without its test items.
    pub fn lines(&self) -> usize {
        let of_tests = self
            .tests
            .iter()
            .map(|test| test.end.line - test.start.line + 1);
        self.text.lines().count() - of_tests.sum::<usize>()
    }

    /// `file:line`, where `span` begins.
    pub fn place(&self, span: Span) -> String {
        format!("{}:{}", self.path, span.start().line)
    }
}

/// The modules of one library or binary; the first is its root.
#[derive(Default)]
pub struct TargetModules {
    pub modules: Vec<Module>,
}

/// A module, in a file of its own or in braces.
pub struct Module {
    pub name: String,
    /// `None` for the root.
    pub parent: Option<usize>,
    /// Index of its file in [`SourceTree::files`].
    pub file: usize,
    /// The braces of `mod name { … }`, or the whole file.
    pub range: Range<LineColumn>,
    /// Without test items and without `mod` items, which are modules of the target.
    pub items: Vec<Item>,
}
