//! Where a setting comes from: the environment, over the settings file, over the default.

use super::table::{ALL, Setting};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use toml::Spanned;
use ui::message::{Text, text};

/// Looks up a variable of the environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A given value and its origin.
#[derive(Clone)]
pub struct Given {
    /// The text, without spaces around it.
    pub value: String,
    /// Its origin.
    pub origin: Origin,
}

/// The origin of a value.
#[derive(Clone)]
pub enum Origin {
    /// A variable of the environment.
    Environment,
    /// A line of the settings file.
    File(PathBuf, usize),
}

impl Origin {
    /// The origin as a message.
    pub fn text(&self) -> Text {
        match self {
            Self::Environment => text!("環境変数", "environment"),
            Self::File(path, line) => {
                let path = path.display();
                text!("{path} の{line}行目", "{path}, line {line}")
            }
        }
    }
}

/// The given values, by name. An empty value counts as not given, since compose files pass unset
/// variables on as empty ones.
pub struct Source {
    given: BTreeMap<&'static str, Given>,
}

impl Source {
    /// Reads the file and the environment, which has priority.
    ///
    /// # Errors
    ///
    /// One text for each error in the file.
    pub fn read(file: Option<&Path>, environment: Environment<'_>) -> Result<Self, Vec<Text>> {
        let mut given = file.map_or_else(|| Ok(BTreeMap::new()), read_file)?;
        for setting in ALL {
            if let Some(value) = environment(setting.name).filter(|value| !value.trim().is_empty())
            {
                let origin = Origin::Environment;
                let value = value.trim().to_owned();
                given.insert(setting.name, Given { value, origin });
            }
        }
        Ok(Self { given })
    }

    /// The given value of `setting`.
    pub fn get(&self, setting: &Setting) -> Option<&Given> {
        self.given.get(setting.name)
    }
}

fn read_file(path: &Path) -> Result<BTreeMap<&'static str, Given>, Vec<Text>> {
    let shown = path.display();
    let content = std::fs::read_to_string(path).map_err(|error| {
        vec![text!(
            "設定ファイル {shown} を読めません({error})。--config のパスを確かめ、UTF-8で保存してください",
            "the settings file {shown} cannot be read ({error}): check the path after --config and save it as UTF-8"
        )]
    })?;
    let content = content.strip_prefix('\u{feff}').unwrap_or(&content);
    let table: BTreeMap<Spanned<String>, Spanned<toml::Value>> =
        toml::from_str(content).map_err(|error| {
            // Only the message: the error's own print shows the line, which may hold a secret.
            let line = error.span().map_or(1, |span| line_of(content, span.start));
            let why = without_values(error.message());
            vec![text!(
                "設定ファイル {shown} の{line}行目がTOMLとして読めません({why})。文字列は \"…\" で囲んでください",
                "the settings file {shown} is not TOML at line {line} ({why}): put texts in \"…\""
            )]
        })?;
    take_entries(path, content, table)
}

fn take_entries(
    path: &Path,
    content: &str,
    table: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
) -> Result<BTreeMap<&'static str, Given>, Vec<Text>> {
    let mut given = BTreeMap::new();
    let mut errors = Vec::new();
    for (key, value) in table {
        let origin = Origin::File(path.to_owned(), line_of(content, key.span().start));
        let name = key.into_inner();
        let entry = known(&name)
            .ok_or_else(|| unknown(&name, &origin))
            .and_then(|setting| Ok((setting, plain(setting, value.into_inner(), &origin)?)));
        match entry {
            Err(error) => errors.push(error),
            Ok((setting, _)) if given.contains_key(setting.name) => {
                errors.push(doubled(setting, &origin));
            }
            Ok((setting, value)) => {
                given.insert(setting.name, Given { value, origin });
            }
        }
    }
    given.retain(|_, entry| !entry.value.is_empty());
    if errors.is_empty() {
        Ok(given)
    } else {
        Err(errors)
    }
}

fn known(name: &str) -> Option<&'static Setting> {
    let same = |setting: &&&Setting| {
        name == setting.name || name == setting.name.to_ascii_lowercase().as_str()
    };
    ALL.iter().find(same).copied()
}

fn unknown(name: &str, origin: &Origin) -> Text {
    let nearest = ALL
        .iter()
        .max_by(|one, other| {
            let likeness =
                |setting: &Setting| strsim::jaro_winkler(setting.name, &name.to_ascii_uppercase());
            likeness(one).total_cmp(&likeness(other))
        })
        .map_or("", |setting| setting.name);
    let name: String = name.chars().take(60).collect();
    let Text { ja, en } = origin.text();
    Text {
        ja: format!("{ja}: {name} という設定はありません。{nearest} ではありませんか"),
        en: format!("{en}: there is no setting {name}; did you mean {nearest}?"),
    }
}

fn doubled(setting: &Setting, origin: &Origin) -> Text {
    let name = setting.name;
    let Text { ja, en } = origin.text();
    Text {
        ja: format!("{ja}: {name} が2回書かれています。1つにしてください"),
        en: format!("{en}: {name} is given twice; keep one"),
    }
}

fn plain(setting: &Setting, value: toml::Value, origin: &Origin) -> Result<String, Text> {
    match value {
        toml::Value::String(text) => Ok(text.trim().to_owned()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Float(number) => Ok(number.to_string()),
        _ => {
            let (name, (accepts_ja, accepts_en)) = (setting.name, setting.accepts);
            let mut message = origin.text();
            let _ = write!(
                message.ja,
                ": {name} は文字列か数で書いてください: {accepts_ja}"
            );
            let _ = write!(
                message.en,
                ": {name} must be a text or a number: {accepts_en}"
            );
            Err(message)
        }
    }
}

/// The line, from 1, that holds the byte at `offset`.
pub fn line_of(content: &str, offset: usize) -> usize {
    let before = content.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}

/// The message of a TOML error without the value that it quotes, which may be a secret; names of keys
/// stay.
pub(crate) fn without_values(message: &str) -> String {
    let names_value = message.starts_with("invalid type") || message.starts_with("invalid value");
    let Some(at) = message.find(['`', '"']).filter(|_| names_value) else {
        return message.to_owned();
    };
    let expected = message.rfind(", expected").map_or("", |at| &message[at..]);
    format!("{}…{expected}", &message[..at])
}
