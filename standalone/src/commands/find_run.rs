//! Finds the run that a person names: by its id, or by a beginning of it that no other run has.

use shared::domain::run::RunId;
use shared::ports::store::{RunRow, Store};
use std::fmt::Write as _;
use ui::command_error::CommandError;
use ui::labels;
use ui::layout::when;
use ui::message::{Lang, Text, text};

/// Runs that are named when several begin as given.
const NAMED: usize = 10;
/// Where the hyphens of an id are.
const HYPHENS: [usize; 4] = [8, 12, 16, 20];

/// The run.
///
/// # Errors
///
/// [`CommandError::Usage`] when no run, or more than one, begins as given.
pub(super) async fn find_run(given: &str, store: &dyn Store) -> Result<RunRow, CommandError> {
    if let Some(id) = RunId::parse(given) {
        return store.run(id).await?.ok_or_else(|| unknown(given));
    }
    let prefix = prefix(given).ok_or_else(|| unknown(given))?;
    let limit = u32::try_from(NAMED + 1).unwrap_or(u32::MAX);
    let mut found = store.runs_like(&prefix, limit).await?;
    match found.len() {
        0 => Err(unknown(given)),
        1 => Ok(found.remove(0)),
        _ => Err(ambiguous(&prefix, &found)),
    }
}

/// The beginning of an id as it is printed; `None` when no id begins so.
fn prefix(given: &str) -> Option<String> {
    let digits: Vec<char> = given.trim().chars().filter(|of| *of != '-').collect();
    let is_id = !digits.is_empty() && digits.iter().all(char::is_ascii_hexdigit);
    if !is_id {
        return None;
    }
    let mut prefix = String::new();
    for (place, digit) in digits.into_iter().enumerate() {
        if HYPHENS.contains(&place) {
            prefix.push('-');
        }
        prefix.push(digit.to_ascii_lowercase());
    }
    Some(prefix)
}

fn unknown(given: &str) -> CommandError {
    let shown: String = given.chars().take(40).collect();
    CommandError::Usage(text!(
        "実行 {shown:?} はありません。miseban status で実行のIDを見られます",
        "there is no run {shown:?}; miseban status lists the ids of runs"
    ))
}

fn ambiguous(prefix: &str, found: &[RunRow]) -> CommandError {
    let mut message = text!(
        "{prefix} で始まる実行が複数あります。IDをもう少し長く指定してください:",
        "several runs begin with {prefix}: give more of the id:"
    );
    for run in found.iter().take(NAMED) {
        let (id, start) = (run.id, when(run.started_at));
        let line = |lang| {
            let (kind, state) = (labels::kind(run.kind, lang), labels::state(run.state, lang));
            format!("\n  {id}  {start}  {kind}  {state}")
        };
        message.ja.push_str(&line(Lang::Ja));
        message.en.push_str(&line(Lang::En));
    }
    if found.len() > NAMED {
        let Text { ja, en } = &mut message;
        let _ = write!(ja, "\n  ほか");
        let _ = write!(en, "\n  and more");
    }
    CommandError::Usage(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_of_an_id_has_its_hyphens_whether_they_are_given_or_not() {
        for (given, expected) in [
            ("01939c1e", Some("01939c1e")),
            (" 01939C1E-7c \n", Some("01939c1e-7c")),
            ("01939c1e7c", Some("01939c1e-7c")),
            ("01939c1e-", Some("01939c1e")),
            ("no-run", None),
            ("-", None),
            ("", None),
            ("0193%", None),
        ] {
            assert_eq!(prefix(given).as_deref(), expected, "{given:?}");
        }
    }
}
