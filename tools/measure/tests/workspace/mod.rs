//! Small workspaces to measure.

use std::fs;

use measure::SourceTree;

/// A workspace with the crate `shared`, whose files in `src` are given.
pub fn of(files: &[(&str, &str)]) -> SourceTree {
    let root = tempfile::tempdir().expect("a folder");
    let manifest = "[workspace]\nmembers = [\"shared\"]\n";
    fs::write(root.path().join("Cargo.toml"), manifest).expect("a manifest");
    for (name, text) in files {
        let path = root.path().join("shared/src").join(name);
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    SourceTree::read(root.path()).expect("a workspace")
}
