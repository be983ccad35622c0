//! Where a setting comes from: the environment, over the settings file, over the default.

use super::dotenv;
use super::table::{ALL, COMPOSE, Setting};
use super::toml_problem::{self, line_of};
use crate::bounded_file;
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
    let todo = text!(
        "--config のパスを確かめ、UTF-8で保存してください",
        "check the path after --config and save it as UTF-8"
    );
    let content = bounded_file::read(path, bounded_file::SMALL, &todo);
    let content = content.map_err(|Text { ja, en }| {
        vec![text!(
            "設定ファイル {shown} を読めません{ja}",
            "the settings file {shown} cannot be read{en}"
        )]
    })?;
    let content = dotenv::as_toml(&content);
    let table: BTreeMap<Spanned<String>, Spanned<toml::Value>> =
        toml::from_str(&content).map_err(|error| {
            let (line, Text { ja, en }) = toml_problem::of(&error, &content, &names());
            vec![text!(
                "設定ファイル {shown} の{line}行目が読めません({ja})",
                "the settings file {shown} cannot be read at line {line} ({en})"
            )]
        })?;
    take_entries(path, &content, table)
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
        if is_of_compose(&name) {
            continue;
        }
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

/// Whether Compose, which reads the same file, takes a variable of this name.
pub(super) fn is_of_compose(name: &str) -> bool {
    COMPOSE.contains(&name) || name.starts_with("COMPOSE_")
}

/// The setting of this name, in upper or lower case.
pub(super) fn known(name: &str) -> Option<&'static Setting> {
    let same = |setting: &&&Setting| {
        name == setting.name || name == setting.name.to_ascii_lowercase().as_str()
    };
    ALL.iter().find(same).copied()
}

fn names() -> Vec<&'static str> {
    ALL.iter().map(|setting| setting.name).collect()
}

fn unknown(name: &str, origin: &Origin) -> Text {
    let (from, why) = (origin.text(), toml_problem::unknown_key(name, &names()));
    Text {
        ja: format!("{}: {}", from.ja, why.ja),
        en: format!("{}: {}", from.en, why.en),
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

#[cfg(test)]
mod tests {
    use crate::config::Settings;
    use ui::command_error::CommandError;

    #[test]
    fn a_secret_in_a_wrong_line_of_the_file_is_not_shown() {
        for line in [
            "REFRESH_TOKEN = \"hidden",
            "REFRESH_TOKEN = hidden hidden",
            "LWA_APP_ID = $hidden",
            "REFRESH_TOKEN_hidden = \"a\"",
            "hidden = \"a\"",
            "\"hidden\\u001b[2J\" = 1",
            "MISEBAN_LANG = \"hidden\"",
            "TOKEN_KEY_FILE = \"hidden\"",
            "PRICE_MIN = [\"hidden\"]",
            "LWA_APP_ID = \"hidden hidden\"",
        ] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), line).unwrap();

            let refused = Settings::load(Some(file.path()), &|_| None);

            let Err(CommandError::Usage(text)) = refused else {
                panic!("{line} is accepted");
            };
            for shown in [text.ja, text.en] {
                assert!(!shown.contains("hidden"), "{line}: {shown}");
            }
        }
    }
}
