//! The fenced blocks of a Markdown document, and its code spans.

use super::root;

/// What is before a block that is not run; the reason follows.
const MARKER: &str = "<!-- not run:";

/// A document, by its path from the root.
pub struct Document {
    pub path: String,
    pub text: String,
}

/// One fenced block.
pub struct Block {
    /// `path:line` of its fence.
    pub place: String,
    /// The number of the heading of the second level before it.
    pub section: usize,
    pub lang: String,
    pub body: String,
    /// The reason in the marker above it.
    pub not_run: Option<String>,
}

/// A line of a document, and what it belongs to.
enum Line<'a> {
    /// The fence that opens a block, with its language.
    Opens(&'a str),
    Inside(&'a str),
    Closes,
    Text(&'a str),
}

impl Document {
    pub fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(root().join(path));
        Self {
            path: path.to_owned(),
            text: text.unwrap_or_else(|error| panic!("{path}: {error}")),
        }
    }

    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let (mut section, mut before) = (0, "");
        for (number, line) in self.lines() {
            match line {
                Line::Opens(lang) => blocks.push(Block {
                    place: format!("{}:{number}", self.path),
                    section,
                    lang: lang.to_owned(),
                    body: String::new(),
                    not_run: reason(before),
                }),
                Line::Inside(line) => {
                    let block = blocks.last_mut().unwrap();
                    block.body.extend([line, "\n"]);
                }
                Line::Closes => before = "",
                Line::Text(line) => {
                    section += usize::from(line.starts_with("## "));
                    before = line;
                }
            }
        }
        for block in &mut blocks {
            block.body = outdented(&block.body);
        }
        blocks
    }

    /// What looks like a block, or a marker, and is none.
    pub fn stray(&self) -> Vec<String> {
        let lines: Vec<_> = self.lines().collect();
        let mut stray = Vec::new();
        let mut blank = true;
        for (at, (number, line)) in lines.iter().enumerate() {
            let place = format!("{}:{number}", self.path);
            match line {
                Line::Text(text) => {
                    let next = lines.get(at + 1).map(|(_, line)| line);
                    if text.contains("not run") && text.contains("<!--") {
                        let is_above = matches!(next, Some(Line::Opens(_)));
                        if !is_above || reason(text).is_none() {
                            stray.push(format!(
                                "{place}: a marker is {MARKER} WHY -->, above a block"
                            ));
                        }
                    }
                    if text.contains("<pre>") || (blank && text.starts_with("    ")) {
                        stray.push(format!("{place}: write a block with a fence"));
                    }
                    blank = text.trim().is_empty();
                }
                Line::Opens(_) | Line::Inside(_) if at + 1 == lines.len() => {
                    stray.push(format!("{place}: the block has no end"));
                }
                _ => blank = false,
            }
        }
        stray
    }

    /// The code spans outside of blocks, each with the line in which its paragraph begins.
    pub fn spans(&self) -> Vec<(usize, String)> {
        let mut spans = Vec::new();
        for (number, paragraph) in self.paragraphs() {
            let found = paragraph.split('`').skip(1).step_by(2);
            spans.extend(found.map(|span| (number, span.to_owned())));
        }
        spans
    }

    /// The text without blocks: each paragraph as one line, with the number of its first one.
    pub fn paragraphs(&self) -> Vec<(usize, String)> {
        let mut paragraphs: Vec<(usize, String)> = Vec::new();
        let mut goes_on = false;
        for (number, line) in self.lines() {
            let text = match line {
                Line::Text(text) => text.trim(),
                _ => "",
            };
            match paragraphs.last_mut() {
                Some((_, paragraph)) if goes_on => {
                    paragraph.push(' ');
                    paragraph.push_str(text);
                }
                _ => paragraphs.push((number, text.to_owned())),
            }
            // A row of a table is a paragraph of its own.
            goes_on = !text.is_empty() && !text.starts_with('|');
        }
        paragraphs
    }

    fn lines(&self) -> impl Iterator<Item = (usize, Line<'_>)> {
        let mut fence: Option<&str> = None;
        (1..).zip(self.text.lines()).map(move |(number, line)| {
            let trimmed = line.trim_start();
            let length = |sign| trimmed.len() - trimmed.trim_start_matches(sign).len();
            let length = length('`').max(length('~'));
            let line = match fence {
                Some(open) if closes(trimmed.trim_end(), open) => {
                    fence = None;
                    Line::Closes
                }
                Some(_) => Line::Inside(line),
                None if length >= 3 => {
                    let (opening, lang) = trimmed.split_at(length);
                    fence = Some(opening);
                    Line::Opens(lang.trim())
                }
                None => Line::Text(line),
            };
            (number, line)
        })
    }
}

/// Whether `line` is a fence that ends what `open` began.
fn closes(line: &str, open: &str) -> bool {
    line.len() >= open.len() && line.chars().all(|sign| open.starts_with(sign))
}

/// The reason of a marker.
fn reason(line: &str) -> Option<String> {
    let reason = line
        .trim()
        .strip_prefix(MARKER)?
        .strip_suffix("-->")?
        .trim();
    (!reason.is_empty()).then(|| reason.to_owned())
}

/// Without the indentation that all lines have, as in a list.
fn outdented(body: &str) -> String {
    let lines = body.lines().filter(|line| !line.trim().is_empty());
    let indentation = lines.map(|line| line.len() - line.trim_start().len()).min();
    let indentation = indentation.unwrap_or(0);
    let lines = body.lines();
    lines
        .flat_map(|line| [line.get(indentation..).unwrap_or(""), "\n"])
        .collect()
}

#[test]
fn a_block_without_a_marker_is_found_wherever_it_is() {
    let text = "a\n<!-- not run: a picture -->\n```mermaid\nx\n```\n\n1. b\n\n   ~~~\n   y\n     z\n   ~~~\n\n\
        <!-- not run: -->\n````sh\n```\n````\n\n    indented\n<!-- not run: lost -->\n";
    let document = Document {
        path: "a.md".to_owned(),
        text: text.to_owned(),
    };

    let blocks = document.blocks();
    let found = blocks.iter().map(|block| {
        (
            block.lang.as_str(),
            block.body.as_str(),
            block.not_run.as_deref(),
        )
    });

    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            ("mermaid", "x\n", Some("a picture")),
            ("", "y\n  z\n", None),
            ("sh", "```\n", None),
        ]
    );
    assert_eq!(
        document.stray(),
        [
            "a.md:14: a marker is <!-- not run: WHY -->, above a block",
            "a.md:19: write a block with a fence",
            "a.md:20: a marker is <!-- not run: WHY -->, above a block",
        ]
    );
}
