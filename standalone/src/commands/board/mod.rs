//! `board`: shows the queues in a browser, read-only. `access` decides who may see it, `policy` what the
//! pages may load;
//! `adapters/src/queue/board` provides the data.

mod access;
mod guesses;
mod password;
mod policy;
mod routes;

use super::queues;
use crate::cli::BoardArgs;
use crate::database::CommandStore;
use crate::output::CommandOutput;
use access::BoardAccess;
use app::config::Settings;
use app::page_headers;
use app::page_listener::{PageListener, Peer};
use app::signal::signal;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::message::text;

/// Serves the board until a signal comes.
///
/// # Errors
///
/// No shared queue, an address reachable by others without a password, an address that cannot be
/// bound, or no Redis at the start; a later outage of Redis is shown in the pages.
pub async fn board(
    args: &BoardArgs,
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let access = access(args.listen, settings)?;
    let queue = Arc::new(queues::open(settings, store).await?);
    let listener = listen(args.listen).await?;
    let address = listener.local_addr()?;
    out.line(&text!(
        "ボード: http://{address} (止めるには Ctrl+C)",
        "board: http://{address} (press Ctrl+C to stop)"
    ))?;
    let routes = access.before(routes::routes(&queue));
    let routes = page_headers::with_headers(routes, policy::policy());
    let routes = routes.into_make_service_with_connect_info::<Peer>();
    // Event streams stay open forever, so the server does not wait for them.
    tokio::select! {
        stopped = signal() => stopped,
        ended = axum::serve(PageListener::from(listener), routes).into_future() => {
            ended?;
            Ok(Exit::Done)
        }
    }
}

fn access(listen: SocketAddr, settings: &Settings) -> Result<BoardAccess, CommandError> {
    match &settings.board_password {
        Some(password) => Ok(BoardAccess::password_required(password)),
        None if listen.ip().is_loopback() => Ok(BoardAccess::ThisComputer),
        None => Err(CommandError::Usage(text!(
            "{listen} ではほかのPCからも見えるので、BOARD_PASSWORD(12文字以上)を設定してください。このPCだけで見るなら --listen 127.0.0.1:8080",
            "{listen} is reachable from other computers: set BOARD_PASSWORD (12 characters or more), or use --listen 127.0.0.1:8080 for this computer only"
        ))),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address).await.map_err(|error| {
        CommandError::Usage(text!(
            "{address} で待ち受けられません({error})。--listen で別のポートを指定してください",
            "cannot listen on {address} ({error}): choose another port with --listen",
            error = cause(&error),
        ))
    })
}
