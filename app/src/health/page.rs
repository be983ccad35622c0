//! The health page: two paths, each with a status code for machines and a line of JSON for people.

use super::{Complaints, Health};
use crate::config::table;
use crate::page_headers;
use crate::page_listener::PageListener;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::message::text;

#[derive(Serialize)]
struct HealthAnswer {
    ok: bool,
    /// The problems, by what they are about.
    #[serde(skip_serializing_if = "Complaints::is_empty")]
    wrong: Complaints,
}

/// The health of a program that is starting, shown on a page at `listen` while the runtime lives;
/// without an address there is no page.
///
/// # Errors
///
/// [`CommandError::Usage`] when the address cannot be listened on.
pub async fn open(listen: Option<SocketAddr>) -> Result<Health, CommandError> {
    let health = Health::default();
    if let Some(address) = listen {
        serve(address, health.clone()).await?;
    }
    Ok(health)
}

async fn serve(address: SocketAddr, health: Health) -> Result<(), CommandError> {
    let refused = |error: std::io::Error| {
        let name = table::HEALTH_LISTEN.name;
        CommandError::Usage(text!(
            "{name} = {address} で待ち受けられません({error})。ほかのプログラムが使っていない番号にするか、{name} を空にしてください",
            "cannot listen on {name} = {address} ({error}): choose a port that no other program uses, or leave {name} empty",
            error = cause(&error),
        ))
    };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let router = Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .with_state(health);
    let router = page_headers::with_headers(router, page_headers::nothing());
    // The task is not joined: the page answers until the process ends, also that it is stopping.
    let listener = PageListener::from(listener);
    tokio::spawn(async move { axum::serve(listener, router).await });
    tracing::info!(%address, "health page at http://{address}/healthz and /readyz");
    Ok(())
}

async fn alive(State(health): State<Health>) -> (StatusCode, Json<HealthAnswer>) {
    answer(health.dead())
}

async fn ready(State(health): State<Health>) -> (StatusCode, Json<HealthAnswer>) {
    answer(health.unready().await)
}

fn answer(wrong: Complaints) -> (StatusCode, Json<HealthAnswer>) {
    let ok = wrong.is_empty();
    let status = if ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(HealthAnswer { ok, wrong }))
}
