//! The settings file that is read when nobody names one.

use super::source::Environment;
use super::table;
use crate::background_writer;
use std::path::{Path, PathBuf};
use ui::message::{Lang, Text, text};

/// Its name in the working directory.
const NAME: &str = ".env";

/// The settings file: the named one; otherwise `./.env`, unless the environment brings the credentials, as in a
/// container. Says on stderr that it was found.
pub fn settings_file(
    named: Option<&Path>,
    environment: Environment<'_>,
    lang: Lang,
) -> Option<PathBuf> {
    if let Some(named) = named {
        return Some(named.to_owned());
    }
    let given = environment(table::LWA_APP_ID.name).is_some_and(|id| !id.trim().is_empty());
    let found = Path::new(NAME);
    if given || !found.is_file() {
        return None;
    }
    let told = text!(
        "設定ファイル ./{NAME} を使います(別のファイルは --config で指定)",
        "settings from ./{NAME} (--config names another file)"
    );
    let told = told.of(lang);
    background_writer::stderr().line(&format!("miseban: {told}"));
    Some(found.to_owned())
}

/// Where settings were looked for, for a message that some are missing.
pub(super) fn looked_for(file: Option<&Path>) -> Text {
    if let Some(file) = file.map(Path::display) {
        return text!("環境変数と {file}", "the environment and {file}");
    }
    let folder = std::env::current_dir().unwrap_or_default();
    let here = folder.join(NAME);
    let exists = here.is_file();
    let here = here.display();
    if exists {
        return text!(
            "環境変数だけ。LWA_APP_ID が環境変数にあるので、{here} は読みません",
            "the environment only: since it has LWA_APP_ID, {here} is not read"
        );
    }
    text!(
        "環境変数だけ。{here} はありません",
        "the environment only: there is no {here}, which is read where it exists"
    )
}
