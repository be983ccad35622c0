//! Reads the source as the compiler does: from the root of each crate along its `mod` declarations.

use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use proc_macro2::{LineColumn, TokenStream};
use syn::spanned::Spanned as _;
use syn::{Item, ItemMod};

use crate::source::{Module, SourceFile, SourceTree, TargetModules};
use crate::{test_items, text_files};

const START: LineColumn = LineColumn { line: 1, column: 0 };
const END: LineColumn = LineColumn {
    line: usize::MAX,
    column: 0,
};

impl SourceTree {
    /// Reads the workspace whose `Cargo.toml` is in `root`.
    ///
    /// # Errors
    ///
    /// A file cannot be read or is not Rust.
    pub fn read(root: &Path) -> Result<Self, Box<dyn Error>> {
        let manifest = fs::read_to_string(root.join("Cargo.toml"))
            .map_err(|error| format!("Cargo.toml: {error}"))?;
        let mut tree = Self {
            texts: text_files::read(root)?,
            ..Self::default()
        };
        for member in members(&manifest) {
            let folder = root.join(&member).join("src");
            for start in ["lib.rs", "main.rs"] {
                let start = folder.join(start);
                if start.is_file() {
                    let mut reader = CrateReader {
                        root,
                        member: &member,
                        tree: &mut tree,
                        target: TargetModules::default(),
                    };
                    let file = reader.file(&start)?;
                    reader.module(file, "crate", None, &folder)?;
                    let target = reader.target;
                    tree.targets.push(target);
                }
            }
        }
        Ok(tree)
    }
}

/// The quoted names of `members = […]`.
fn members(manifest: &str) -> Vec<String> {
    let list = manifest
        .split_once("members = [")
        .map_or("", |(_, rest)| rest);
    let list = list.split_once(']').map_or(list, |(list, _)| list);
    list.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

struct CrateReader<'a> {
    root: &'a Path,
    member: &'a str,
    tree: &'a mut SourceTree,
    target: TargetModules,
}

impl CrateReader<'_> {
    fn file(&mut self, path: &Path) -> Result<usize, Box<dyn Error>> {
        let shown = path
            .strip_prefix(self.root)
            .unwrap_or(path)
            .display()
            .to_string();
        let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
        let tokens: TokenStream = text.parse().map_err(|error| format!("{shown}: {error}"))?;
        let syntax = syn::parse2(tokens.clone()).map_err(|error| format!("{shown}: {error}"))?;
        self.tree.files.push(SourceFile {
            member: self.member.to_owned(),
            path: shown,
            tests: test_items::find(&tokens),
            text,
            tokens,
            syntax,
        });
        Ok(self.tree.files.len() - 1)
    }

    /// Adds a whole file as the module `name`; the files of its children are in `folder`.
    fn module(
        &mut self,
        file: usize,
        name: &str,
        parent: Option<usize>,
        folder: &Path,
    ) -> Result<(), Box<dyn Error>> {
        let items = self.tree.files[file].syntax.items.clone();
        let id = self.add(file, name, parent, START..END);
        self.fill(id, items, folder)
    }

    fn add(
        &mut self,
        file: usize,
        name: &str,
        parent: Option<usize>,
        range: Range<LineColumn>,
    ) -> usize {
        self.target.modules.push(Module {
            name: name.to_owned(),
            parent,
            file,
            range,
            items: Vec::new(),
        });
        self.target.modules.len() - 1
    }

    fn fill(&mut self, id: usize, items: Vec<Item>, folder: &Path) -> Result<(), Box<dyn Error>> {
        let file = self.target.modules[id].file;
        for item in items {
            if self.tree.files[file].is_test(item.span()) {
                continue;
            }
            match item {
                Item::Mod(child) => self.child(id, child, folder)?,
                item => self.target.modules[id].items.push(item),
            }
        }
        Ok(())
    }

    fn child(&mut self, id: usize, child: ItemMod, folder: &Path) -> Result<(), Box<dyn Error>> {
        let name = child.ident.to_string();
        let inside = folder.join(&name);
        match child.content {
            // `shared/src/testing` and its like help the tests of other crates.
            None if name == "testing" => Ok(()),
            None => {
                let file = self.file(&file_of(folder, &name))?;
                self.module(file, &name, Some(id), &inside)
            }
            Some((brace, items)) => {
                let range = brace.span.open().start()..brace.span.close().end();
                let file = self.target.modules[id].file;
                let id = self.add(file, &name, Some(id), range);
                self.fill(id, items, &inside)
            }
        }
    }
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    let alone = folder.join(format!("{name}.rs"));
    if alone.is_file() {
        alone
    } else {
        folder.join(name).join("mod.rs")
    }
}
