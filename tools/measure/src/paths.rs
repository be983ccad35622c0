//! Finds the paths in a file, in macros too: tokens are read, not the syntax tree.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};

/// A path as a file writes it: `crate::a::Item`, `Item`, `item(…)` or `item!`.
pub struct PathUse {
    pub segments: Vec<String>,
    pub span: Span,
    /// A `!` follows.
    pub is_macro: bool,
}

/// All paths of `tokens` but those of `use`, method calls and definitions.
///
/// Of single names only types, constants, macros and called functions count: others are mostly
/// local variables and fields.
pub fn find(tokens: &TokenStream) -> Vec<PathUse> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < trees.len() {
        match &trees[at] {
            TokenTree::Ident(word) if word == "use" && !is_capture(&trees[at..]) => {
                let end = (at..trees.len()).find(|index| is_punct(&trees[*index], ';'));
                at = end.unwrap_or(trees.len()) + 1;
            }
            TokenTree::Ident(first) => {
                let (path, next) = path_at(&trees, at, first);
                let counts = path.segments.len() > 1 || stands_for_item(&path, trees.get(next));
                if counts && !continues_something(&trees[..at]) {
                    found.push(path);
                }
                at = next;
            }
            TokenTree::Group(group) => {
                found.extend(find(&group.stream()));
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// The path that begins at `at`, and the index behind it.
fn path_at(trees: &[TokenTree], at: usize, first: &Ident) -> (PathUse, usize) {
    let mut segments = vec![first.to_string()];
    let mut next = at + 1;
    while let [colon, other, TokenTree::Ident(segment), ..] = &trees[next.min(trees.len())..] {
        if !(is_punct(colon, ':') && is_punct(other, ':')) {
            break;
        }
        segments.push(segment.to_string());
        next += 3;
    }
    let is_macro = trees.get(next).is_some_and(|tree| is_punct(tree, '!'))
        && !trees.get(next + 1).is_some_and(|tree| is_punct(tree, '='));
    let path = PathUse {
        segments,
        span: first.span(),
        is_macro,
    };
    (path, next)
}

fn stands_for_item(path: &PathUse, next: Option<&TokenTree>) -> bool {
    let is_call = matches!(next, Some(TokenTree::Group(group))
        if group.delimiter() == Delimiter::Parenthesis);
    let name = path.segments[0].as_str();
    path.is_macro || name.starts_with(char::is_uppercase) || is_call
}

/// Whether the tokens before make the next name a method, a field, a definition, or the rest of a
/// path that does not begin with a name.
fn continues_something(before: &[TokenTree]) -> bool {
    match before {
        [.., first, last] if is_punct(last, '.') => !is_punct(first, '.'),
        [.., first, last] if is_punct(last, ':') => is_punct(first, ':'),
        [.., TokenTree::Ident(word)] => word == "fn",
        _ => false,
    }
}

/// `use<'a>` of a return type, which is no import.
fn is_capture(trees: &[TokenTree]) -> bool {
    trees.get(1).is_some_and(|tree| is_punct(tree, '<'))
}

fn is_punct(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == sign)
}
