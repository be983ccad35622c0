//! `backup FILE` and `restore FILE`: the database as one file.

use super::restorable;
use crate::database::CommandStore;
use crate::lock::WorkLock;
use crate::output::CommandOutput;
use adapters::clock::SystemClock;
use adapters::store::{DatabaseLocation, SqlStore, new_beside};
use app::config::Settings;
use chrono::{DateTime, Utc};
use shared::ports::clock::Clock as _;
use shared::ports::store::{StoreError, TokenAge, TokenStore as _};
use std::io;
use std::path::{Path, PathBuf};
use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::message::{Text, text};

/// What `SQLite` writes beside a file: transactions that are not in it yet, or must be undone.
const UNMERGED: [&str; 2] = ["-wal", "-journal"];

/// Writes the database into the new file `target`, also while others work on it.
///
/// # Errors
///
/// [`CommandError::Usage`] for `PostgreSQL`, and for a file that exists or cannot be written.
pub async fn backup(
    target: &Path,
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    database_file(settings)?;
    if target.symlink_metadata().is_ok() {
        let shown = target.display();
        return Err(CommandError::Usage(text!(
            "{shown} はすでにあります。別のファイル名を指定してください",
            "{shown} exists already: choose another name"
        )));
    }
    let made = store.existing().await?.back_up(target).await;
    made.map_err(|error| unusable(target, store_cause(error)))?;
    let shown = target.display();
    out.line(&text!(
        "データベースを {shown} に保存しました。トークンが入っているので、パスワードと同じように扱ってください。戻すには miseban restore {shown}",
        "the database is saved in {shown}; it contains tokens, so treat it like a password. To restore it: miseban restore {shown}"
    ))?;
    Ok(Exit::Done)
}

/// Puts the backup `source` in the place of the database, which is kept under another name.
///
/// # Errors
///
/// [`CommandError::Usage`] when another process works on the database, when the backup is damaged
/// or not complete, and when there are transactions beside the database that are not in it: a new
/// file beside them would be damaged by them. Nothing is changed then.
pub async fn restore(
    source: &Path,
    settings: &Settings,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let named = database_file(settings)?;
    let target = named.canonicalize().unwrap_or(named);
    let unreadable = |error: io::Error| unusable(source, cause(&error));
    if source.canonicalize().map_err(unreadable)? == target {
        let itself = text!("使っているデータベースです", "it is the database itself");
        return Err(unusable(source, itself));
    }
    if !restorable::is_sqlite(source).map_err(unreadable)? {
        return Err(restorable::no_sqlite(source));
    }
    refuse_unmerged(source, &incomplete)?;
    refuse_unmerged(&target, &not_closed)?;
    let part = new_beside(&target)?;
    std::fs::copy(source, &part).map_err(unreadable)?;
    private(&part).map_err(unreadable)?;
    let saved = restorable::check(&part, source).await?;
    let _lock = WorkLock::take(settings.database_url.location()?)?;
    let current = current_tokens(&target).await;
    refuse_unmerged(&target, &not_closed)?;
    let now = SystemClock.now();
    let kept = keep(&target, now).map_err(|error| unusable(&target, cause(&error)))?;
    let placed = part.persist(&target);
    placed.map_err(|failure| unusable(&target, cause(&failure.error)))?;
    report(source, kept.as_deref(), out)?;
    dead_tokens(&saved, current.as_deref(), now, out)?;
    Ok(Exit::Done)
}

/// The file of the database.
fn database_file(settings: &Settings) -> Result<PathBuf, CommandError> {
    match settings.database_url.location()? {
        DatabaseLocation::File(path) => Ok(path),
        DatabaseLocation::Memory | DatabaseLocation::Server => Err(CommandError::Usage(text!(
            "backup と restore はSQLiteのファイル用です。PostgreSQLでは pg_dump と pg_restore を使ってください(docs/containers.md)",
            "backup and restore are for a SQLite file; with PostgreSQL use pg_dump and pg_restore (docs/containers.md)"
        ))),
    }
}

fn unusable(path: &Path, why: Text) -> CommandError {
    let shown = path.display();
    CommandError::Usage(text!(
        "{shown} を使えません({why})。何も変えていません",
        "{shown} cannot be used ({why}); nothing was changed",
        why = why,
    ))
}

fn store_cause(error: StoreError) -> Text {
    match error {
        StoreError::Unavailable(why) | StoreError::Unusable(why) => cause(&why),
        other => cause(&other),
    }
}

fn refuse_unmerged(path: &Path, refusal: &dyn Fn(&Path) -> Text) -> Result<(), CommandError> {
    for suffix in UNMERGED {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        let beside = PathBuf::from(beside);
        if beside.symlink_metadata().is_ok_and(|found| found.len() > 0) {
            return Err(CommandError::Usage(refusal(&beside)));
        }
    }
    Ok(())
}

