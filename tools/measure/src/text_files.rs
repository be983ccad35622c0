//! Every text file of the project: code with its tests, docs, scripts, settings.

use std::fs;
use std::io;
use std::path::Path;

/// A file as it is.
pub struct TextFile {
    /// From the root of the workspace.
    pub path: String,
    pub text: String,
}

/// Folders that hold nothing a person wrote.
const SKIPPED: [&str; 2] = ["target", ".git"];

/// What people write; a file without an ending is a script.
const ENDINGS: [&str; 12] = [
    "", "env", "example", "json", "lua", "md", "py", "rs", "snap", "sql", "toml", "yml",
];

/// All text files below `root`, by path.
pub fn read(root: &Path) -> io::Result<Vec<TextFile>> {
    let mut found = Vec::new();
    collect(root, root, &mut found)?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<TextFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() && !SKIPPED.iter().any(|name| entry.file_name() == *name) {
            collect(root, &path, found)?;
        }
        let ending = path.extension().unwrap_or_default();
        if kind.is_file() && ENDINGS.iter().any(|known| ending == *known) {
            // What is not text has no names in it.
            if let Ok(text) = fs::read_to_string(&path) {
                let path = path
                    .strip_prefix(root)
                    .unwrap_or(&path)
                    .display()
                    .to_string();
                found.push(TextFile { path, text });
            }
        }
    }
    Ok(())
}
