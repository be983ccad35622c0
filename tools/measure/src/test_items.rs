//! Finds what is compiled for tests only: every item under `#[cfg(test)]`.

use std::ops::Range;

use proc_macro2::{Delimiter, Group, LineColumn, TokenStream, TokenTree};

/// The stretches of `tokens` that are test items, with their attributes.
///
/// An item ends at its first `;` or `{…}`.
pub fn find(tokens: &TokenStream) -> Vec<Range<LineColumn>> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < trees.len() {
        let past_attributes = skip_attributes(&trees, at);
        if (at..past_attributes).any(|index| is_test_attribute(&trees[index])) {
            let end = item_end(&trees, past_attributes);
            found.push(trees[at].span().start()..trees[end].span().end());
            at = end + 1;
        } else {
            if let Some(TokenTree::Group(group)) = trees.get(past_attributes) {
                found.extend(find(&group.stream()));
            }
            at = past_attributes + 1;
        }
    }
    found
}

/// The first index at or after `at` that belongs to no outer attribute.
fn skip_attributes(trees: &[TokenTree], mut at: usize) -> usize {
    while is_punct(trees.get(at), '#') && attribute(trees.get(at + 1)).is_some() {
        at += 2;
    }
    at
}

fn item_end(trees: &[TokenTree], from: usize) -> usize {
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        tree => is_punct(Some(tree), ';'),
    };
    (from..trees.len())
        .find(|index| ends(&trees[*index]))
        .unwrap_or(trees.len() - 1)
}

fn is_punct(tree: Option<&TokenTree>, sign: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn attribute(tree: Option<&TokenTree>) -> Option<&Group> {
    match tree {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => Some(group),
        _ => None,
    }
}

/// `[cfg(test)]`, `[cfg(all(test, …))]` and the feature `testing`, but not `[cfg(not(test))]`.
fn is_test_attribute(tree: &TokenTree) -> bool {
    let Some(group) = attribute(Some(tree)) else {
        return false;
    };
    let text = group.stream().to_string();
    let mut words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
    words.next() == Some("cfg")
        && !text.contains("not")
        && words.any(|word| word == "test" || word == "testing")
}
