//! Public items without a doc comment, in the crates that others build on.

use proc_macro2::{Ident, Span};
use syn::visit::{self, Visit};
use syn::{
    Attribute, Field, ImplItemFn, Item, ItemEnum, ItemImpl, ItemTrait, TraitItem, Variant,
    Visibility,
};

use crate::check_result::CheckResult;
use crate::source::{SourceFile, SourceTree};

/// The crates that are libraries for others; the rest are programs and their tests.
const LIBRARIES: [&str; 4] = ["shared", "adapters", "app", "ui"];

pub fn check(tree: &SourceTree) -> CheckResult {
    let mut result = CheckResult::default();
    let mut count = 0;
    for file in tree
        .files
        .iter()
        .filter(|file| LIBRARIES.contains(&file.member.as_str()))
    {
        if !file.syntax.attrs.iter().any(is_doc) {
            result
                .breaches
                .push(format!("{}:1: the file has no head comment", file.path));
        }
        let mut public = Public {
            file,
            count: 0,
            bare: Vec::new(),
        };
        public.visit_file(&file.syntax);
        count += public.count;
        result.breaches.extend(public.bare);
    }
    result.figure("public", count.to_string());
    result.figure(
        "undocumented",
        format!("{} (limit 0)", result.breaches.len()),
    );
    result
}

/// The public items of one file.
struct Public<'a> {
    file: &'a SourceFile,
    count: usize,
    bare: Vec<String>,
}

impl Public<'_> {
    fn item(&mut self, visibility: &Visibility, attributes: &[Attribute], name: &str, at: Span) {
        if matches!(visibility, Visibility::Public(_)) {
            self.needs_doc(attributes, name, at);
        }
    }

    fn needs_doc(&mut self, attributes: &[Attribute], name: &str, at: Span) {
        if self.file.is_test(at) {
            return;
        }
        self.count += 1;
        if !attributes.iter().any(is_doc) {
            self.bare.push(format!(
                "{}: {name} has no doc comment",
                self.file.place(at)
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Public<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if let Some((visibility, attributes, name)) = parts(item) {
            self.item(visibility, attributes, &name.to_string(), name.span());
        }
        visit::visit_item(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        if matches!(item.vis, Visibility::Public(_)) {
            for Variant { attrs, ident, .. } in &item.variants {
                self.needs_doc(attrs, &format!("{}::{ident}", item.ident), ident.span());
            }
        }
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        if matches!(item.vis, Visibility::Public(_)) {
            for method in &item.items {
                if let TraitItem::Fn(method) = method {
                    let name = format!("{}::{}", item.ident, method.sig.ident);
                    self.needs_doc(&method.attrs, &name, method.sig.ident.span());
                }
            }
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if item.trait_.is_none() {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.item(
            &item.vis,
            &item.attrs,
            &item.sig.ident.to_string(),
            item.sig.ident.span(),
        );
    }

    fn visit_field(&mut self, field: &'ast Field) {
        if let Some(name) = &field.ident {
            self.item(&field.vis, &field.attrs, &name.to_string(), name.span());
        }
    }
}

fn is_doc(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc")
}

/// What a named item has in common with others; `mod name;` is left out: its file is asked.
fn parts(item: &Item) -> Option<(&Visibility, &[Attribute], &Ident)> {
    Some(match item {
        Item::Const(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Enum(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Fn(item) => (&item.vis, &item.attrs, &item.sig.ident),
        Item::Mod(item) if item.content.is_some() => (&item.vis, &item.attrs, &item.ident),
        Item::Static(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Struct(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Trait(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Type(item) => (&item.vis, &item.attrs, &item.ident),
        _ => return None,
    })
}
