//! Files that need each other: each circle with its arrows.
//!
//! An arrow leads from a file to another whose items it names. `mod` is none, nor is a re-export of
//! what lies below the module: a facade does not need what it shows.

use std::collections::{BTreeMap, BTreeSet};

use crate::check_result::CheckResult;
use crate::paths::{self, PathUse};
use crate::scope::{Destination, Import, Scopes};
use crate::source::{SourceFile, SourceTree, TargetModules};

/// For each pair of files, the first place that draws the arrow, and the path it draws it by.
type Arrows = BTreeMap<(usize, usize), String>;

pub fn check(tree: &SourceTree) -> CheckResult {
    let mut result = CheckResult::default();
    let mut count = 0;
    for target in &tree.targets {
        let arrows = Drawing::of(target, &tree.files).arrows;
        let loops = loops(&arrows);
        count += arrows.len();
        result.breaches.extend(
            loops
                .iter()
                .map(|files| describe(files, &arrows, &tree.files)),
        );
    }
    result.figure("arrows", count.to_string());
    result.figure("circles", format!("{} (limit 0)", result.breaches.len()));
    result
}

struct Drawing<'a> {
    target: &'a TargetModules,
    files: &'a [SourceFile],
    scopes: Scopes<'a>,
    arrows: Arrows,
}

impl<'a> Drawing<'a> {
    fn of(target: &'a TargetModules, files: &'a [SourceFile]) -> Self {
        let mut drawing = Self {
            target,
            files,
            scopes: Scopes::of(target, files),
            arrows: Arrows::new(),
        };
        for id in 0..target.modules.len() {
            for import in drawing.scopes.imports(id).to_vec() {
                drawing.import(id, &import);
            }
        }
        let of_target: BTreeSet<usize> = target.modules.iter().map(|module| module.file).collect();
        for file in of_target {
            for path in paths::find(&files[file].tokens) {
                drawing.path(file, &path);
            }
        }
        drawing
    }

    fn import(&mut self, module: usize, import: &Import) {
        for found in self.scopes.resolve(module, &import.path) {
            let to = match found {
                Destination::Item(to) => to,
                Destination::Module(to) if import.glob => to,
                Destination::Module(_) => continue,
            };
            if !(import.reexport && self.is_below(to, module)) {
                self.arrow(module, to, import.span.start().line, &import.path);
            }
        }
    }

    fn path(&mut self, file: usize, path: &PathUse) {
        if self.files[file].is_test(path.span) {
            return;
        }
        let at = path.span.start();
        let holds = |id: &usize| {
            let module = &self.target.modules[*id];
            module.file == file && module.range.contains(&at)
        };
        let Some(module) = (0..self.target.modules.len()).rev().find(holds) else {
            return;
        };
        let mut found = self.scopes.resolve(module, &path.segments);
        if let ([name], true, true) = (&path.segments[..], path.is_macro, found.is_empty()) {
            found.extend(self.scopes.macro_home(name).map(Destination::Item));
        }
        for found in found {
            if let Destination::Item(to) = found {
                self.arrow(module, to, at.line, &path.segments);
            }
        }
    }

    fn arrow(&mut self, from: usize, to: usize, line: usize, path: &[String]) {
        let (from, to) = (self.target.modules[from].file, self.target.modules[to].file);
        if from != to {
            let place = format!("{}:{line}: {}", self.files[from].path, path.join("::"));
            self.arrows.entry((from, to)).or_insert(place);
        }
    }

    fn is_below(&self, mut module: usize, above: usize) -> bool {
        while let Some(parent) = self.target.modules[module].parent {
            if parent == above {
                return true;
            }
            module = parent;
        }
        false
    }
}

/// The sets of files in which each reaches each.
fn loops(arrows: &Arrows) -> BTreeSet<BTreeSet<usize>> {
    let reached: BTreeMap<usize, BTreeSet<usize>> = arrows
        .keys()
        .map(|(from, _)| (*from, reach(*from, arrows)))
        .collect();
    let back = |from: usize, to: usize| reached.get(&to).is_some_and(|set| set.contains(&from));
    let around = |(from, set): (&usize, &BTreeSet<usize>)| -> BTreeSet<usize> {
        set.iter().copied().filter(|to| back(*from, *to)).collect()
    };
    let mut loops: BTreeSet<BTreeSet<usize>> = reached.iter().map(around).collect();
    loops.remove(&BTreeSet::new());
    loops
}

fn reach(from: usize, arrows: &Arrows) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for (_, to) in arrows
            .range((file, 0)..=(file, usize::MAX))
            .map(|(pair, _)| pair)
        {
            if reached.insert(*to) {
                open.push(*to);
            }
        }
    }
    reached
}

fn describe(circle: &BTreeSet<usize>, arrows: &Arrows, files: &[SourceFile]) -> String {
    let names: Vec<&str> = circle
        .iter()
        .map(|file| files[*file].path.as_str())
        .collect();
    let mut text = format!("circle of {} files: {}", circle.len(), names.join(", "));
    for ((from, to), place) in arrows {
        if circle.contains(from) && circle.contains(to) {
            text.extend(["\n    ", place, " -> ", &files[*to].path]);
        }
    }
    text
}
