//! What each module names, and which file a path leads to.
//!
//! A `pub use` is followed to the definition: who takes an item through a facade needs the file of
//! the item, not the facade.

use std::collections::HashMap;

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{Item, ItemMod, ItemUse, UseTree, Visibility};

use crate::source::{SourceFile, TargetModules};

/// Where a path ends: at a module, or at an item of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    Module(usize),
    Item(usize),
}

/// One name or glob of a `use`.
#[derive(Debug, Clone)]
pub struct Import {
    pub path: Vec<String>,
    pub glob: bool,
    /// The `use` has a visibility: other modules see the name.
    pub reexport: bool,
    pub span: Span,
}

/// The names of every module of a target.
pub struct Scopes<'a> {
    target: &'a TargetModules,
    modules: Vec<Scope>,
}

/// The names of one module.
#[derive(Default)]
struct Scope {
    names: HashMap<String, Vec<Meaning>>,
    imports: Vec<Import>,
}

/// The imports that are being followed: one that leads to itself ends there.
type Open = Vec<(usize, String)>;

enum Meaning {
    Module(usize),
    Item,
    Import(Vec<String>),
}

impl<'a> Scopes<'a> {
    pub fn of(target: &'a TargetModules, files: &[SourceFile]) -> Self {
        let mut modules: Vec<Scope> = Vec::new();
        for (id, module) in target.modules.iter().enumerate() {
            modules.push(Scope::of(&module.items, &files[module.file]));
            if let Some(parent) = module.parent {
                modules[parent].add(&module.name, Meaning::Module(id));
            }
        }
        Self { target, modules }
    }

    pub fn imports(&self, module: usize) -> &[Import] {
        &self.modules[module].imports
    }

    /// Everything that `path` may mean in `module`; nothing if it leads to another crate.
    pub fn resolve(&self, module: usize, path: &[String]) -> Vec<Destination> {
        self.follow(module, path, &mut Vec::new())
    }

    /// The module that defines the macro `name`, wherever in the target it is.
    pub fn macro_home(&self, name: &str) -> Option<usize> {
        let defines = |item: &Item| {
            matches!(item, Item::Macro(_)) && defined(item).is_some_and(|own| own == name)
        };
        let mut modules = self.target.modules.iter();
        modules.position(|module| module.items.iter().any(defines))
    }

    fn follow(&self, module: usize, path: &[String], open: &mut Open) -> Vec<Destination> {
        let Some((first, rest)) = path.split_first() else {
            return vec![Destination::Module(module)];
        };
        match first.as_str() {
            "crate" => return self.follow(0, rest, open),
            "self" => return self.follow(module, rest, open),
            "super" => {
                let parent = self.target.modules[module].parent.unwrap_or(0);
                return self.follow(parent, rest, open);
            }
            _ => {}
        }
        let mut found = self.look_up(module, first, open);
        let is_module = |found: &Destination| matches!(found, Destination::Module(_));
        if !rest.is_empty() && found.iter().any(is_module) {
            found.retain(is_module);
        }
        found
            .into_iter()
            .flat_map(|found| self.go_on(found, rest, open))
            .collect()
    }

    fn go_on(&self, from: Destination, rest: &[String], open: &mut Open) -> Vec<Destination> {
        match from {
            // What follows is a variant or an associated item.
            Destination::Item(_) => vec![from],
            Destination::Module(module) => {
                let found = self.follow(module, rest, open);
                // An item that a macro writes is not seen; its module is.
                if found.is_empty() {
                    vec![Destination::Item(module)]
                } else {
                    found
                }
            }
        }
    }

    fn look_up(&self, module: usize, name: &str, open: &mut Open) -> Vec<Destination> {
        let scope = &self.modules[module];
        let mut found = Vec::new();
        for meaning in scope.names.get(name).into_iter().flatten() {
            match meaning {
                Meaning::Module(child) => found.push(Destination::Module(*child)),
                Meaning::Item => found.push(Destination::Item(module)),
                Meaning::Import(path) => found.extend(self.once(module, path, name, open)),
            }
        }
        if !found.is_empty() {
            return found;
        }
        for glob in scope.imports.iter().filter(|import| import.glob) {
            for place in self.once(module, &glob.path, name, open) {
                if let Destination::Module(other) = place {
                    found.extend(self.look_up(other, name, open));
                }
            }
        }
        found
    }

    /// Follows the path of an import in search of `name`, unless that is going on already.
    fn once(
        &self,
        module: usize,
        path: &[String],
        name: &str,
        open: &mut Open,
    ) -> Vec<Destination> {
        let key = (module, format!("{name} = {}", path.join("::")));
        if open.contains(&key) {
            return Vec::new();
        }
        open.push(key);
        let found = self.follow(module, path, open);
        open.pop();
        found
    }
}

impl Scope {
    fn of(items: &[Item], file: &SourceFile) -> Self {
        let mut scope = Self::default();
        for name in items.iter().filter_map(defined) {
            scope.add(&name.to_string(), Meaning::Item);
        }
        let mut uses = Uses(Vec::new());
        for item in items {
            uses.visit_item(item);
        }
        for item in uses.0.iter().filter(|item| !file.is_test(item.span())) {
            let reexport = !matches!(item.vis, Visibility::Inherited);
            if item.leading_colon.is_none() {
                scope.import(&item.tree, Vec::new(), reexport);
            }
        }
        scope
    }

    fn add(&mut self, name: &str, meaning: Meaning) {
        self.names.entry(name.to_owned()).or_default().push(meaning);
    }

    fn import(&mut self, tree: &UseTree, mut path: Vec<String>, reexport: bool) {
        match tree {
            UseTree::Path(tree) => {
                path.push(tree.ident.to_string());
                self.import(&tree.tree, path, reexport);
            }
            UseTree::Name(tree) => self.leaf(path, &tree.ident, &tree.ident, reexport),
            UseTree::Rename(tree) => self.leaf(path, &tree.ident, &tree.rename, reexport),
            UseTree::Glob(tree) => self.imports.push(Import {
                path,
                glob: true,
                reexport,
                span: tree.span(),
            }),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, path.clone(), reexport);
                }
            }
        }
    }

    fn leaf(&mut self, mut path: Vec<String>, name: &Ident, binding: &Ident, reexport: bool) {
        let mut bound = binding.to_string();
        if name != "self" {
            path.push(name.to_string());
        } else if bound == "self" {
            bound = path.last().cloned().unwrap_or_default();
        }
        self.add(&bound, Meaning::Import(path.clone()));
        self.imports.push(Import {
            path,
            glob: false,
            reexport,
            span: name.span(),
        });
    }
}

/// The `use` items of one module, also those in functions.
struct Uses<'ast>(Vec<&'ast ItemUse>);

impl<'ast> Visit<'ast> for Uses<'ast> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.0.push(item);
    }

    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}
}

fn defined(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Macro(item) => item.ident.as_ref(),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}
