//! The lines of `doctor` about the database: whether it can be written, and what is in it.

use super::check_list::{CheckList, message_of};
use super::checked::Checked;
use adapters::store::{DatabaseLocation, SqlStore};
use app::accounts::AccountsFile;
use app::private;
use chrono::{DateTime, Utc};
use shared::ports::store::{
    AccountStore as _, CatalogueStore as _, LeaseStore as _, StoreError, TokenAge, TokenStore as _,
};
use std::io::{self, Write as _};
use std::path::Path;
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::layout::{grouped, when};
use ui::message::{Text, text};
use ui::report;
use uuid::Uuid;

/// The lease that is taken and released to write a row.
const PROBE: &str = "doctor";
/// So much space a run needs at the least.
const SPACE: usize = 1 << 20;

/// Writes to the database, and to the disk below it.
pub(super) async fn database(
    checked: &Checked<'_>,
    accounts: Option<&AccountsFile>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let part = text!("データベース", "database");
    let (store, version) = match checked.database {
        Ok(opened) => opened,
        Err(failure) => return list.note(part, Err(message_of(failure))),
    };
    let written = match write(store, accounts).await {
        Ok(()) => room(checked),
        Err(error) => Err(message_of(&error.into())),
    };
    let message = written.map(|()| {
        text!(
            "書き込めました(データ形式 {version})",
            "written to (schema version {version})"
        )
    });
    list.note(part, message)
}

/// Stores the accounts, as every run does, and writes a row and deletes it.
async fn write(store: &SqlStore, accounts: Option<&AccountsFile>) -> Result<(), StoreError> {
    if let Some(accounts) = accounts {
        store.sync_accounts(&accounts.rows()).await?;
    }
    let (now, holder) = (store.clock().now(), Uuid::now_v7().to_string());
    store.take_lease(PROBE, &holder, now, now).await?;
    store.end_lease(PROBE, &holder).await
}

/// Whether there is room for a run beside a database file; a server knows its own disk.
fn room(checked: &Checked<'_>) -> Result<(), Text> {
    let location = checked.settings.database_url.location();
    let Ok(DatabaseLocation::File(file)) = location else {
        return Ok(());
    };
    let mut probe = file.clone().into_os_string();
    probe.push(format!(".{PROBE}-{}", std::process::id()));
    let probe = Path::new(&probe);
    let written = fill(probe);
    let _ = std::fs::remove_file(probe);
    written.map_err(|error| {
        let shown = file.display();
        text!(
            "{shown} のあるディスクに書き込めません({error})。空きを作ってください",
            "the disk of {shown} takes no data ({error}): free some space on it",
            error = cause(&error),
        )
    })
}

fn fill(probe: &Path) -> io::Result<()> {
    let mut file = private::create(probe)?;
    file.write_all(&vec![0; SPACE])?;
    file.sync_all()
}

/// How many listings there are.
pub(super) async fn listings(
    checked: &Checked<'_>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let Ok((store, _)) = checked.database else {
        return Ok(());
    };
    let part = text!("商品", "listings");
    let counts = match store.listing_counts().await {
        Ok(counts) => counts,
        Err(error) => return list.note(part, Err(message_of(&error.into()))),
    };
    let all: u64 = counts.values().map(|counts| counts.listed).sum();
    if all == 0 {
        return list.hint(part, report::no_listing());
    }
    let all = grouped(all);
    list.note(part, Ok(text!("{all}件", "{all}")))
}

/// Reports shops whose tokens have expired or expire soon; prints nothing if there are none.
pub(super) async fn tokens(
    checked: &Checked<'_>,
    accounts: Option<&AccountsFile>,
    list: &mut CheckList<'_, '_>,
) -> Result<(), CommandError> {
    let (Ok((store, _)), Some(file)) = (checked.database, accounts) else {
        return Ok(());
    };
    let now = store.clock().now();
    let near = now + crate::commands::accounts::warned_before(checked.settings);
    let Ok(ages) = store.token_ages().await else {
        return Ok(());
    };
    let ages = TokenAge::by_account(ages);
    for account in file.accounts() {
        let age = ages.get(account.id.as_str());
        if let Some(ends) = age.map(TokenAge::ends_at).filter(|ends| *ends <= near) {
            let id = &account.id;
            let message = token_message(id.as_str(), ends, now);
            list.note(text!("トークン {id}", "tokens of {id}"), Err(message))?;
        }
    }
    Ok(())
}

fn token_message(id: &str, ends: DateTime<Utc>, now: DateTime<Utc>) -> Text {
    let shown = when(ends);
    if ends <= now {
        return text!(
            "{shown} に切れました。miseban accounts authorize {id} で再連携してください",
            "they expired at {shown}: authorise the shop again with miseban accounts authorize {id}"
        );
    }
    text!(
        "{shown} に切れます。miseban accounts refresh {id} で延ばせます",
        "they expire at {shown}: extend them with miseban accounts refresh {id}"
    )
}
