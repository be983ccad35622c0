//! Asks a person to authorise a shop in a browser, and waits for the response.

use super::callback::CallbackListener;
use super::response::AuthorizationResponse;
use crate::output::CommandOutput;
use app::program::in_container;
use std::io::{BufRead as _, Read as _};
use tokio::sync::mpsc;
use ui::command_error::CommandError;
use ui::message::text;

/// More than anyone pastes; bounds what is read from stdin.
const MAX_PASTE: u64 = 64 * 1024;

/// Prints the address to open, and how the response comes back.
pub(super) fn invite(
    address: &str,
    listening: bool,
    out: &mut CommandOutput<'_>,
) -> Result<(), CommandError> {
    out.line(&text!(
        "このアドレスをブラウザーで開き、ショップのオーナーとしてログインして許可してください:\n\n{address}\n",
        "Open this address in a browser, log in as the owner of the shop, and allow access:\n\n{address}\n"
    ))?;
    out.line(&if listening {
        text!(
            "許可すると、このPCで自動的に受け取ります。別のPCのブラウザーを使うときは、最後に表示されたアドレスをここに貼り付けてください。やめるには Ctrl+C",
            "Miseban receives the response on this computer. If the browser runs on another computer, paste the address it ends at here. Press Ctrl+C to cancel"
        )
    } else {
        text!(
            "ブラウザーが最後に表示したアドレス(「接続できません」の画面でもかまいません。または、その中の code の値)をここに貼り付けて、Enterを押してください。やめるには Ctrl+C",
            "Paste the address the browser ends at, also if its page cannot be reached (or the code in it) here, and press Enter. Press Ctrl+C to cancel"
        )
    })
}

/// The first response, from the browser or from stdin.
///
/// # Errors
///
/// When stdin ends without a code and no listener is open.
pub(super) async fn wait_for_response(
    listener: &mut Option<CallbackListener>,
    state: &str,
    out: &mut CommandOutput<'_>,
) -> Result<AuthorizationResponse, CommandError> {
    let mut lines = pasted_lines();
    let mut stdin_open = true;
    loop {
        let line = tokio::select! {
            Some(response) = received(listener) => return Ok(response),
            line = lines.recv(), if stdin_open => line,
        };
        let response = line
            .as_deref()
            .map(|line| AuthorizationResponse::from_paste(line, state));
        match response {
            Some(Ok(response)) => return Ok(response),
            Some(Err(problem)) => out.line(&problem)?,
            // Without a terminal the browser may still answer.
            None if listener.is_some() => stdin_open = false,
            None => return Err(no_input()),
        }
    }
}

async fn received(listener: &mut Option<CallbackListener>) -> Option<AuthorizationResponse> {
    match listener {
        Some(listener) => listener.response().await,
        None => std::future::pending().await,
    }
}

/// Lines of stdin. The thread outlives the command, since a blocking read cannot be cancelled.
fn pasted_lines() -> mpsc::UnboundedReceiver<String> {
    let (send, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let stdin = std::io::stdin().lock().take(MAX_PASTE);
        for line in stdin.lines().map_while(Result::ok) {
            if !line.trim().is_empty() && send.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

fn no_input() -> CommandError {
    if in_container() {
        return CommandError::Usage(text!(
            "code が入力されないまま、入力が終わりました。端末から、-T を付けずに実行してください(docs/containers.md)",
            "the input ended without a code: run the command in a terminal, without -T (docs/containers.md)"
        ));
    }
    CommandError::Usage(text!(
        "code が入力されないまま、入力が終わりました。端末から実行するか、ショップ一覧の redirect_uri を http://127.0.0.1:ポート/... にしてください",
        "the input ended without a code: run the command in a terminal, or use a redirect_uri of the form http://127.0.0.1:PORT/... in the accounts file"
    ))
}
