//! How long files and functions are, and how wide traits.

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, ItemTrait, Signature, TraitItem, TraitItemFn};

use crate::report::Report;
use crate::source::{SourceFile, SourceTree};

/// Upper limits of a distribution.
struct Limits {
    median: usize,
    p90: usize,
    max: usize,
}

const FILE: Limits = Limits {
    median: 100,
    p90: 220,
    max: 300,
};
const FUNCTION: Limits = Limits {
    median: 10,
    p90: 35,
    max: 60,
};
const TRAIT_METHODS: usize = 7;

/// A thing with its size.
struct Sized {
    place: String,
    size: usize,
}

pub fn files(tree: &SourceTree) -> Report {
    let sizes = tree.files.iter().map(|file| Sized {
        place: format!("{}:1: the file", file.path),
        size: file.lines(),
    });
    let sizes: Vec<Sized> = sizes.collect();
    let mut report = Report::default();
    report.figure("count", sizes.len().to_string());
    let lines: usize = sizes.iter().map(|file| file.size).sum();
    report.figure("lines", lines.to_string());
    judge(&mut report, sizes, &FILE);
    report
}

pub fn functions(tree: &SourceTree) -> Report {
    let sizes = tree
        .files
        .iter()
        .flat_map(|file| Items::of(file).functions)
        .collect::<Vec<_>>();
    let mut report = Report::default();
    report.figure("count", sizes.len().to_string());
    judge(&mut report, sizes, &FUNCTION);
    report
}

pub fn traits(tree: &SourceTree) -> Report {
    let sizes = tree
        .files
        .iter()
        .flat_map(|file| Items::of(file).traits)
        .collect::<Vec<_>>();
    let widest = sizes.iter().map(|sized| sized.size).max().unwrap_or(0);
    let mut report = Report::default();
    report.figure("count", sizes.len().to_string());
    report.figure("max", format!("{widest} (limit {TRAIT_METHODS})"));
    let above = sizes.iter().filter(|sized| sized.size > TRAIT_METHODS);
    report.breaches.extend(
        above.map(|Sized { place, size }| {
            format!("{place} has {size} methods, limit {TRAIT_METHODS}")
        }),
    );
    report
}

fn judge(report: &mut Report, mut sizes: Vec<Sized>, limits: &Limits) {
    sizes.sort_by_key(|sized| sized.size);
    let rank = |percent: usize| match sizes.len() {
        0 => 0,
        count => sizes[(count * percent).div_ceil(100) - 1].size,
    };
    report.limited("median", rank(50), limits.median);
    report.limited("p90", rank(90), limits.p90);
    report.figure("max", format!("{} (limit {})", rank(100), limits.max));
    let above = sizes.iter().rev().filter(|sized| sized.size > limits.max);
    report
        .breaches
        .extend(above.map(|Sized { place, size }| {
            format!("{place} has {size} lines, limit {}", limits.max)
        }));
}

/// Every function and trait with its size.
struct Items<'a> {
    file: &'a SourceFile,
    functions: Vec<Sized>,
    traits: Vec<Sized>,
}

impl<'a> Items<'a> {
    fn of(file: &'a SourceFile) -> Self {
        let mut items = Self {
            file,
            functions: Vec::new(),
            traits: Vec::new(),
        };
        items.visit_file(&file.syntax);
        items
    }

    /// From the signature to the closing brace.
    fn function(&mut self, signature: &Signature, block: &Block) {
        let first = signature.span().start().line;
        let last = block.brace_token.span.close().end().line;
        if !self.file.is_test(signature.span()) {
            self.functions.push(Sized {
                place: format!(
                    "{}: fn {}",
                    self.file.place(signature.span()),
                    signature.ident
                ),
                size: last - first + 1,
            });
        }
    }
}

impl<'ast> Visit<'ast> for Items<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        let methods = item
            .items
            .iter()
            .filter(|item| matches!(item, TraitItem::Fn(_)));
        if !self.file.is_test(item.span()) {
            self.traits.push(Sized {
                place: format!(
                    "{}: trait {}",
                    self.file.place(item.ident.span()),
                    item.ident
                ),
                size: methods.count(),
            });
        }
        visit::visit_item_trait(self, item);
    }
}
