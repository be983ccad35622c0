//! Asks the page of the program beside this one: for containers, which have no curl.

use crate::config::table;
use adapters::http::{HttpError, HttpSettings};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use ui::command_error::{CommandError, Exit};
use ui::message::text;

/// The page's own look at Redis and the database takes 3 s at most.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Whether the program whose page is at `listen` is ready; prints what it said.
///
/// # Errors
///
/// [`CommandError::Usage`] where no page is set; [`CommandError::Failed`] when nobody answers there.
pub async fn ask(listen: Option<SocketAddr>) -> Result<Exit, CommandError> {
    let name = table::HEALTH_LISTEN.name;
    let address = listen
        .filter(|address| address.port() != 0)
        .map(reachable)
        .ok_or_else(|| {
            CommandError::Usage(text!(
                "{name} がありません。動いているプログラムと同じ値を設定してください",
                "{name} is not set: give it the value that the running program has"
            ))
        })?;
    let (ok, said) = get(address).await.map_err(|error| {
        CommandError::Failed(text!(
            "{address} が応答しません({error})",
            "{address} does not answer ({error})"
        ))
    })?;
    crate::program::print(&said)?;
    Ok(if ok { Exit::Done } else { Exit::Failed })
}

/// A program that listens everywhere is asked on this computer.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let loopback: IpAddr = match listen {
        SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    let ip = listen.ip();
    SocketAddr::new(
        if ip.is_unspecified() { loopback } else { ip },
        listen.port(),
    )
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
