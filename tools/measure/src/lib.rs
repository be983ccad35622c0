//! Measures the source of the workspace, so that its rules are checked by a program and not by eye.
//!
//! `source` holds the crates without their tests, `reader` reads them. Each check is a module and
//! returns a [`CheckResult`]. The circle finder has three parts: `scope` knows what each module
//! names, `paths` finds every path in a file, `circles` draws the arrows and finds the loops.

mod check;
mod check_result;
mod circles;
mod documented;
mod doubles;
mod paths;
mod reader;
mod retired;
mod scope;
mod sizes;
mod source;
mod test_items;
mod text_files;
pub mod texts;
mod wording;

pub use check::Check;
pub use check_result::CheckResult;
pub use source::SourceTree;
