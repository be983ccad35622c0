//! `run` in one process, whose queue loses messages.

use crate::vendors;
use adapters::queue::LocalQueue;
use app::config::Settings;
use app::health::Health;
use app::startup;
use producer::{RunOrder, start_run};
use shared::domain::run::{RunKind, RunState};
use simulator::{Config, Quotas, Simulator};
use standalone::commands::run::{Followed, follow};
use std::sync::Arc;
use ui::message::Lang;
use worker::worker_pool::WorkerPool;

#[tokio::test]
async fn a_run_finds_the_rows_whose_messages_were_lost_and_ends() {
    let simulator = Simulator::start(Config {
        catalog: 40,
        accounts: 1,
        quotas: Quotas::Off,
        ..Config::default()
    });
    let simulator = simulator.await.unwrap();
    let folder = vendors::folder(&simulator);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let environment = |name: &str| match name {
        "DATABASE_URL" => Some(format!("sqlite://{}", path("miseban.db"))),
        "ACCOUNTS_FILE" => Some(path("accounts.toml")),
        "SP_API_ITEM_OFFERS_RATE" => Some("unlimited".to_owned()),
        _ => vendors::settings(&simulator)
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value),
    };
    let settings = Settings::load(None, &environment).unwrap();
    let mut app = startup::build_once(&settings).await.unwrap();
    let started = start_run(RunOrder::new(RunKind::PriceStock), &app.ctx)
        .await
        .unwrap();
    app.ctx.queue = Arc::new(LocalQueue::new());

    let workers = WorkerPool::start(&app, &Health::default());
    let followed = follow(started.id, &app, Lang::En).await.unwrap();
    workers.stop().await;

    let Followed::Ended(report) = followed else {
        panic!("no signal came");
    };
    // There are no listings to work on.
    assert_eq!(report.state, RunState::Incomplete, "{report:?}");
}
