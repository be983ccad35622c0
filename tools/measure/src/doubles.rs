//! Type names that are defined more than once in the workspace: one name should mean one thing.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{ItemEnum, ItemMacro, ItemStruct, ItemTrait, ItemType, ItemUnion};

use crate::check_result::CheckResult;
use crate::source::SourceTree;

pub fn check(tree: &SourceTree) -> CheckResult {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in &tree.files {
        let mut types = Types::default();
        types.visit_file(&file.syntax);
        for name in types.0.iter().filter(|name| !file.is_test(name.span())) {
            places
                .entry(name.to_string())
                .or_default()
                .push(file.place(name.span()));
        }
    }
    let mut result = CheckResult::default();
    result.figure("types", places.len().to_string());
    places.retain(|_, places| places.len() > 1);
    result.figure("doubles", format!("{} (limit 0)", places.len()));
    result.breaches = places
        .iter()
        .map(|(name, places)| {
            let (first, others) = (&places[0], places[1..].join(", "));
            format!(
                "{first}: {name} is defined {} times: also {others}",
                places.len()
            )
        })
        .collect();
    result
}

/// Names of the types of one file, of macro calls too.
#[derive(Default)]
struct Types(Vec<Ident>);

impl<'ast> Visit<'ast> for Types {
    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.0.push(item.ident.clone());
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        self.0.push(item.ident.clone());
    }

    fn visit_item_union(&mut self, item: &'ast ItemUnion) {
        self.0.push(item.ident.clone());
    }

    fn visit_item_type(&mut self, item: &'ast ItemType) {
        self.0.push(item.ident.clone());
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.0.push(item.ident.clone());
        visit::visit_item_trait(self, item);
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        if item.ident.is_none() {
            self.written(&item.mac.tokens);
        }
    }
}

impl Types {
    /// A macro's `struct Name`, `enum Name` and so on.
    fn written(&mut self, tokens: &TokenStream) {
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        for pair in trees.windows(2) {
            if let [TokenTree::Ident(word), TokenTree::Ident(name)] = pair
                && ["struct", "enum", "trait"].contains(&word.to_string().as_str())
            {
                self.0.push(name.clone());
            }
        }
    }
}
