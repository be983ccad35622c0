//! Lists every text that people read: messages, log lines, errors, help.

use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};

use crate::source::{SourceFile, SourceTree};

/// `file:line: kind: text` for every string literal that is a text, in the order of the files.
///
/// Kinds: `text` (both languages), `log`, `error`, `help`, and `string` for any other literal with
/// a space or a letter beyond ASCII in it.
pub fn list(tree: &SourceTree) -> Vec<String> {
    let mut lines = Vec::new();
    for file in &tree.files {
        TextList {
            file,
            lines: &mut lines,
        }
        .walk(&file.tokens, None);
    }
    lines
}

struct TextList<'a> {
    file: &'a SourceFile,
    lines: &'a mut Vec<String>,
}

impl TextList<'_> {
    /// Lists the texts of `tokens`, which are of `kind` where what holds them says so.
    fn walk(&mut self, tokens: &TokenStream, kind: Option<&'static str>) {
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        // Whether the item or field that begins here has its doc comments shown as help.
        let mut helps = kind == Some("help");
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => match before_group(&trees[..at]) {
                    Before::Attribute => {
                        helps |= derives_help(&trees[at..]);
                        self.attribute(&group.stream(), helps);
                    }
                    Before::Call(name) => self.walk(&group.stream(), kind_of(&name).or(kind)),
                    Before::Other if group.delimiter() == Delimiter::Brace => {
                        self.walk(&group.stream(), if helps { Some("help") } else { kind });
                        helps = kind == Some("help");
                    }
                    Before::Other => self.walk(&group.stream(), kind),
                },
                TokenTree::Literal(literal) => self.literal(literal, kind),
                _ => {}
            }
        }
    }

    fn attribute(&mut self, tokens: &TokenStream, helps: bool) {
        let name = tokens
            .clone()
            .into_iter()
            .next()
            .map(|tree| tree.to_string());
        match name.as_deref() {
            Some("doc") if helps => self.walk(tokens, Some("help")),
            Some("arg" | "command" | "clap" | "value") => self.walk(tokens, Some("help")),
            Some("error") => self.walk(tokens, Some("error")),
            _ => {}
        }
    }

    fn literal(&mut self, literal: &Literal, kind: Option<&'static str>) {
        let source = literal.to_string();
        let Some(text) = content(&source) else {
            return;
        };
        let is_prose = text.contains(' ') || !text.is_ascii();
        if (is_prose || kind.is_some()) && !self.file.is_test(literal.span()) {
            let place = self.file.place(literal.span());
            let kind = kind.unwrap_or("string");
            let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
            self.lines
                .push(format!("{place}: {kind}: {}", lines.join("\\n")));
        }
    }
}

/// What is between the quotes of a string literal; `None` for other literals.
fn content(source: &str) -> Option<&str> {
    let text = source.strip_prefix('r').unwrap_or(source).trim_matches('#');
    text.strip_prefix('"')?.strip_suffix('"')
}

/// What precedes a group of tokens.
enum Before {
    /// `#` or `#!`
    Attribute,
    /// `name!` or `.name`
    Call(String),
    Other,
}

fn before_group(before: &[TokenTree]) -> Before {
    match before {
        [.., TokenTree::Punct(sign)] if sign.as_char() == '#' => Before::Attribute,
        [.., TokenTree::Punct(hash), TokenTree::Punct(_)] if hash.as_char() == '#' => {
            Before::Attribute
        }
        [.., TokenTree::Ident(name), TokenTree::Punct(sign)] if sign.as_char() == '!' => {
            Before::Call(name.to_string())
        }
        [.., TokenTree::Punct(sign), TokenTree::Ident(name)] if sign.as_char() == '.' => {
            Before::Call(name.to_string())
        }
        _ => Before::Other,
    }
}

/// The kind of the texts that a macro or a method takes.
fn kind_of(name: &str) -> Option<&'static str> {
    match name {
        "text" | "settings" | "pick" => Some("text"),
        "error" | "warn" | "info" | "debug" | "trace" => Some("log"),
        "bail" | "anyhow" | "ensure" | "context" | "with_context" => Some("error"),
        _ => None,
    }
}

/// Whether the attributes that begin at `trees` make the item a part of a command line.
fn derives_help(trees: &[TokenTree]) -> bool {
    let groups = trees.iter().step_by(2).map_while(|tree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => Some(group.stream()),
        _ => None,
    });
    let mut texts = groups.map(|tokens| tokens.to_string());
    texts.any(|text| {
        let names = ["Parser", "Args", "Subcommand", "ValueEnum"];
        text.starts_with("derive") && names.iter().any(|name| text.contains(name))
    })
}
