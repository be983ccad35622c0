//! What is wrong with a command line, in Japanese: clap says it in English only.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;
use ui::message::{Lang, Text};

/// What is wrong, and where to look, for the program `name`.
pub(super) fn in_japanese(error: &Error, name: &str) -> String {
    let near = nearest(error).map(|near| format!("もしかして: {near}。"));
    let (what, near) = (what(error), near.unwrap_or_default());
    format!("{name}: {what}。{near}使い方は {name} --help で見られます")
}

fn what(error: &Error) -> String {
    let arg = words(error, ContextKind::InvalidArg);
    let value = words(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument => format!("{arg} は使えません"),
        ErrorKind::InvalidSubcommand => {
            let command = words(error, ContextKind::InvalidSubcommand);
            format!("{command} というコマンドはありません")
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} に値がありません"),
        ErrorKind::InvalidValue => {
            let valid = words(error, ContextKind::ValidValue);
            format!("{arg} に {value} は使えません。使える値: {valid}")
        }
        ErrorKind::ValueValidation => {
            // A test finds each parser that says it in English only.
            let why = error.source().and_then(|why| why.downcast_ref::<Text>());
            let why = why.map_or_else(String::new, |why| format!("。{}", why.of(Lang::Ja)));
            format!("{arg} に {value} は使えません{why}")
        }
        ErrorKind::MissingRequiredArgument => format!("{arg} がありません"),
        ErrorKind::MissingSubcommand => "コマンドがありません".to_owned(),
        ErrorKind::ArgumentConflict => {
            let other = words(error, ContextKind::PriorArg);
            if other == arg {
                return format!("{arg} は1回だけ使えます");
            }
            format!("{arg} は {other} と一緒に使えません")
        }
        ErrorKind::TooManyValues if arg.is_empty() => format!("{value} は余分です"),
        ErrorKind::TooManyValues => format!("{arg} に {value} は余分です"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => {
            format!("{arg} の値の数が違います")
        }
        ErrorKind::InvalidUtf8 => "UTF-8ではない文字があります".to_owned(),
        _ => "使い方が違います".to_owned(),
    }
}

fn nearest(error: &Error) -> Option<String> {
    let kinds = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let found = kinds.map(|kind| words(error, kind));
    found.into_iter().find(|words| !words.is_empty())
}

/// What the error knows of this kind; empty if it knows nothing.
fn words(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(word)) => word.clone(),
        Some(ContextValue::Strings(words)) => words.join("、"),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
