//! Requests the health page of another program on this computer, for containers without curl.

use crate::config::table;
use adapters::http::{HttpError, HttpSettings};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::message::text;

/// Longer than the 3 s for which the page itself waits for Redis and the database.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Prints the answer of the page at `listen`; successful when that program is ready.
///
/// # Errors
///
/// [`CommandError::Usage`] when `HEALTH_LISTEN` is not set; [`CommandError::Failed`] when the page
/// does not answer.
pub async fn ask(listen: Option<SocketAddr>) -> Result<Exit, CommandError> {
    let name = table::HEALTH_LISTEN.name;
    let address = listen
        .filter(|address| address.port() != 0)
        .map(reachable)
        .ok_or_else(|| {
            CommandError::Usage(text!(
                "{name} がありません。動いているプログラムと同じ値を設定してください",
                "{name} is not set: set it to the same value as for the running program"
            ))
        })?;
    let (ok, body) = get(address).await.map_err(|error| {
        CommandError::Failed(text!(
            "{address} が応答しません({error})",
            "{address} does not answer ({error})",
            error = cause(&error),
        ))
    })?;
    crate::program::print(&body)?;
    Ok(if ok { Exit::Done } else { Exit::Failed })
}

/// The loopback address for a program that listens on all addresses.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let loopback: IpAddr = match listen {
        SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    let ip = Some(listen.ip()).filter(|ip| !ip.is_unspecified());
    SocketAddr::new(ip.unwrap_or(loopback), listen.port())
}

async fn get(address: SocketAddr) -> Result<(bool, String), HttpError> {
    let client = adapters::http::client(&HttpSettings {
        connect_timeout: ANSWER_WITHIN,
        total_timeout: ANSWER_WITHIN,
        user_agent: None,
        proxy: None,
    })?;
    let answer = client
        .get(format!("http://{address}/readyz"))
        .send()
        .await?;
    Ok((answer.status().is_success(), answer.text().await?))
}
