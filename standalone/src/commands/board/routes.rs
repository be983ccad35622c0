//! The routes of the board: its pages, and the API that they call. They are listed here, since the
//! ready-made router of apalis-board also has a route that pushes tasks, and the board is
//! read-only.

use adapters::clock::SystemClock;
use adapters::queue::{Board, RedisQueue};
use apalis_board_api::framework::axum::{
    fetch_queues, get_all_tasks, get_all_workers, get_task_by_id, get_tasks, get_workers, overview,
    stats_by_queue,
};
use apalis_board_api::ui::ServeUI;
use axum::http::StatusCode;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::routing::get;
use axum::{Extension, Router};
use futures::Stream;
use serde_json::Value;
use shared::jobs::QueueName;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::RwLock;

type Shown = Board<RedisQueue>;

/// The pages, and the API under `/api/v1`.
pub fn routes(queue: &Arc<RedisQueue>) -> Router {
    let shown = |name| {
        let board = Board::new(Arc::clone(queue), Arc::new(SystemClock), name);
        Extension(Arc::new(RwLock::new(board)))
    };
    let mut api = Router::new()
        .route("/queues", get(fetch_queues::<Shown>))
        .route("/tasks", get(get_all_tasks::<Shown>))
        .route("/workers", get(get_all_workers::<Shown>))
        .route("/overview", get(overview::<Shown>))
        .route("/events", get(events))
        // These handlers read all queues, whichever they are given.
        .layer(shown(QueueName::Sync));
    for name in QueueName::ALL {
        let of_queue = Router::new()
            .route("/tasks", get(get_tasks::<Shown, Value>))
            .route("/tasks/{id}", get(get_task_by_id::<Shown, Value>))
            .route("/stats", get(stats_by_queue::<Shown>))
            .route("/workers", get(get_workers::<Shown>))
            .layer(shown(name));
        api = api.nest(&format!("/queues/{}", name.as_str()), of_queue);
    }
    // Otherwise an unknown API path would return a page.
    let api = api.fallback(async || StatusCode::NOT_FOUND);
    Router::new()
        .nest("/api/v1", api)
        .fallback_service(ServeUI::new())
}

/// The event log of the board, always empty, since workers are other processes. The pages take an
/// open stream as a sign that the server is alive.
async fn events() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(futures::stream::pending()).keep_alive(KeepAlive::default())
}