fn incomplete(beside: &Path) -> Text {
    let shown = beside.display();
    text!(
        "{shown} があるので、このファイルだけでは完全なバックアップではありません。miseban backup で作ったファイルを使ってください。何も変えていません",
        "{shown} exists, so this file alone is no complete backup: use one made by miseban backup. Nothing was changed"
    )
}

fn not_closed(beside: &Path) -> Text {
    let shown = beside.display();
    text!(
        "{shown} に、データベースのファイルにまだ入っていない変更があります。ほかの miseban を止めて miseban status を1度実行すると、まとまって消えます。データベースが壊れていて開けないときは、別の場所に移してください。何も変えていません",
        "{shown} holds changes that are not in the database file yet: stop other programs and run miseban status once, which merges them; if the database is damaged and cannot be opened, move this file away. Nothing was changed"
    )
}

/// Only the owner may read the file, whatever the permissions of the one it was copied from.
fn private(path: &Path) -> io::Result<()> {
    let file = std::fs::OpenOptions::new().write(true).open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.sync_all()
}

/// The ages of the tokens in the database that is replaced; `None` if it cannot be read.
async fn current_tokens(target: &Path) -> Option<Vec<TokenAge>> {
    // An empty file, as the lock creates one, must stay empty: it is not worth keeping.
    target.metadata().ok().filter(|found| found.len() > 0)?;
    let url = format!("sqlite://{}", target.display());
    let store = SqlStore::open_existing(&url).await.ok()?;
    let ages = store.token_ages().await;
    store.close().await;
    ages.ok()
}

/// Gives the old database another name as well, so that the new one replaces it in one step.
fn keep(target: &Path, now: DateTime<Utc>) -> io::Result<Option<PathBuf>> {
    if target.metadata().is_ok_and(|found| found.len() == 0) {
        return Ok(None);
    }
    let mut name = target.as_os_str().to_owned();
    name.push(now.format(".before-restore-%Y%m%dT%H%M%SZ").to_string());
    let mut kept = PathBuf::from(&name);
    // Another restore in the same second has kept the database that it replaced.
    let mut number = 2_u32;
    while kept.symlink_metadata().is_ok() {
        let mut numbered = name.clone();
        numbered.push(format!("-{number}"));
        kept = PathBuf::from(numbered);
        number += 1;
    }
    // Not every file system has links.
    std::fs::hard_link(target, &kept).or_else(|_| std::fs::rename(target, &kept))?;
    Ok(Some(kept))
}

fn report(
    source: &Path,
    kept: Option<&Path>,
    out: &mut CommandOutput<'_>,
) -> Result<(), CommandError> {
    let shown = source.display();
    out.line(&text!(
        "{shown} からデータベースを戻しました。その後の変更は入っていないので、miseban reconcile でショップと合わせてください",
        "the database is restored from {shown}; it lacks all later changes, so run miseban reconcile to compare it with the shops"
    ))?;
    if let Some(kept) = kept.map(Path::display) {
        out.line(&text!(
            "前のデータベースは {kept} に残しました",
            "the former database is kept as {kept}"
        ))?;
    }
    Ok(())
}

/// Names the shops whose tokens in the backup BASE no longer accepts: each renewal replaces the
/// pair.
fn dead_tokens(
    saved: &[TokenAge],
    current: Option<&[TokenAge]>,
    now: DateTime<Utc>,
    out: &mut CommandOutput<'_>,
) -> Result<(), CommandError> {
    for age in saved {
        let (_, id) = age.owner.split_once('/').unwrap_or(("", &age.owner));
        let newer = current.map(|current| {
            let now = current.iter().find(|other| other.owner == age.owner);
            now.is_some_and(|now| now.refreshed_at > age.refreshed_at)
        });
        match newer {
            Some(true) => out.line(&text!(
                "ショップ {id} のトークンはバックアップの後に更新されているため、もう使えません: miseban accounts authorize {id}",
                "the tokens of account {id} were renewed after the backup and are no longer valid: miseban accounts authorize {id}"
            ))?,
            // Unknown; but a shop at work renews its tokens before they expire.
            None if age.access_expires_at <= now => out.line(&text!(
                "ショップ {id} のトークンは古く、もう使えないかもしれません。miseban accounts check {id} で確かめ、使えなければ miseban accounts authorize {id}",
                "the tokens of account {id} are old and may no longer be valid: test them with miseban accounts check {id}; if they are rejected, miseban accounts authorize {id}"
            ))?,
            Some(false) | None => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restores_in_the_same_second_keep_every_database_that_they_replace() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("miseban.db");
        let now = SystemClock.now();

        let kept = ["first", "second", "third"].map(|content| {
            let part = folder.path().join("part");
            std::fs::write(&part, content).unwrap();
            std::fs::rename(&part, &target).unwrap();
            keep(&target, now).unwrap().unwrap()
        });

        let contents = kept.map(|kept| std::fs::read_to_string(kept).unwrap());
        assert_eq!(contents, ["first", "second", "third"]);
    }
}
