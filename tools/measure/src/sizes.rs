//! How long files and functions are, and how wide traits.

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, ItemTrait, Signature, TraitItem, TraitItemFn};

use crate::check_result::CheckResult;
use crate::source::{SourceFile, SourceTree};

/// Upper limits of a distribution.
struct SizeLimits {
    median: usize,
    p90: usize,
    max: usize,
}

const FILE: SizeLimits = SizeLimits {
    median: 100,
    p90: 220,
    max: 300,
};
const FUNCTION: SizeLimits = SizeLimits {
    median: 10,
    p90: 35,
    max: 60,
};
const TRAIT_METHODS: usize = 7;

/// A thing with its size.
struct Measured {
    place: String,
    size: usize,
}

pub fn files(tree: &SourceTree) -> CheckResult {
    let sizes = tree.files.iter().map(|file| Measured {
        place: format!("{}:1: the file", file.path),
        size: file.lines(),
    });
    let sizes: Vec<Measured> = sizes.collect();
    let mut result = CheckResult::default();
    result.figure("count", sizes.len().to_string());
    let lines_of = |is_tool| -> usize {
        let of_kind = |file: &&SourceFile| file.member.starts_with("tools/") == is_tool;
        tree.files
            .iter()
            .filter(of_kind)
            .map(SourceFile::lines)
            .sum()
    };
    let (product, tools) = (lines_of(false), lines_of(true));
    result.figure("lines", format!("{product} and {tools} of tools"));
    judge(&mut result, sizes, &FILE);
    result
}

pub fn functions(tree: &SourceTree) -> CheckResult {
    let sizes = tree
        .files
        .iter()
        .flat_map(|file| MeasuredItems::of(file).functions)
        .collect::<Vec<_>>();
    let mut result = CheckResult::default();
    result.figure("count", sizes.len().to_string());
    judge(&mut result, sizes, &FUNCTION);
    result
}

pub fn traits(tree: &SourceTree) -> CheckResult {
    let sizes = tree
        .files
        .iter()
        .flat_map(|file| MeasuredItems::of(file).traits)
        .collect::<Vec<_>>();
    let widest = sizes.iter().map(|sized| sized.size).max().unwrap_or(0);
    let mut result = CheckResult::default();
    result.figure("count", sizes.len().to_string());
    result.figure("max", format!("{widest} (limit {TRAIT_METHODS})"));
    let above = sizes.iter().filter(|sized| sized.size > TRAIT_METHODS);
    result
        .breaches
        .extend(above.map(|Measured { place, size }| {
            format!("{place} has {size} methods, limit {TRAIT_METHODS}")
        }));
    result
}

fn judge(result: &mut CheckResult, mut sizes: Vec<Measured>, limits: &SizeLimits) {
    sizes.sort_by_key(|sized| sized.size);
    let rank = |percent: usize| match sizes.len() {
        0 => 0,
        count => sizes[(count * percent).div_ceil(100) - 1].size,
    };
    result.limited("median", rank(50), limits.median);
    result.limited("p90", rank(90), limits.p90);
    result.figure("max", format!("{} (limit {})", rank(100), limits.max));
    let above = sizes.iter().rev().filter(|sized| sized.size > limits.max);
    result.breaches.extend(
        above.map(|Measured { place, size }| {
            format!("{place} has {size} lines, limit {}", limits.max)
        }),
    );
}

/// Every function and trait with its size.
struct MeasuredItems<'a> {
    file: &'a SourceFile,
    functions: Vec<Measured>,
    traits: Vec<Measured>,
}

impl<'a> MeasuredItems<'a> {
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
            self.functions.push(Measured {
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

impl<'ast> Visit<'ast> for MeasuredItems<'_> {
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
            self.traits.push(Measured {
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
