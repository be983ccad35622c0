//! The documents against the product: their code blocks are run, and the commands, settings and files that they
//! name must exist.

mod blocks;
mod names;
mod process;
mod reader;
mod shell;

use blocks::Document;
use reader::Reader;
use std::path::{Path, PathBuf};
use ui::message::Lang;

/// Blocks of these languages are run: a command line, or a file of the reader's.
const RUN: [&str; 3] = ["sh", "toml", "csv"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every document of the root and of `docs/`, by its path.
fn documents() -> Vec<Document> {
    let mut paths = Vec::new();
    for folder in ["", "docs", "migrations"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if Path::new(&name)
                .extension()
                .is_some_and(|kind| kind == "md")
            {
                paths.push(Path::new(folder).join(name).display().to_string());
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| Document::read(path)).collect()
}

fn document(path: &str) -> Document {
    Document::read(path)
}

#[test]
fn every_block_is_run_or_says_why_not() {
    let mut wrong = Vec::new();
    for document in documents() {
        for block in document.blocks() {
            let is_run = RUN.contains(&block.lang.as_str());
            if !is_run && block.not_run.is_none() {
                wrong.push(format!(
                    "{}: neither run nor marked: write <!-- not run: WHY --> in the line above",
                    block.place
                ));
            }
        }
        wrong.extend(document.stray());
    }

    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_english_readme_says_can_be_done() {
    follow(&[document("README.md")], Lang::En).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_japanese_readme_says_can_be_done() {
    follow(&[document("README.ja.md")], Lang::Ja).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_other_documents_say_can_be_done() {
    let mut others = documents();
    others.retain(|document| !document.path.starts_with("README"));
    follow(&others, Lang::En).await;
}

/// Runs the blocks of each document in order.
async fn follow(documents: &[Document], lang: Lang) {
    for document in documents {
        let blocks = document.blocks();
        let mut blocks = blocks.iter().filter(|block| block.not_run.is_none());
        let Some(first) = blocks.next() else {
            continue;
        };
        let mut reader = Reader::of(document, lang).await;
        for block in std::iter::once(first).chain(blocks) {
            reader.does(block).await;
        }
        reader.stops_all();
    }
}
