//! Finds the settings file when the command line names none.

use super::source::{Environment, is_of_compose, known};
use super::{dotenv, table};
use crate::{background_writer, bounded_file};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use ui::message::{Lang, Text, text};

/// Its name in the working directory.
const NAME: &str = ".env";
/// Settings that other programs have, too, by the same name.
const COMMON: [&str; 3] = [
    table::DATABASE_URL.setting.name,
    table::REDIS_URL.setting.name,
    table::RUST_LOG.setting.name,
];

/// Whose a found file is.
#[derive(Debug, PartialEq, Eq)]
enum Owner {
    /// Ours, with errors or without.
    Miseban,
    /// Nobody needs to know of it.
    Another,
    /// Another's by its names, of which we have some, too: somebody may miss them.
    Unclear,
}

/// The settings file: the named one; otherwise `./.env`, unless it is of another program or the environment brings
/// the credentials, as in a container. Says on stderr that it was found.
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
    let owner = owner(found);
    let told = match owner {
        Owner::Another => return None,
        Owner::Miseban => text!(
            "設定ファイル ./{NAME} を使います(別のファイルは --config で指定)",
            "settings from ./{NAME} (--config names another file)"
        ),
        Owner::Unclear => text!(
            "./{NAME} は別のプログラムの設定のようなので、読みません(読むには --config {NAME})",
            "./{NAME} looks like the settings of another program and is not read (--config {NAME} reads it)"
        ),
    };
    let told = told.of(lang);
    background_writer::stderr().line(&format!("miseban: {told}"));
    (owner == Owner::Miseban).then(|| found.to_owned())
}

/// A file that cannot be read may be ours; to read it as settings says why it cannot be.
fn owner(found: &Path) -> Owner {
    let mut bytes = Vec::new();
    let read =
        File::open(found).and_then(|file| file.take(bounded_file::SMALL).read_to_end(&mut bytes));
    match read {
        Ok(_) => owner_of(&String::from_utf8_lossy(&bytes)),
        Err(_) => Owner::Miseban,
    }
}

fn owner_of(content: &str) -> Owner {
    let content = content.trim_start_matches('\u{feff}');
    let is_empty = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let (mut ours, mut common, mut foreign) = (false, false, false);
    for name in dotenv::names(content) {
        match known(name) {
            Some(setting) if COMMON.contains(&setting.name) => common = true,
            Some(_) => ours = true,
            None => foreign |= !is_of_compose(name),
        }
    }
    match (ours, common, foreign) {
        (true, _, _) | (false, true, false) => Owner::Miseban,
        (false, true, true) => Owner::Unclear,
        // Nothing in it can be missed, or wrong.
        (false, false, false) if content.lines().all(is_empty) => Owner::Miseban,
        (false, false, _) => Owner::Another,
    }
}

/// Where settings were looked for, for a message that some are missing.
pub(super) fn looked_for(file: Option<&Path>) -> Text {
    if let Some(file) = file.map(Path::display) {
        return text!("環境変数と {file}", "the environment and {file}");
    }
    let folder = std::env::current_dir().unwrap_or_default();
    let here = folder.join(NAME);
    let exists = here.is_file();
    let another = exists && owner(&here) != Owner::Miseban;
    let here = here.display();
    if another {
        return text!(
            "環境変数だけ。{here} には店番の設定がありません",
            "the environment only: {here} has no settings of Miseban"
        );
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_found_file_is_ours_by_the_names_in_it() {
        for (content, owner) in [
            ("# later\n\n", Owner::Miseban),
            ("# nothing\nA=b\n", Owner::Another),
            ("POSTGRES_PASSWORD=0a1b\nWORKERS=4\n", Owner::Another),
            ("SECRET_KEY=$x y\nKEY=\"a\nb\"\n", Owner::Another),
            ("DATABASE_URL=postgres://a\nSECRET_KEY=b\n", Owner::Unclear),
            (
                "DATABASE_URL=postgres://a\nREDIS_URL=redis://b\n",
                Owner::Miseban,
            ),
            ("DATABASE_URL=postgres://a\nWORKERS=4\n", Owner::Miseban),
            ("export price_min=600\nSECRET_KEY=b\n", Owner::Miseban),
            ("\u{feff}LWA_APP_ID=\"a\"\n", Owner::Miseban),
        ] {
            assert_eq!(owner_of(content), owner, "{content}");
        }
    }
}
